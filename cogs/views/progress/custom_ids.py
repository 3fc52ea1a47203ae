"""Custom ids of the progress controls. They hold the scope, so that a control works after a restart."""

import re
from enum import StrEnum
from typing import Final, Self

from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.progress.scope import Period, Scope
from cogs.views.base import PersistentItemMixin

SCOPE_PATTERN: Final = r"(?P<period>today|week|month|all):(?P<member>\d{0,19}):(?P<event>[0-9a-f]*):(?P<ebook>.*)"
"""Matches what ``encode_scope`` returns."""
_LARGEST_ID: Final = 2**63 - 1
VIEW_PATTERN: Final = r"(?P<view>overview|timeline|spending|events|sessions)"


class ProgressView(StrEnum):
    """The views of the team's progress."""

    OVERVIEW = "overview"
    TIMELINE = "timeline"
    SPENDING = "spending"
    EVENTS = "events"
    SESSIONS = "sessions"

    @property
    def label(self) -> str:
        """The view's name in the menu."""
        return self.value.capitalize()


def encode_scope(scope: Scope) -> str:
    """The scope as a part of a custom id: at most 68 of the 100 characters that Discord allows."""
    ebook = shorten_ebook_id(scope.ebook) if scope.ebook else ""
    return f"{scope.period.value}:{scope.member_discord_id or ''}:{scope.event_key}:{ebook}"


def decode_scope(match: re.Match[str]) -> Scope:
    """The scope that ``encode_scope`` was called with; its ebook may be shortened, which ``resolve_scope`` understands."""
    # A forged id may be longer than any of Discord's; no database takes it, and nobody has it.
    member = min(int(match["member"]), _LARGEST_ID) if match["member"] else None
    return Scope(match["ebook"], member, Period(match["period"]), match["event"])


class ScopedItemMixin(PersistentItemMixin):
    """An item whose custom id holds only a scope; its constructor must work with the scope as the only argument."""

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(decode_scope(match))  # type: ignore[call-arg]  # the mixin cannot state its subclasses' constructor
