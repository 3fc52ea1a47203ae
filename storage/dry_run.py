"""A database in which everything can be tried and nothing remains.

SQLite: a copy of the file in a temporary folder, or a new one where there is none. PostgreSQL: one transaction around
everything, undone at the end; a writer that waits for the same rows waits until then.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, ReadTransaction, T, WriteTransaction, why_unreadable
from storage.engine import create_engines, parse_url
from storage.errors import DatabaseUnreadableError
from storage.lock import FileLock
from storage.migrate import migrate_within


@asynccontextmanager
async def open_dry_run(url: str, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Database]:
    """The database at ``url`` as it is now, for trying things out; raises what ``Database.open`` raises."""
    address = parse_url(url)
    if address.drivername.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="midnight-myth-") as folder:
            _copy(address.database or "", f"{folder}/studio.db")
            try:
                database = await Database.open(f"sqlite:///{folder}/studio.db", clock)
            except DatabaseUnreadableError as error:
                told = str(error).replace(f"{folder}/studio.db", address.database or "")
                raise DatabaseUnreadableError(told) from error
            try:
                yield database
            finally:
                await database.close()
        return
    engines = create_engines(address)
    try:
        async with engines.writer.connect() as connection, connection.begin() as everything:
            await migrate_within(connection)
            try:
                yield _Undone(engines, clock, _connection=connection)
            finally:
                await everything.rollback()
    except (DBAPIError, OSError) as error:
        raise DatabaseUnreadableError(why_unreadable(engines, error)) from error
    finally:
        await engines.dispose()


def _copy(name: str, target: str) -> None:
    """The file and what stands in its log; nobody writes meanwhile, since we hold its lock where there is one."""
    source = Path(name).expanduser().resolve()
    if not source.exists():
        return
    lock = FileLock.take(source, signed=False) if Path(f"{source}.lock").exists() else None
    try:
        for ending in ("", "-wal"):
            if Path(f"{source}{ending}").exists():
                shutil.copy(f"{source}{ending}", f"{target}{ending}")
    except OSError as error:
        raise DatabaseUnreadableError(f"The database {source} cannot be copied: {error.strerror}.") from error
    finally:
        if lock is not None:
            lock.release()


@dataclass(slots=True)
class _Undone(Database):
    """Everything on one connection, each write a savepoint of its own."""

    _connection: AsyncConnection | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTransaction]:
        yield ReadTransaction(self._only, await self._get_time(self._only))

    async def write(self, work: Callable[[WriteTransaction], Awaitable[T]]) -> T:
        async with self._only.begin_nested():
            tx = WriteTransaction(self._only, await self._get_time(self._only))
            result = await work(tx)
            await tx.finish(self.session_gap)
            return result

    @property
    def _only(self) -> AsyncConnection:
        if self._connection is None:
            raise RuntimeError("a rehearsal has a connection from its beginning")
        return self._connection
