"""The events one by one: in pages, as files, and what is new since a member's last visit."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import BOOKKEEPING_EVENTS, PROGRESS_EXPORTED
from bot.exports.files import MAX_UPLOAD_BYTES, Download
from bot.progress.event_export import EventExport
from bot.progress.paging import PagePosition, locate_page
from bot.progress.scope import ResolvedScope, Scope, make_event_key, resolve_scope
from bot.progress.subjects import EventSubject, find_subjects
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.stores.events import Event, EventFilter

EVENTS_PER_PAGE: Final = 10
"""Two lines each: about as much as a phone shows, and far below the 4,000 characters of a Discord message."""
_MAX_UNSEEN_SHOWN: Final = 12
"""Events that "Since I last looked" lists one by one; the rest is only counted."""
_MAX_EXPORTED: Final = 300_000
"""Events in an export. More would need hundreds of MB of memory, and would not fit into an upload even as a ZIP file."""
_MAX_FILTER_NAMES: Final = 24
"""Event names to filter by. A Discord menu takes 25 options, and one of ours is "Every event"."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events, newest first.

    ``member_names`` has the names by member id, ``subjects`` what each event is about, by its number.
    ``event_names`` are the names to filter by, with how often each occurs in the scope.
    """

    events: tuple[Event, ...]
    member_names: dict[str, str]
    subjects: dict[int, EventSubject]
    position: PagePosition
    total: int
    event_names: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class UnseenEvents:
    """What has happened since a member's last visit.

    ``since`` is the time of that visit; None on the first one, for which the last seven days count as unseen. ``counts``
    says how often each event name occurs, by book title ("" for no book). ``latest`` are the newest of the events. Events that
    only accompany another one are left out.
    """

    since: datetime | None
    total: int
    counts: dict[str, Counter[str]]
    latest: tuple[Event, ...]
    member_names: dict[str, str]
    subjects: dict[int, EventSubject]


@dataclass(frozen=True, slots=True)
class EventHistory:
    """Reads events. ``limit`` is the size in bytes of the largest file that can be handed out."""

    database: Database
    zone: str
    limit: int = MAX_UPLOAD_BYTES

    @read_transaction
    async def get_page(self, tx: ReadTransaction, scope: Scope, page: int) -> EventPage:
        """A page of the scope's events; ``page`` counts from 0, and the nearest existing page is returned.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        resolved = await resolve_scope(tx, scope, self.zone)
        names = await tx.event_counts.count_by_name(resolved.filter, _MAX_FILTER_NAMES)
        wanted = await _build_filter(tx, resolved)
        if wanted.event and wanted.event not in dict(names):
            # The chosen name stays in the menu, even if it is rare in this period or does not occur at all.
            names = [(wanted.event, await tx.events.count(wanted)), *names][:_MAX_FILTER_NAMES]
        total = await tx.events.count(wanted)
        position = locate_page(page, total, EVENTS_PER_PAGE)
        events = await tx.events.get_page(wanted, limit=EVENTS_PER_PAGE, offset=position.offset)
        return EventPage(
            tuple(events),
            await get_member_names(tx, events),
            await find_subjects(tx, events),
            position,
            total,
            tuple(names),
        )

    async def export_events(self, scope: Scope, by: Actor) -> list[Download]:
        """The scope's events as a JSON and a CSV file, oldest first, or as one ZIP of both if they are large.

        The export is an event itself, which comes after the exported ones.

        Raises:
            NotFoundError: no book has the scope's id or title.
            StateError: there are too many events, or the files are larger than ``limit`` even as a ZIP.
        """
        # Not a @read_transaction, which would hold back a cancellation for as long as this takes.
        async with self.database.read() as tx:
            wanted = await _build_filter(tx, await resolve_scope(tx, scope, self.zone))
            if await tx.events.count(wanted) > _MAX_EXPORTED:
                raise _too_many_events()
            export = EventExport()
            async for event in tx.events.stream(wanted):
                export.add(event)
        # Compressing takes seconds for a long history.
        downloads = await asyncio.to_thread(export.to_downloads, self.limit)
        if sum(len(download.content) for download in downloads) > self.limit:
            raise _too_many_events()
        await self._report_export(export.event_count, by)
        return downloads

    @write_transaction
    async def get_unseen_events(self, tx: WriteTransaction, by: Actor) -> UnseenEvents:
        """What has happened in the whole studio since this member's last visit; from now on they have seen it."""
        wanted = replace((await resolve_scope(tx, Scope(), self.zone)).filter, excluding=BOOKKEEPING_EVENTS)
        member_id = await tx.members.remember(by)
        visit = await tx.sessions.record_visit(member_id, (await tx.events.get_head()).seq)
        if visit is not None:
            wanted = replace(wanted, since=None, after_seq=visit.seq)
        titles = await tx.ebooks.get_titles()
        counts: dict[str, Counter[str]] = {}
        for ebook_id, event, number in await tx.event_counts.count_by_book_and_name(wanted):
            counts.setdefault(titles.get(ebook_id or "", ""), Counter())[event] += number
        latest = await tx.events.get_page(wanted, limit=_MAX_UNSEEN_SHOWN)
        return UnseenEvents(
            since=visit.visited_at if visit else None,
            total=sum(counter.total() for counter in counts.values()),
            counts=counts,
            latest=tuple(latest),
            member_names=await get_member_names(tx, latest),
            subjects=await find_subjects(tx, latest),
        )

    @write_transaction
    async def _report_export(self, tx: WriteTransaction, event_count: int, by: Actor) -> None:
        tx.report(PROGRESS_EXPORTED, {"format": "json, csv", "events": event_count}, actor=by)


async def get_member_names(tx: ReadTransaction, events: list[Event]) -> dict[str, str]:
    """Names by member id of the members behind the events; forgotten members have none."""
    return await tx.members.get_names({event.member_id for event in events if event.member_id})


def _too_many_events() -> StateError:
    return StateError(
        "There are too many events for one file on Discord.",
        "Choose a shorter period, or ask your operator for `python -m bot export`.",
    )


async def _build_filter(tx: ReadTransaction, resolved: ResolvedScope) -> EventFilter:
    """The scope's filter, with the event's name if one was chosen."""
    key = resolved.scope.event_key
    if not key:
        return resolved.filter
    # Among all names: the chosen one may not occur in this period.
    names = await tx.event_counts.count_by_name(EventFilter(), None)
    name = next((name for name, _ in names if make_event_key(name) == key), "")
    return replace(resolved.filter, event=name)
