"""Working sessions, and how far in the events each member had looked on their last visit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.tables import events, sessions, visits
from storage.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class Session:
    """Events of one member that lie close together. ``ended_at`` is set only if the member ended the session themselves."""

    id: str
    member_id: str
    name: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None

    def is_open(self, now: datetime, gap: timedelta) -> bool:
        """Whether the member's next event belongs to this session."""
        return self.ended_at is None and self.last_at >= now - gap


@dataclass(frozen=True, slots=True)
class Visit:
    """How far a member had looked, and when: the sequence number of the last event that existed then."""

    seq: int
    visited_at: datetime


@dataclass(frozen=True, slots=True)
class SessionStore:
    """Sessions by member and time."""

    connection: AsyncConnection
    now: datetime

    async def continue_or_start(self, member_id: str, gap: timedelta) -> str:
        """The member's open session is extended until now, or a new one is started; returns its id.

        ``gap`` is the longest pause between two events of one session.
        """
        open_session = await self.find_open(member_id, gap)
        if open_session is not None:
            # The clock may have been set back since; a session must not end before it began.
            last_at = max(self.now, open_session.last_at)
            await self.connection.execute(
                sessions.update().where(sessions.c.id == open_session.id).values(last_at=last_at)
            )
            return open_session.id
        session_id = new_id("sessions")
        await self.connection.execute(
            sessions.insert().values(id=session_id, member_id=member_id, started_at=self.now, last_at=self.now)
        )
        return session_id

    async def find_open(self, member_id: str, gap: timedelta) -> Session | None:
        """The member's open session, or None."""
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
        """The session.

        Raises:
            KeyError: there is no such session.
        """
        query = select(sessions).where(sessions.c.id == session_id)
        row = (await self.connection.execute(query)).mappings().first()
        if row is None:
            raise KeyError(session_id)
        return Session(**row)

    async def count(
        self, member_id: str | None = None, since: datetime | None = None, *, excluding: Collection[str] = ()
    ) -> int:
        """How many sessions match; see ``get_page`` for the parameters."""
        query = select(func.count()).select_from(sessions).where(_build_clause(member_id, since, excluding))
        return int((await self.connection.execute(query)).scalar_one())

    async def get_page(
        self,
        member_id: str | None = None,
        since: datetime | None = None,
        *,
        limit: int,
        offset: int = 0,
        excluding: Collection[str] = (),
    ) -> list[Session]:
        """Matching sessions, the latest first.

        ``member_id`` None means every member. ``since`` keeps sessions whose last event is at or after it. Sessions that
        have only events whose names are in ``excluding`` are left out.
        """
        query = (
            select(sessions)
            .where(_build_clause(member_id, since, excluding))
            .order_by(sessions.c.last_at.desc(), sessions.c.id)
            .limit(limit)
            .offset(offset)
        )
        return [Session(**row) for row in (await self.connection.execute(query)).mappings()]

    async def count_events(self, session_ids: Sequence[str]) -> dict[str, int]:
        """How many events each session has; sessions without events are missing from the result."""
        query = (
            select(events.c.session_id, func.count())
            .where(events.c.session_id.in_(session_ids))
            .group_by(events.c.session_id)
        )
        return {row[0]: row[1] for row in await self.connection.execute(query)}

    async def rename(self, session_id: str, name: str) -> None:
        """The session has this name; an empty one removes the name."""
        await self.connection.execute(sessions.update().where(sessions.c.id == session_id).values(name=name))

    async def end(self, session_id: str) -> None:
        """The session has ended now, so that the member's next event starts another.

        Raises:
            StaleStateError: it had been ended before.
        """
        query = sessions.update().where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        if (await self.connection.execute(query.values(ended_at=self.now))).rowcount != 1:
            raise StaleStateError(f"the session {session_id} has already ended")

    async def record_visit(self, member_id: str, seq: int) -> Visit | None:
        """The member has now seen every event up to ``seq``; returns their previous visit, None if this is the first."""
        query = select(visits.c.seq, visits.c.visited_at).where(visits.c.member_id == member_id)
        previous = (await self.connection.execute(query)).mappings().first()
        row = {"member_id": member_id, "seq": seq, "visited_at": self.now}
        await insert_or_update(self.connection, visits, row, ["member_id"], ["seq", "visited_at"])
        return Visit(**previous) if previous else None


def _build_clause(member_id: str | None, since: datetime | None, excluding: Collection[str]) -> ColumnElement[bool]:
    clauses: list[ColumnElement[bool]] = [true()]
    if member_id is not None:
        clauses.append(sessions.c.member_id == member_id)
    if excluding:
        is_shown = exists().where(events.c.session_id == sessions.c.id, events.c.event.not_in(excluding))
        clauses.append(is_shown)
    if since is not None:
        clauses.append(sessions.c.last_at >= since)
    return and_(*clauses)
