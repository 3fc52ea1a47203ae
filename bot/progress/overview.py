"""Where everything stands: one look for the team, one for everybody."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import NotFoundError
from bot.events import EXPORTED
from bot.generation.models import WriterKind
from bot.people import Person
from storage import Database, Reading, Writing
from storage.ebooks import Ebook
from storage.events import Event, EventFilter
from storage.scripts import ChapterStanding
from storage.states import ScriptState


class Period(StrEnum):
    """How far back one looks."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def since(self, now: datetime) -> datetime | None:
        """The beginning; None for all there is."""
        days = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30}.get(self)
        return None if days is None else now - timedelta(days=days)

    @property
    def words(self) -> str:
        """As it stands in a heading."""
        return {Period.TODAY: "today", Period.WEEK: "this week", Period.MONTH: "this month", Period.ALL: "all time"}[
            self
        ]


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of everything is asked for."""

    ebook: str = ""
    member_discord_id: int | None = None
    period: Period = Period.WEEK


@dataclass(frozen=True, slots=True)
class BookStanding:
    """How far a book is, in chapters. ``chapters`` counts all that are known of it."""

    ebook_id: str
    title: str
    chapters: int
    drafted: int
    approved: int
    released: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The team's look. ``last`` is the newest event with the name of whoever caused it."""

    scope: Scope
    books: tuple[BookStanding, ...]
    written: int
    by_template: int
    spent_micros: int
    members: int
    events: int
    writing: int
    last: tuple[Event, str] | None


@dataclass(frozen=True, slots=True)
class PublicChapter:
    """What everybody may know of a chapter."""

    ebook_title: str
    number: int
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class PublicView:
    """Everybody's look: what is out and what is coming."""

    out: tuple[PublicChapter, ...]
    coming: tuple[PublicChapter, ...]


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first, with the Discord ids of those who caused them."""

    events: tuple[Event, ...]
    members: dict[str, int]
    number: int
    pages: int


PAGE = 10
_SHORT = "#"
_LONG = 32


@dataclass(frozen=True, slots=True)
class Progress:
    """Reads what happened and where everything stands."""

    database: Database

    async def overview(self, scope: Scope) -> Overview:
        """The team's look."""
        async with self.database.read() as reading:
            ebook, wanted = await _resolved(reading, scope)
            since = scope.period.since(reading.now)
            written = await reading.scripts.written(since=since, ebook_id=wanted.ebook_id, member_id=wanted.member_id)
            newest = await reading.events.page(wanted, limit=1)
            titles = {ebook.id: ebook.title} if ebook else await reading.ebooks.titles()
            standings = await reading.scripts.standings(wanted.ebook_id)
            counts = await reading.ebooks.chapter_counts()
            return Overview(
                replace(scope, ebook=ebook.id if ebook else ""),
                tuple(_book(ebook_id, title, standings, counts.get(ebook_id, 0)) for ebook_id, title in titles.items()),
                written=sum(written.values()),
                by_template=written.get(WriterKind.TEMPLATE.value, 0),
                spent_micros=await reading.runs.spent(since=since),
                members=await reading.events.people(wanted),
                events=await reading.events.count(wanted),
                writing=await reading.runs.count_live(),
                last=await _with_member(reading, newest[0]) if newest else None,
            )

    async def public(self, ebook: str = "") -> PublicView:
        """Everybody's look. Drafts do not appear in it."""
        async with self.database.read() as reading:
            found = await reading.ebooks.find(ebook) if ebook else None
            titles = await reading.ebooks.titles()
            standings = await reading.scripts.standings(found.id if found else None)
        out, coming = [], []
        for standing in standings:
            link = standing.link if standing.state is ScriptState.RELEASED else ""
            chapter = PublicChapter(titles[standing.ebook_id], standing.chapter_number, standing.title, link)
            if standing.state is ScriptState.RELEASED:
                out.append(chapter)
            elif standing.state is ScriptState.APPROVED:
                coming.append(chapter)
        return PublicView(tuple(out), tuple(coming))

    async def public_books(self, words: str) -> list[tuple[str, str]]:
        """Id and title of books of which something is out or coming, and whose title or id contains ``words``."""
        async with self.database.read() as reading:
            titles = await reading.ebooks.titles()
            standings = await reading.scripts.standings()
        known = {standing.ebook_id for standing in standings if standing.state is not ScriptState.DRAFT}
        wanted = words.casefold()
        return [
            (ebook_id, title)
            for ebook_id, title in titles.items()
            if ebook_id in known and (wanted in title.casefold() or wanted in ebook_id.casefold())
        ]

    async def events(self, scope: Scope, page: int) -> EventPage:
        """One page of events, newest first; ``page`` counts from 0 and is brought into range."""
        async with self.database.read() as reading:
            _, wanted = await _resolved(reading, scope)
            pages = max(1, -(-await reading.events.count(wanted) // PAGE))
            number = min(max(page, 0), pages - 1)
            found = await reading.events.page(wanted, limit=PAGE, offset=number * PAGE)
            members = await reading.members.discord_ids({event.member_id for event in found if event.member_id})
        return EventPage(tuple(found), members, number, pages)

    async def entries(self, scope: Scope, by: Person) -> list[dict[str, object]]:
        """Matching events, oldest first, in the exchange format ``{"timestamp", "event", "data"}``.

        That they were taken is an event itself; it comes after those that are returned.
        """
        async with self.database.read() as reading:
            _, wanted = await _resolved(reading, scope)
            found = [event.entry() async for event in reading.events.stream(wanted)]

        async def work(writing: Writing) -> None:
            member_id = await writing.members.remember(by.discord_id, by.name)
            writing.report(EXPORTED, {"format": "json", "events": len(found)}, member_id=member_id)

        await self.database.write(work)
        return found


async def _resolved(reading: Reading, scope: Scope) -> tuple[Ebook | None, EventFilter]:
    ebook = await _named(reading, scope.ebook) if scope.ebook else None
    if scope.ebook and ebook is None:
        raise NotFoundError(f"No book is called “{scope.ebook[:80]}”.", "Choose one from the list.")
    member_id = None
    if scope.member_discord_id is not None:
        # Somebody who has never acted has no events; no id matches the empty one.
        member_id = await reading.members.find(scope.member_discord_id) or ""
    return ebook, EventFilter(ebook.id if ebook else None, member_id, scope.period.since(reading.now))


async def _named(reading: Reading, name: str) -> Ebook | None:
    """The book by id, title or short name."""
    if name.startswith(_SHORT):
        name = next((ebook_id for ebook_id in await reading.ebooks.titles() if short_name(ebook_id) == name), name)
    return await reading.ebooks.find(name)


def short_name(ebook_id: str) -> str:
    """The id itself, or for a long one a hash that a button's id can hold."""
    if len(ebook_id) <= _LONG and not ebook_id.startswith(_SHORT):
        return ebook_id
    return _SHORT + hashlib.sha256(ebook_id.encode()).hexdigest()[:16]


def _book(ebook_id: str, title: str, standings: list[ChapterStanding], chapters: int) -> BookStanding:
    states = [standing.state for standing in standings if standing.ebook_id == ebook_id]
    released = states.count(ScriptState.RELEASED)
    approved = states.count(ScriptState.APPROVED) + released
    return BookStanding(ebook_id, title, max(chapters, len(states)), len(states), approved, released)


async def _with_member(reading: Reading, event: Event) -> tuple[Event, str]:
    """The name, not a mention: affiliates are not in the studio's server, where a mention of them is a bare number."""
    names = await reading.members.names([event.member_id] if event.member_id else [])
    return event, next(iter(names.values()), "")
