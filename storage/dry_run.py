"""A database for a dry run: writes work, and nothing of them remains.

On SQLite it is a copy of the file in a temporary folder, or a new file if there is none. On PostgreSQL it is one transaction
around everything, which is rolled back at the end; until then, other writers wait for the rows that it has changed.
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

from storage.database import Database, ReadTransaction, T, WriteTransaction
from storage.engine import create_engines, parse_url
from storage.errors import DatabaseUnreadableError
from storage.lock import FileLock
from storage.migrate import migrate_within
from storage.outages import describe_open_error


@asynccontextmanager
async def open_dry_run(url: str, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Database]:
    """The database at ``url`` as it is now; whatever is written to it is discarded at the end.

    Raises:
        DatabaseInUseError: another process has the SQLite file open.
        DatabaseNewerError: a newer version of the program has migrated it.
        DatabaseUnreadableError: it cannot be opened, reached or copied.
    """
    address = parse_url(url)
    if address.drivername.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="midnight-myth-") as folder:
            _copy_sqlite_files(address.database or "", f"{folder}/studio.db")
            try:
                database = await Database.open(f"sqlite:///{folder}/studio.db", clock)
            except DatabaseUnreadableError as error:
                # The message must name the original file, not the copy.
                message = str(error).replace(f"{folder}/studio.db", address.database or "")
                raise DatabaseUnreadableError(message) from error
            try:
                yield database
            finally:
                await database.close()
        return
    engines = create_engines(address)
    try:
        async with engines.writer.connect() as connection, connection.begin() as transaction:
            await migrate_within(connection)
            try:
                yield _SingleTransactionDatabase(engines, clock, _connection=connection)
            finally:
                await transaction.rollback()
    except (DBAPIError, OSError) as error:
        raise DatabaseUnreadableError(describe_open_error(engines.path, error)) from error
    finally:
        await engines.dispose()


def _copy_sqlite_files(name: str, target: str) -> None:
    """Copies the file and its write-ahead log, under the lock if there is a lock file, so that nobody writes meanwhile."""
    source = Path(name).expanduser().resolve()
    if not source.exists():
        return
    lock = FileLock.acquire(source, write_pid=False) if Path(f"{source}.lock").exists() else None
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
class _SingleTransactionDatabase(Database):
    """Everything runs in the transaction of one connection; each write is a savepoint."""

    _connection: AsyncConnection | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTransaction]:
        yield ReadTransaction(self._open_connection, await self._get_time(self._open_connection))

    async def write(self, work: Callable[[WriteTransaction], Awaitable[T]]) -> T:
        async with self._open_connection.begin_nested():
            tx = WriteTransaction(self._open_connection, await self._get_time(self._open_connection))
            result = await work(tx)
            await tx.finish(self.session_gap)
            return result

    @property
    def _open_connection(self) -> AsyncConnection:
        if self._connection is None:
            raise RuntimeError("a dry run needs a connection")
        return self._connection
