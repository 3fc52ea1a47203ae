"""Locks that belong to a process for as long as it lives: PostgreSQL's advisory locks, on a connection of their own.

The server frees them in the moment in which it learns that the connection has ended, which is at once if the process dies. If
its machine vanishes, the server learns it from unanswered TCP probes, within ``_PROBES``.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseUnavailableError

_PROBES: Final = {
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "9000",
}
"""The server's own settings for this connection: a machine that has vanished is noticed after 9 seconds. Over a socket of the
same machine they have no effect, and none is needed."""
_ANSWER_SECONDS: Final = 4.0
"""For each question to the server; then the connection counts as lost."""
_HOLDERS: Final = text(
    "SELECT DISTINCT activity.pid, activity.application_name FROM pg_locks JOIN pg_stat_activity activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32 | objid::bigint) = ANY (:keys)"
)
_COUNT_OWN: Final = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock: the server's number of the connection, and the name of the process."""

    connection_id: int
    owner: str


@dataclass(slots=True)
class ServerLocks:
    """The locks of one process, which is called ``owner`` among the server's connections.

    Whoever holds locks has to ask ``are_held`` every few seconds. All methods raise ``DatabaseUnavailableError`` if the server
    does not answer; then all locks count as lost.
    """

    engine: AsyncEngine
    owner: str
    _connection: AsyncConnection | None = None
    _held: set[int] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def try_lock(self, names: Sequence[str], *, shared: Sequence[str] = ()) -> bool:
        """Takes all of these locks, or none if somebody else holds one. Several may hold a lock that all took as ``shared``.

        Raises:
            DatabaseUnavailableError: the server does not answer.
        """
        wanted = [(_key(name), "") for name in names] + [(_key(name), "_shared") for name in shared]
        async with self._ask() as connection:
            taken: list[tuple[int, str]] = []
            for key, kind in wanted:
                got = await connection.scalar(text(f"SELECT pg_try_advisory_lock{kind}(:key)"), {"key": key})
                if not got:
                    for given_back, its_kind in taken:
                        await connection.execute(
                            text(f"SELECT pg_advisory_unlock{its_kind}(:key)"), {"key": given_back}
                        )
                    return False
                taken.append((key, kind))
            self._held |= {key for key, _ in taken}
        return True

    async def are_held(self) -> bool:
        """Whether this process still has every lock that it took.

        Raises:
            DatabaseUnavailableError: the server does not answer.
        """
        if self._connection is None:
            return False
        async with self._ask() as connection:
            # Not only that the connection works: a pooler may have put another one behind it.
            return bool(await connection.scalar(_COUNT_OWN) == len(self._held))

    async def find_holders(self, names: Collection[str]) -> list[LockHolder]:
        """Who holds these locks.

        Raises:
            DatabaseUnavailableError: the server does not answer.
        """
        async with self._ask() as connection:
            rows = await connection.execute(_HOLDERS, {"keys": [_key(name) for name in names]})
            return [LockHolder(*row) for row in rows]

    async def end_connection(self, holder: LockHolder) -> None:
        """The server ends the holder's connection and with it its locks.

        Raises:
            DatabaseUnavailableError: the server does not answer.
        """
        async with self._ask() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(:id)"), {"id": holder.connection_id})

    async def close(self) -> None:
        """Gives all locks back."""
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await asyncio.wait_for(connection.close(), _ANSWER_SECONDS)

    @asynccontextmanager
    async def _ask(self) -> AsyncIterator[AsyncConnection]:
        """The connection, opened if there is none, for one question at a time."""
        async with self._turn:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    if self._connection is None:
                        self._connection = await self._connect()
                    yield self._connection
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                await self.close()
                reason = "the connection that holds its locks was lost"
                raise DatabaseUnavailableError(reason, is_passing=True) from error

    async def _connect(self) -> AsyncConnection:
        connection = await self.engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for name, value in (_PROBES | {"application_name": self.owner}).items():
            await connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        return connection


def _key(name: str) -> int:
    """PostgreSQL knows locks by numbers of 64 bits."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
