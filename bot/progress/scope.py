"""What part of everything is asked for, and how far back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.errors import NotFoundError
from bot.studio_config import load_config
from storage import ReadTransaction
from storage.stores.ebooks import Ebook
from storage.stores.events import EventFilter

_SHORT = "#"
_LONG = 32


class Period(StrEnum):
    """How far back one looks: whole days in the studio's time zone, the present one included."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def since(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The beginning, a midnight; None for all there is."""
        days = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30}.get(self)
        return None if days is None else start_of_day(now, zone) - timedelta(days=days - 1)

    @property
    def words(self) -> str:
        """As it stands in a heading."""
        return {Period.TODAY: "today", Period.WEEK: "this week", Period.MONTH: "this month", Period.ALL: "all time"}[
            self
        ]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for. ``event`` is a name's ``make_event_key``, since a button's id cannot hold the name."""

    ebook: str = ""
    member_discord_id: int | None = None
    period: Period = Period.WEEK
    event: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """The scope as the storage understands it. ``ebook`` is None for all books."""

    scope: Scope
    ebook: Ebook | None
    zone: ZoneInfo
    since: datetime | None
    filter: EventFilter


def start_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the day of ``moment`` began, there."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def shorten_ebook_id(ebook_id: str) -> str:
    """The id itself, or for a long or odd one a hash that a button's id can hold."""
    if len(ebook_id) <= _LONG and ebook_id.isprintable() and not ebook_id.startswith(_SHORT):
        return ebook_id
    return _SHORT + hashlib.sha256(ebook_id.encode()).hexdigest()[:16]


def make_event_key(event: str) -> str:
    """Eight characters that stand for an event's name."""
    return hashlib.sha256(event.encode()).hexdigest()[:8]


async def get_time_zone(tx: ReadTransaction, default: str) -> ZoneInfo:
    """The studio's time zone, as it was set up last."""
    return ZoneInfo((await load_config(tx)).timezone or default)


async def resolve_scope(tx: ReadTransaction, scope: Scope, default_zone: str) -> ResolvedScope:
    """The scope's book, member and beginning; ``NotFoundError`` where no book is called so."""
    ebook = await _named(tx, scope.ebook) if scope.ebook else None
    if scope.ebook and ebook is None:
        raise NotFoundError(f"No book is called “{scope.ebook[:80]}”.", "Choose one from the list.")
    member_id = None
    if scope.member_discord_id is not None:
        # Somebody who has never acted has no events; no id matches the empty one.
        member_id = await tx.members.find_id(scope.member_discord_id) or ""
    zone = await get_time_zone(tx, default_zone)
    since = scope.period.since(tx.now, zone)
    return ResolvedScope(scope, ebook, zone, since, EventFilter(ebook.id if ebook else None, member_id, since))


async def _named(tx: ReadTransaction, name: str) -> Ebook | None:
    """The book by id, title or short name."""
    if name.startswith(_SHORT):
        name = next((ebook_id for ebook_id in await tx.ebooks.get_titles() if shorten_ebook_id(ebook_id) == name), name)
    return await tx.ebooks.find(name)
