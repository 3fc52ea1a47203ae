"""Leases on rows: the right of one process to work on one job until a moment.

Every job that outlives a request is a row with three columns: ``lease_owner`` (which process), ``lease_token`` (a fencing
token that grows with each lease of the row) and ``lease_until``. A lease is taken, renewed and ended here and nowhere else.
A process that was paused for longer than its lease finds owner or token changed and gets ``StaleStateError`` for whatever it
tries to store.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ClauseElement, Column, ColumnElement, RowMapping, Select, Table, Update, and_, bindparam, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError

LEASE_DURATION: Final = timedelta(seconds=10)
"""How long a lease lasts without renewal. Three heartbeats (see ``bot/jobs/worker.py``): one or two that come late cost
nothing, and what a dead process held is taken over within 13 s."""

_updates: Final[dict[tuple[str, tuple[str, ...]], Update]] = {}
"""Statements by table and columns, for ``LeasedRows``."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Proof of a lease: owner and fencing token as they were when the row was claimed."""

    owner: str
    token: int


def new_owner(kind: str) -> str:
    """A name for this process as the owner of one kind of job, such as ``runs_4711_9f2c04d1a7b3e658``.

    The process id is for people who read the table; the random part keeps two machines with the same process id apart.
    """
    return f"{kind}_{os.getpid()}_{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class LeasedRows:
    """Claims, renews and ends leases on the rows of one table.

    ``held`` is the condition under which a row counts as leased besides its owner, such as ``state = 'writing'``.
    """

    connection: AsyncConnection
    now: datetime
    table: Table
    key: Column[Any]
    held: ColumnElement[bool]

    async def claim(
        self, candidates: Select[Any], owner: str, duration: timedelta, values: Mapping[str, Any]
    ) -> list[RowMapping]:
        """The rows whose keys ``candidates`` selects, now leased by ``owner`` and with ``values`` set.

        Rows that another transaction is claiming at the same moment are skipped.
        """
        # Two statements: PostgreSQL may run a locking subquery again and lock more rows than its limit.
        keys = list((await self.connection.execute(candidates.with_for_update(skip_locked=True))).scalars())
        if not keys:
            return []
        return await self._take(self.key.in_(keys), owner, duration, values)

    async def take_over(
        self, owner: str, duration: timedelta, *, all_owners: bool, values: Mapping[str, Any]
    ) -> list[RowMapping]:
        """Rows whose owner is gone, now leased by ``owner``. See ``expired`` for ``all_owners``."""
        return await self._take(self.expired(owner, all_owners=all_owners), owner, duration, values)

    def expired(self, owner: str, *, all_owners: bool) -> ColumnElement[bool]:
        """The condition for rows whose owner is gone.

        That is a lease that has run out, or, with ``all_owners``, any lease of somebody else: for the start of the only
        process that there can be.
        """
        if all_owners:
            return and_(self.held, or_(self.table.c.lease_owner.is_(None), self.table.c.lease_owner != owner))
        return and_(self.held, self.table.c.lease_until < self.now)

    async def renew(self, key: object, lease: Lease, duration: timedelta, values: Mapping[str, Any]) -> None:
        """The lease lasts ``duration`` from now on, and ``values`` are set.

        Raises:
            StaleStateError: the row is no longer leased under this lease.
        """
        await self._update(key, lease, {"lease_until": self.now + duration, **values})

    async def end(self, key: object, lease: Lease, values: Mapping[str, Any]) -> None:
        """Nobody holds the row any longer, and ``values`` are set.

        Raises:
            StaleStateError: the row is no longer leased under this lease.
        """
        await self._update(key, lease, {"lease_owner": None, "lease_until": None, **values})

    async def _take(
        self, condition: ColumnElement[bool], owner: str, duration: timedelta, values: Mapping[str, Any]
    ) -> list[RowMapping]:
        token = self.table.c.lease_token + 1
        lease = {"lease_owner": owner, "lease_token": token, "lease_until": self.now + duration}
        query = self.table.update().where(condition).values({**lease, **values}).returning(*self.table.c)
        return list((await self.connection.execute(query)).mappings().all())

    async def _update(self, key: object, lease: Lease, values: Mapping[str, Any]) -> None:
        expressions = {name: value for name, value in values.items() if isinstance(value, ClauseElement)}
        names = tuple(name for name in values if name not in expressions)
        if expressions:
            query = self._build_update(names).values(expressions)
        else:
            # Built once for each set of columns, because building it costs as much as running it.
            known = _updates.get((self.table.name, names))
            query = self._build_update(names) if known is None else known
            _updates[self.table.name, names] = query
        parameters = {f"new_{name}": values[name] for name in names}
        parameters |= {"leased_key": key, "leased_owner": lease.owner, "leased_token": lease.token}
        if (await self.connection.execute(query, parameters)).rowcount != 1:
            raise StaleStateError(f"{self.table.name} {key} is no longer leased by {lease.owner}")

    def _build_update(self, names: tuple[str, ...]) -> Update:
        """Sets the named columns (as ``new_…``) of the row that is still held under the lease."""
        columns = self.table.c
        return (
            self.table.update()
            .where(
                self.key == bindparam("leased_key"),
                self.held,
                columns.lease_owner == bindparam("leased_owner"),
                columns.lease_token == bindparam("leased_token"),
            )
            .values({name: bindparam(f"new_{name}", type_=columns[name].type) for name in names})
        )
