"""What a control's id holds: which part of everything it is about."""

import re
from enum import StrEnum
from typing import Final, Self

from bot.progress.scope import Period, Scope, shorten_ebook_id
from cogs.views.base import PersistentItemMixin

SCOPE: Final = r"(?P<period>today|week|month|all):(?P<member>\d*):(?P<event>[0-9a-f]*):(?P<ebook>.*)"
VIEW: Final = r"(?P<view>overview|timeline|events|sessions)"


class View(StrEnum):
    """The views of the team's progress."""

    OVERVIEW = "overview"
    TIMELINE = "timeline"
    EVENTS = "events"
    SESSIONS = "sessions"

    @property
    def words(self) -> str:
        """As it stands in the menu."""
        return self.value.capitalize()


def scope_id(scope: Scope) -> str:
    """At most 68 characters, matched by ``SCOPE``."""
    ebook = shorten_ebook_id(scope.ebook) if scope.ebook else ""
    return f"{scope.period.value}:{scope.member_discord_id or ''}:{scope.event}:{ebook}"


def scope_of(match: re.Match[str]) -> Scope:
    """What ``scope_id`` was made from; the book may be its short name."""
    member = int(match["member"]) if match["member"] else None
    return Scope(match["ebook"], member, Period(match["period"]), match["event"])


class ScopedMixin(PersistentItemMixin):
    """A control whose id holds nothing but its scope."""

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(scope_of(match))  # type: ignore[call-arg]  # every such item is made from its scope
