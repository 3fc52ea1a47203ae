"""A database for a dry run: writes work, and nothing of them remains.

It is a copy in a temporary folder, so a running bot is not held up, or a new database if there is none.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from storage.copying import copy_rows
from storage.database import Database
from storage.engine import parse_url
from storage.errors import DatabaseEmptyError, DatabaseInUseError, DatabaseUnreadableError
from storage.lock import FileLock
from storage.tables import chain_head, metadata


@asynccontextmanager
async def open_dry_run(url: str, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Database]:
    """The database at ``url`` as it is now; whatever is written to it is discarded at the end.

    Raises:
        DatabaseNewerError: a newer version of the program has migrated it.
        DatabaseUnreadableError: it cannot be opened, reached or copied.
    """
    address = parse_url(url)
    with tempfile.TemporaryDirectory(prefix="midnight-myth-") as folder:
        path = Path(folder) / "studio.db"
        database = await (
            _copy_file(address, path, clock)
            if address.drivername.startswith("sqlite")
            else _copy_server(url, path, clock)
        )
        try:
            yield database
        finally:
            await database.close()


async def _copy_server(url: str, path: Path, clock: Callable[[], datetime] | None) -> Database:
    """A copy of what PostgreSQL has at one moment; nothing there is locked."""
    try:
        source = await Database.open_for_reading(url)
    except DatabaseEmptyError:
        return await Database.open(f"sqlite:///{path}", clock)
    try:
        database = await Database.open(f"sqlite:///{path}", clock)
        async with source.read() as read, database.engines.writer.begin() as connection:
            await connection.execute(chain_head.delete())
            await copy_rows(read.events.connection, connection, metadata.sorted_tables)
    finally:
        await source.close()
    return database


async def _copy_file(address: URL, path: Path, clock: Callable[[], datetime] | None) -> Database:
    source = _copy_sqlite(address.database or "", path)
    try:
        return await Database.open(f"sqlite:///{path}", clock)
    except DatabaseUnreadableError as error:
        # The message must name the original file, not the copy.
        raise DatabaseUnreadableError(str(error).replace(str(path), str(source))) from error


def _copy_sqlite(name: str, target: Path) -> Path:
    """Copies the file and its write-ahead log, and returns its path.

    While a process uses it, SQLite itself copies what was committed.
    """
    source = Path(name).expanduser().resolve()
    if not source.exists():
        return source
    try:
        lock = FileLock.acquire(source, write_pid=False) if Path(f"{source}.lock").exists() else None
    except DatabaseInUseError:
        with closing(sqlite3.connect(source)) as connection, closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
        return source
    try:
        for ending in ("", "-wal"):
            if Path(f"{source}{ending}").exists():
                shutil.copy(f"{source}{ending}", f"{target}{ending}")
    except OSError as error:
        raise DatabaseUnreadableError(f"The database {source} cannot be copied: {error.strerror}.") from error
    finally:
        if lock is not None:
            lock.release()
    return source
