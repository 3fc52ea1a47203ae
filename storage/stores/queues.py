"""What is waiting and who is working on it: for metrics and ``python -m bot status``. Nothing is changed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.states import DeliveryState, NoticeState, RunState
from storage.tables import batches, boards, broadcasts, deliveries, runs, scripts, server_notices, subscriptions


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where one kind of job is. ``since`` is the moment from which a job waits; None, at once."""

    table: Table
    waiting: ColumnElement[bool]
    since: Column[Any]


_KINDS: Final[Mapping[str, _Kind]] = {
    "runs": _Kind(runs, runs.c.state == RunState.READY, runs.c.created_at),
    "deliveries": _Kind(deliveries, deliveries.c.state == DeliveryState.READY, deliveries.c.due_at),
    "boards": _Kind(boards, boards.c.lease_owner.is_(None), boards.c.due_at),
    "notices": _Kind(server_notices, server_notices.c.state == NoticeState.READY, server_notices.c.due_at),
}
_STATES: Final = {
    "runs": runs,
    "deliveries": deliveries,
    "notices": server_notices,
    "batches": batches,
    "broadcasts": broadcasts,
    "scripts": scripts,
    "subscriptions": subscriptions,
}


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of job: how many are due, since when the oldest of them is, and how many are being worked on."""

    due: int
    oldest: datetime | None
    leased: int

    def get_lag(self, now: datetime) -> float:
        """For how many seconds the oldest due job has waited; 0 where none does."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


@dataclass(frozen=True, slots=True)
class LeaseGroup:
    """The leases that one owner has on one kind of job. ``is_expired`` says that another process takes them over."""

    queue: str
    owner: str
    jobs: int
    until: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True)
class QueueStore:
    """Reads the tables of all kinds of jobs."""

    connection: AsyncConnection
    now: datetime

    async def list_queues(self) -> dict[str, Queue]:
        """Every kind of job by its name."""
        return {name: await self._read(kind) for name, kind in _KINDS.items()}

    async def _read(self, kind: _Kind) -> Queue:
        due = and_(kind.waiting, or_(kind.since.is_(None), kind.since <= self.now))
        row = (await self.connection.execute(select(func.count(), func.min(kind.since)).where(due))).one()
        is_leased = kind.table.c.lease_owner.is_not(None)
        leased = await self.connection.execute(select(func.count()).select_from(kind.table).where(is_leased))
        return Queue(row[0], row[1], leased.scalar_one())

    async def count_states(self) -> dict[str, dict[str, int]]:
        """How many rows are in each state, by the name of the table."""
        counts: dict[str, dict[str, int]] = {}
        for name, table in _STATES.items():
            query = select(table.c.state, func.count()).group_by(table.c.state)
            counts[name] = {str(state): count for state, count in await self.connection.execute(query)}
        return counts

    async def list_leases(self) -> list[LeaseGroup]:
        """Who holds how many jobs of which kind."""
        groups: list[LeaseGroup] = []
        for name, kind in _KINDS.items():
            columns = kind.table.c
            until = func.min(columns.lease_until)
            query = select(columns.lease_owner, func.count(), until).where(columns.lease_owner.is_not(None))
            rows = await self.connection.execute(query.group_by(columns.lease_owner).order_by(columns.lease_owner))
            groups += [LeaseGroup(name, owner, jobs, end, end < self.now) for owner, jobs, end in rows]
        return groups
