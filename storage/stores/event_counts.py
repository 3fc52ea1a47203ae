"""Counts of events by time, by name, by book and by member. Each count is one walk along an index of ``events``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.events import EventFilter
from storage.tables import events
from storage.types import iso


@dataclass(frozen=True, slots=True)
class EventCountStore:
    """Counts events without reading them."""

    connection: AsyncConnection
    now: datetime

    async def count_between(self, wanted: EventFilter, edges: Sequence[datetime]) -> list[int]:
        """How many matching events lie between each two neighbouring edges; one number less than there are edges.

        Each span includes its first edge and excludes its last.
        """
        spans = list(pairwise(iso(edge) for edge in edges))
        if not spans:
            return []
        # One SELECT per span, so that each is a range on an index; grouping by a computed span would scan the table.
        parts = [
            select(literal(number).label("span"), func.count().label("events")).where(
                wanted.to_clause(), events.c.timestamp >= begin, events.c.timestamp < end
            )
            for number, (begin, end) in enumerate(spans)
        ]
        rows = await self.connection.execute(union_all(*parts))
        counts = {row.span: row.events for row in rows}
        return [counts[number] for number in range(len(spans))]

    async def find_first_time(self, wanted: EventFilter) -> datetime | None:
        """When the first matching event happened; None if none matches."""
        query = select(func.min(events.c.timestamp)).where(wanted.to_clause())
        text = (await self.connection.execute(query)).scalar()
        return None if text is None else datetime.fromisoformat(text)

    async def count_by_name(self, wanted: EventFilter, limit: int | None) -> list[tuple[str, int]]:
        """The ``limit`` most frequent names of matching events with their numbers; every name if ``limit`` is None."""
        number = func.count().label("number")
        query = (
            select(events.c.event, number)
            .where(wanted.to_clause())
            .group_by(events.c.event)
            .order_by(number.desc(), events.c.event)
            .limit(limit)
        )
        return [(row.event, row.number) for row in await self.connection.execute(query)]

    async def count_by_book_and_name(self, wanted: EventFilter) -> list[tuple[str | None, str, int]]:
        """Ebook id (None for events of no book), event name and number of matching events."""
        query = select(events.c.ebook_id, events.c.event, func.count().label("number")).where(wanted.to_clause())
        rows = await self.connection.execute(query.group_by(events.c.ebook_id, events.c.event))
        return [(row.ebook_id, row.event, row.number) for row in rows]

    async def list_active_members(self, wanted: EventFilter, *, excluding: Collection[str]) -> list[str]:
        """Ids of members with matching events, the most recently active first.

        Events whose name is in ``excluding`` do not count as activity.
        """
        latest = func.max(events.c.timestamp).label("latest")
        query = (
            select(events.c.member_id, latest)
            .where(wanted.to_clause(), events.c.member_id.is_not(None), events.c.event.not_in(excluding))
            .group_by(events.c.member_id)
            .order_by(latest.desc(), events.c.member_id)
        )
        return [row.member_id for row in await self.connection.execute(query)]
