"""What happened, event by event: pages, exports, and what is new since somebody last looked."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import PROGRESS_EXPORTED
from bot.exports.files import MAX_UPLOAD_BYTES, Download
from bot.progress import event_export
from bot.progress.scope import ResolvedScope, Scope, make_event_key, resolve_scope
from storage import Database, ReadTransaction, WriteTransaction
from storage.stores.events import Event, EventFilter

PAGE = 10
NEWS = 12
MOST = 300_000
_NAMES = 24


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first. ``people`` are names by member id; ``names`` the events that may be filtered for."""

    events: tuple[Event, ...]
    people: dict[str, str]
    number: int
    pages: int
    total: int
    names: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class News:
    """What is new: how often each kind of event came, by book title ("" for none), and the latest of them.

    ``since`` is when the person looked last, None if never; then it is the last week's.
    """

    since: datetime | None
    total: int
    counts: dict[str, Counter[str]]
    events: tuple[Event, ...]
    people: dict[str, str]


@dataclass(frozen=True, slots=True)
class EventHistory:
    """Reads the events. ``limit`` is the largest file that can be given, in bytes."""

    database: Database
    zone: str
    limit: int = MAX_UPLOAD_BYTES

    async def page(self, scope: Scope, page: int) -> EventPage:
        """One page; ``page`` counts from 0 and is brought into range."""
        async with self.database.read() as tx:
            wanted = await resolve_scope(tx, scope, self.zone)
            names = await tx.event_counts.count_by_name(wanted.filter, _NAMES)
            found = await _narrowed(tx, wanted)
            if found.event and found.event not in dict(names):
                names = [(found.event, await tx.events.count(found)), *names][:_NAMES]
            total = await tx.events.count(found)
            pages = max(1, -(-total // PAGE))
            number = min(max(page, 0), pages - 1)
            events = await tx.events.get_page(found, limit=PAGE, offset=number * PAGE)
            return EventPage(tuple(events), await people(tx, events), number, pages, total, tuple(names))

    async def export(self, scope: Scope, by: Actor) -> list[Download]:
        """Matching events as JSON and as CSV, oldest first; compressed where they would be too large.

        That they were taken is an event itself; it comes after those that are returned. ``StateError`` where even the
        compressed files are too large.
        """
        async with self.database.read() as tx:
            wanted = await resolve_scope(tx, scope, self.zone)
            found = await _narrowed(tx, wanted)
            if await tx.events.count(found) > MOST:
                raise _too_many()
            files = event_export.Files()
            async for event in tx.events.stream(found):
                files.add(event)
        downloads = await asyncio.to_thread(files.finished, self.limit)
        if sum(len(download.content) for download in downloads) > self.limit:
            raise _too_many()

        async def work(tx: WriteTransaction) -> None:
            member_id = await tx.members.remember(by)
            tx.report(PROGRESS_EXPORTED, {"format": "json, csv", "events": files.count}, member_id=member_id)

        await self.database.write(work)
        return downloads

    async def news(self, by: Actor) -> News:
        """What is new everywhere since this person looked last; from now on they have seen it."""

        async def work(tx: WriteTransaction) -> News:
            wanted = await resolve_scope(tx, Scope(), self.zone)
            member_id = await tx.members.remember(by)
            before = await tx.sessions.record_visit(member_id, (await tx.events.get_head()).seq)
            found = wanted.filter
            if before is not None:
                found = replace(found, since=None, after_seq=before.seq)
            titles = await tx.ebooks.get_titles()
            counts: dict[str, Counter[str]] = {}
            for ebook_id, event, number in await tx.event_counts.count_by_book_and_name(found):
                counts.setdefault(titles.get(ebook_id or "", ""), Counter())[event] += number
            latest = await tx.events.get_page(found, limit=NEWS)
            total = sum(number for counter in counts.values() for number in counter.values())
            return News(before.visited_at if before else None, total, counts, tuple(latest), await people(tx, latest))

        return await self.database.write(work)


def _too_many() -> StateError:
    return StateError(
        "These are too many events for one file on Discord.",
        "Choose a shorter period, or ask your operator for `python -m bot export`.",
    )


async def people(tx: ReadTransaction, events: list[Event]) -> dict[str, str]:
    """Names by member id of whoever caused the events; the forgotten have none."""
    return await tx.members.get_names({event.member_id for event in events if event.member_id})


async def _narrowed(tx: ReadTransaction, wanted: ResolvedScope) -> EventFilter:
    """The filter with the event's name in it, where one was chosen; a name may be older than the period."""
    if not wanted.scope.event:
        return wanted.filter
    names = await tx.event_counts.count_by_name(EventFilter(), None)
    name = next((name for name, _ in names if make_event_key(name) == wanted.scope.event), "")
    return replace(wanted.filter, event=name)
