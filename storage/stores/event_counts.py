"""Events counted: by time, by name, by member. Every count is one walk along an index."""

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
    """Counts of events."""

    connection: AsyncConnection
    now: datetime

    async def between(self, wanted: EventFilter, edges: Sequence[datetime]) -> list[int]:
        """How many matching events lie between each two neighbouring edges, the first included."""
        spans = list(pairwise(iso(edge) for edge in edges))
        if not spans:
            return []
        parts = [
            select(literal(number).label("span"), func.count().label("events")).where(
                wanted.clause(), events.c.timestamp >= begin, events.c.timestamp < end
            )
            for number, (begin, end) in enumerate(spans)
        ]
        rows = await self.connection.execute(union_all(*parts))
        found = {row.span: row.events for row in rows}
        return [found[number] for number in range(len(spans))]

    async def first(self, wanted: EventFilter) -> datetime | None:
        """When the first matching event was."""
        text = (await self.connection.execute(select(func.min(events.c.timestamp)).where(wanted.clause()))).scalar()
        return None if text is None else datetime.fromisoformat(text)

    async def names(self, wanted: EventFilter, limit: int | None) -> list[tuple[str, int]]:
        """The most frequent names of matching events (None: every name), with how often they come."""
        number = func.count().label("number")
        query = (
            select(events.c.event, number)
            .where(wanted.clause())
            .group_by(events.c.event)
            .order_by(number.desc(), events.c.event)
            .limit(limit)
        )
        return [(row.event, row.number) for row in await self.connection.execute(query)]

    async def by_book(self, wanted: EventFilter) -> list[tuple[str | None, str, int]]:
        """Book, name and number of matching events."""
        query = select(events.c.ebook_id, events.c.event, func.count().label("number")).where(wanted.clause())
        rows = await self.connection.execute(query.group_by(events.c.ebook_id, events.c.event))
        return [(row.ebook_id, row.event, row.number) for row in rows]

    async def at_work(self, wanted: EventFilter, *, but: Collection[str]) -> list[str]:
        """Ids of the members behind matching events whose name is not in ``but``, the latest first."""
        latest = func.max(events.c.timestamp).label("latest")
        query = (
            select(events.c.member_id, latest)
            .where(wanted.clause(), events.c.member_id.is_not(None), events.c.event.not_in(but))
            .group_by(events.c.member_id)
            .order_by(latest.desc(), events.c.member_id)
        )
        return [row.member_id for row in await self.connection.execute(query)]
