"""Engines for SQLite and PostgreSQL, set up as measured.

SQLite: WAL; the driver in autocommit with ``BEGIN IMMEDIATE`` sent by us, since a deferred transaction that turns into a
writer fails at once; one writer connection and a few readers, so that writers queue in the pool and not in SQLite's
polling busy handler.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.errors import DatabaseUnreadableError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_READERS = 4
_BUSY_MS = 5000


@dataclass(frozen=True, slots=True)
class Engines:
    """Where to write and where to read; on PostgreSQL both are the same pool. ``path`` is SQLite's file, if any."""

    writer: AsyncEngine
    reader: AsyncEngine
    path: Path | None

    async def dispose(self) -> None:
        """Closes every connection and ends their threads."""
        await self.reader.dispose()
        if self.writer is not self.reader:
            await self.writer.dispose()


def parse_url(text: str) -> URL:
    """The address with our driver in it; raises ``DatabaseUnreadableError`` with a sentence that holds no password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise DatabaseUnreadableError("DATABASE_URL is not a database address.") from error
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise DatabaseUnreadableError(
            f"DATABASE_URL begins with {url.drivername}, but only sqlite and postgresql are supported."
        )
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise DatabaseUnreadableError("DATABASE_URL names no file: the studio's memory must survive a restart.")
    return url.set(drivername=driver)


def create_engines(url: URL) -> Engines:
    """Engines for an address that ``parse_url`` returned; nothing is opened yet."""
    if url.drivername.startswith("postgresql"):
        engine = create_async_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True)
        return Engines(engine, engine, None)
    path = Path(url.database or "").expanduser().resolve()  # one file has one lock, whatever link leads to it
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreadableError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    if path.is_dir() or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        raise DatabaseUnreadableError(
            f"The database {path} cannot be opened: it is no file that can be read and written."
        )
    return Engines(_sqlite(path, write=True), _sqlite(path, write=False), path)


def _sqlite(path: Path, *, write: bool) -> AsyncEngine:
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(
        url, connect_args={"isolation_level": None}, pool_size=1 if write else _READERS, max_overflow=0
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        cursor = dbapi.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
            cursor.execute("PRAGMA " + pragma)
        # What is overwritten is zeroed: a forgotten name must not survive in the file's unused corners.
        cursor.execute("PRAGMA secure_delete=ON" if write else "PRAGMA query_only=ON")
        cursor.close()
        # SQLite's own lower() knows ASCII alone; PostgreSQL's knows every letter.
        dbapi.create_function("lower", 1, _lower)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def emptied(path: Path) -> bool:
    """Whether SQLite's write-ahead log is moved into the database and empty; False while somebody still reads from it.

    On a connection of its own that waits for nobody, since the writer's would keep everybody waiting. Call it in a thread.
    """
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
