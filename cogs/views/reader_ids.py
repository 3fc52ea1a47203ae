"""What the controls of a reader remember in their custom ids, and what they show: values that its modules share."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from bot.scripts.models import Cue, Script
from bot.scripts.reading import MAX_QUERY, ReaderFilter
from storage.stores.scripts import StoredScript

SCRIPT_PATTERN: Final = r"(?P<script_id>audio_scripts_[0-9a-f]{16})"
POSITION_PATTERN: Final = SCRIPT_PATTERN + r":(?P<page>-?\d{1,4}):(?P<filter>c[0-9a-f]{12}|q.*|)"
"""Matches what ``encode`` returns."""
CUE_PATTERN: Final = SCRIPT_PATTERN + r":(?P<cue_id>[0-9a-z]{1,16})"
"""A script and one of its cues in a custom id."""


@dataclass(frozen=True, slots=True)
class ReaderPosition:
    """One page of a script, of what the filter lets through. ``page`` counts from 0 and is brought into range."""

    script_id: str
    page: int = 0
    filter: ReaderFilter = field(default_factory=ReaderFilter)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> "ReaderPosition":
        """The position in a custom id."""
        code = match["filter"]
        wanted = ReaderFilter(
            speaker_key=code[1:] if code.startswith("c") else "", query=code[1:] if code.startswith("q") else ""
        )
        return cls(match["script_id"], int(match["page"]), wanted)

    def encode(self) -> str:
        """The position as a part of a custom id, at most 77 of the 100 characters that Discord allows."""
        code = ""
        if self.filter.query:
            code = f"q{self.filter.query[:MAX_QUERY]}"
        elif self.filter.speaker_key:
            code = f"c{self.filter.speaker_key}"
        return f"{self.script_id}:{self.page}:{code}"

    def go_to(self, page: int) -> "ReaderPosition":
        """Another page of the same."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class OfferedChoices:
    """From which entry on the menus for scenes and speakers offer a part of a long list; None: the part that fits the page."""

    scene: int | None = None
    speaker: int | None = None


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of a script, as one of its menus has changed it; ``build_card`` shows it."""

    stored: StoredScript
    script: Script
    position: ReaderPosition
    offered: OfferedChoices = field(default_factory=OfferedChoices)


@dataclass(frozen=True, slots=True)
class PageWithCue:
    """The page of a script on which a cue begins; ``build_card`` shows it."""

    stored: StoredScript
    script: Script
    cue: Cue


@dataclass(frozen=True, slots=True)
class OpenCue:
    """One cue with what can be done with it; ``build_card`` shows it. ``note`` is a sentence about what was just done."""

    stored: StoredScript
    script: Script
    cue: Cue
    note: str = ""
