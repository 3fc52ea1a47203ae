"""Working sessions, and how far in the events each member has looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import events, sessions, visits
from storage.upsert import add_or_change


@dataclass(frozen=True, slots=True)
class Session:
    """A member's tracked acts that lie close together. ``ended_at`` is set where they ended it themselves."""

    id: str
    member_id: str
    name: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None

    def open(self, now: datetime, gap: timedelta) -> bool:
        """Whether the member's next act belongs to it."""
        return self.ended_at is None and self.last_at >= now - gap


@dataclass(frozen=True, slots=True)
class SessionStore:
    """Sessions by member and time."""

    connection: AsyncConnection
    now: datetime

    async def enter(self, member_id: str, gap: timedelta) -> str:
        """The id of the member's session that this moment belongs to; begun if there is none."""
        recent = await self.current(member_id, gap)
        if recent is not None:
            await self.connection.execute(
                sessions.update().where(sessions.c.id == recent.id).values(last_at=max(self.now, recent.last_at))
            )
            return recent.id
        session_id = new_id("sessions")
        await self.connection.execute(
            sessions.insert().values(id=session_id, member_id=member_id, started_at=self.now, last_at=self.now)
        )
        return session_id

    async def current(self, member_id: str, gap: timedelta) -> Session | None:
        """The member's open session, if there is one."""
        query = (
            select(sessions)
            .where(
                sessions.c.member_id == member_id,
                sessions.c.ended_at.is_(None),
                sessions.c.last_at >= self.now - gap,
            )
            .order_by(sessions.c.last_at.desc())
            .limit(1)
        )
        row = (await self.connection.execute(query)).mappings().first()
        return Session(**row) if row else None

    async def get(self, session_id: str) -> Session:
        """The session; ``KeyError`` where there is none."""
        query = select(sessions).where(sessions.c.id == session_id)
        row = (await self.connection.execute(query)).mappings().first()
        if row is None:
            raise KeyError(session_id)
        return Session(**row)

    async def count(self, member_id: str | None = None, since: datetime | None = None) -> int:
        """How many sessions match."""
        query = select(func.count()).select_from(sessions).where(_clause(member_id, since))
        return int((await self.connection.execute(query)).scalar_one())

    async def page(
        self, member_id: str | None = None, since: datetime | None = None, *, limit: int, offset: int = 0
    ) -> list[Session]:
        """Matching sessions, the latest first."""
        query = (
            select(sessions)
            .where(_clause(member_id, since))
            .order_by(sessions.c.last_at.desc(), sessions.c.id)
            .limit(limit)
            .offset(offset)
        )
        return [Session(**row) for row in (await self.connection.execute(query)).mappings()]

    async def sizes(self, session_ids: Sequence[str]) -> dict[str, int]:
        """How many events each has."""
        query = (
            select(events.c.session_id, func.count())
            .where(events.c.session_id.in_(session_ids))
            .group_by(events.c.session_id)
        )
        return {row[0]: row[1] for row in await self.connection.execute(query)}

    async def name(self, session_id: str, name: str) -> None:
        """It is called so from now on."""
        await self.connection.execute(sessions.update().where(sessions.c.id == session_id).values(name=name))

    async def end(self, session_id: str) -> bool:
        """Whether it was open until now."""
        query = sessions.update().where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        return (await self.connection.execute(query.values(ended_at=self.now))).rowcount == 1

    async def look(self, member_id: str, seq: int) -> tuple[int, datetime] | None:
        """Marks how far the member has looked; returns how far and when they had looked before, None the first time."""
        before = (
            await self.connection.execute(
                select(visits.c.seq, visits.c.visited_at).where(visits.c.member_id == member_id)
            )
        ).first()
        row = {"member_id": member_id, "seq": seq, "visited_at": self.now}
        await add_or_change(self.connection, visits, row, ["member_id"], ["seq", "visited_at"])
        return (before.seq, before.visited_at) if before else None


def _clause(member_id: str | None, since: datetime | None) -> ColumnElement[bool]:
    clauses: list[ColumnElement[bool]] = [true()]
    if member_id is not None:
        clauses.append(sessions.c.member_id == member_id)
    if since is not None:
        clauses.append(sessions.c.last_at >= since)
    return and_(*clauses)
