"""Which part of the progress is wanted: book, member, period and event name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.ebooks.ebook_keys import find_ebook
from bot.errors import NotFoundError
from bot.studio_config import load_config
from storage import ReadTransaction
from storage.stores.ebooks import Ebook
from storage.stores.events import EventFilter


class Period(StrEnum):
    """How far back to look: whole days in the studio's time zone, today included."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def get_start(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The midnight at which the period begins; None for all time."""
        days = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30}.get(self)
        return None if days is None else get_day_start(now, zone) - timedelta(days=days - 1)

    @property
    def label(self) -> str:
        """The period as a heading names it, such as ``this week``."""
        return {Period.TODAY: "today", Period.WEEK: "this week", Period.MONTH: "this month", Period.ALL: "all time"}[
            self
        ]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person asks for. The defaults ask for everything of this week.

    ``ebook`` is an id, a title, or what ``shorten_ebook_id`` made of an id; "" for every book. ``event_key`` is what
    ``make_event_key`` makes of an event's name, because a button's custom id has no room for the name; "" for every event.
    """

    ebook: str = ""
    member_discord_id: int | None = None
    period: Period = Period.WEEK
    event_key: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """A scope with its book and member looked up. ``ebook`` is None for every book, ``since`` for all time.

    ``filter`` has all of the scope except the event's name.
    """

    scope: Scope
    ebook: Ebook | None
    zone: ZoneInfo
    since: datetime | None
    filter: EventFilter


def get_day_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight in the zone at which the day of ``moment`` began."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def make_event_key(event: str) -> str:
    """Eight hex characters that stand for an event's name in a custom id."""
    return hashlib.sha256(event.encode()).hexdigest()[:8]


async def get_time_zone(tx: ReadTransaction, default: str) -> ZoneInfo:
    """The studio's time zone: the one chosen with ``/setup``, else ``default`` (an IANA name)."""
    return ZoneInfo((await load_config(tx)).timezone or default)


async def resolve_scope(tx: ReadTransaction, scope: Scope, default_zone: str) -> ResolvedScope:
    """The scope with its book, its member and the beginning of its period looked up.

    Raises:
        NotFoundError: no book has the scope's id or title.
    """
    ebook = await find_ebook(tx, scope.ebook) if scope.ebook else None
    if scope.ebook and ebook is None:
        raise NotFoundError(f"No book is called “{scope.ebook[:80]}”.", "Choose one from the list.")
    member_id = None
    if scope.member_discord_id is not None:
        # Somebody who never did anything has no events; the empty id matches none.
        member_id = await tx.members.find_id(scope.member_discord_id) or ""
    zone = await get_time_zone(tx, default_zone)
    since = scope.period.get_start(tx.now, zone)
    return ResolvedScope(scope, ebook, zone, since, EventFilter(ebook.id if ebook else None, member_id, since))
