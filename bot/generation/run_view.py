"""Everything that the card of a run shows, as one value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.ebooks.script_view import ScriptView
from bot.scripts.models import Cue
from storage.stores.runs import Run

SHOWN_CUES: Final = 3
"""How many of the last cues the card of an unfinished run shows; the card stays short enough for a phone."""


@dataclass(frozen=True, slots=True)
class RunView:
    """What the card of a run shows at one moment.

    ``requester_id`` is the Discord id of whoever asked for the script, None where that is unknown. ``has_gemini`` is whether a
    Gemini key is set. ``unknown_micros`` is the most that the calls without a known cost can have cost. ``share`` (0 to 1) is
    how much of the source is written, ``seconds`` the running time so far. ``waiting`` is a sentence that says what the writer
    waits for, or empty. ``runs_ahead`` is how many runs come before this one in the queue. ``finished`` is set once the run is
    done. ``newer`` is the run that has written the chapter again since, or does so now.
    ``scene`` is place and time of the scene that the writer has reached, empty where neither is known.
    ``revision`` says what a revision rewrites; empty for other runs. ``restored_cues`` is how many cues of its result speak
    words again that somebody had deleted by hand. ``read_at`` is when this was read from the database, by its clock; None for
    what the writer knows itself.
    """

    run: Run
    ebook_title: str
    title: str
    theme: str
    requester_id: int | None = None
    has_gemini: bool = False
    unknown_micros: int = 0
    part: int = 1
    parts: int = 1
    share: float = 0.0
    cue_count: int = 0
    seconds: float = 0.0
    last_cues: tuple[Cue, ...] = ()
    waiting: str = ""
    runs_ahead: int = 0
    finished: ScriptView | None = None
    newer: Run | None = None
    revision: str = ""
    restored_cues: int = 0
    scene: str = ""
    read_at: datetime | None = None
