"""Everything that the card of a run shows, as one value."""

from dataclasses import dataclass
from typing import Final

from bot.ebooks.cast_check import CastWarning
from bot.scripts.checks.findings import Finding
from bot.scripts.models import Cue, Script
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript

SHOWN_CUES: Final = 3
"""How many of the last cues the card of an unfinished run shows; the card stays short enough for a phone."""


@dataclass(frozen=True, slots=True)
class RunView:
    """What the card of a run shows at one moment.

    ``requester_id`` and ``approver_id`` are the Discord ids of whoever asked for the script and approved it, None where that
    is unknown. ``has_gemini`` is whether a Gemini key is set. ``unknown_micros`` is the
    most that the calls without a known cost can have cost. ``share`` (0 to 1) is how
    much of the source is written, ``seconds`` the running time so far. ``waiting`` is a sentence that says what the writer
    waits for, or empty. ``runs_ahead`` is how many runs come before this one in the queue. ``stored`` and ``script`` are set
    once the run is done, ``has_changed_source`` where the chapter has got another text since. ``cast_warnings`` say what is
    odd about the cast of a draft, ``findings`` what the script check has found in it. ``newer`` is the run that has written the
    chapter again since, or does so now. ``revision`` says what a revision rewrites; empty for other runs.
    """

    run: Run
    ebook_title: str
    title: str
    theme: str
    requester_id: int | None = None
    approver_id: int | None = None
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
    stored: StoredScript | None = None
    script: Script | None = None
    has_changed_source: bool = False
    cast_warnings: tuple[CastWarning, ...] = ()
    findings: tuple[Finding, ...] = ()
    newer: Run | None = None
    revision: str = ""
