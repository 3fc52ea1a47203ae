"""What the card of a run shows."""

from dataclasses import dataclass

from bot.scripts.models import Cue, Script
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything a card shows. ``share`` (0 to 1) is how much of the source is written; ``waiting`` a sentence, if any."""

    run: Run
    ebook_title: str
    title: str
    theme: str
    by: int | None = None
    part: int = 1
    parts: int = 1
    share: float = 0.0
    cue_count: int = 0
    seconds: float = 0.0
    last_cues: tuple[Cue, ...] = ()
    waiting: str = ""
    ahead: int = 0
    stored: StoredScript | None = None
    script: Script | None = None
