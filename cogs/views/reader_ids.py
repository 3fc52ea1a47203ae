"""What the controls of a reader remember in their custom ids, and what they show: values that its modules share."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

import discord

from bot.scripts.models import Cue, Script
from bot.scripts.reading import MAX_QUERY, ReaderFilter
from cogs.messages.own_messages import custom_ids
from storage.stores.scripts import StoredScript

SCRIPT_PATTERN: Final = r"(?P<script_id>audio_scripts_[0-9a-f]{16})"
FILTER_PATTERN: Final = r"(?P<filter>c[0-9a-f]{12}|q.*|)"
"""Matches what ``encode_filter`` returns."""
POSITION_PATTERN: Final = SCRIPT_PATTERN + r":(?P<page>-?\d{1,4}):" + FILTER_PATTERN
"""Matches what ``encode`` returns."""
CUE_PATTERN: Final = SCRIPT_PATTERN + r":(?P<cue_id>[0-9a-z]{1,16})"
"""A script and one of its cues in a custom id."""
_WAY_BACK: Final = re.compile(rf"(?:cue:page|take:cue):{CUE_PATTERN}:{FILTER_PATTERN}")
"""The custom id of the button that leads from a cue, or from its takes, to where the person came from."""


def encode_filter(wanted: ReaderFilter) -> str:
    """The filter as a part of a custom id, at most 41 characters."""
    if wanted.query:
        return f"q{wanted.query[:MAX_QUERY]}"
    return f"c{wanted.speaker_key}" if wanted.speaker_key else ""


def decode_filter(match: re.Match[str]) -> ReaderFilter:
    """The filter in a custom id."""
    code = match["filter"]
    return ReaderFilter(
        speaker_key=code[1:] if code.startswith("c") else "", query=code[1:] if code.startswith("q") else ""
    )


def read_filter(interaction: discord.Interaction) -> ReaderFilter:
    """What the person saw of the script before the cue in the interaction's message was opened.

    Only the button that leads back has it: with a query, the ids of some others would be too long.
    """
    ids = custom_ids(interaction.message.components) if interaction.message else []
    return next((decode_filter(match) for match in map(_WAY_BACK.fullmatch, ids) if match), ReaderFilter())


@dataclass(frozen=True, slots=True)
class ReaderPosition:
    """One page of a script, of what the filter lets through. ``page`` counts from 0 and is brought into range."""

    script_id: str
    page: int = 0
    filter: ReaderFilter = field(default_factory=ReaderFilter)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> "ReaderPosition":
        """The position in a custom id."""
        return cls(match["script_id"], int(match["page"]), decode_filter(match))

    def encode(self) -> str:
        """The position as a part of a custom id, at most 77 of the 100 characters that Discord allows."""
        return f"{self.script_id}:{self.page}:{encode_filter(self.filter)}"

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
    """The page on which a cue begins, of what the filter lets through; ``build_card`` shows it."""

    stored: StoredScript
    script: Script
    cue: Cue
    filter: ReaderFilter = field(default_factory=ReaderFilter)


@dataclass(frozen=True, slots=True)
class OpenCue:
    """One cue with what can be done with it; ``build_card`` shows it.

    ``note`` is a sentence about what was just done. ``filter`` is what the person saw of the script before.
    """

    stored: StoredScript
    script: Script
    cue: Cue
    note: str = ""
    filter: ReaderFilter = field(default_factory=ReaderFilter)
