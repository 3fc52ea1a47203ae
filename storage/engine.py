"""Engines for SQLite and PostgreSQL.

SQLite runs in WAL mode. The driver is in autocommit mode and we send ``BEGIN IMMEDIATE`` ourselves, because a deferred
transaction that becomes a writer later fails at once if another writer is active. There is one connection for writers and a
few for readers, so that writers queue in the connection pool and not in SQLite's polling busy handler.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.errors import DatabaseUnreadableError
from storage.postgres import create_postgres_engine, parse_parameters
from storage.sqlite_connection import use_one_call_connections

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_READERS: Final = 4
"""Connections; each has a thread, and reads are short."""
_BUSY_MS: Final = 5_000
"""Milliseconds to wait for a lock. Only another program, such as a backup, can hold one: ours share one writer."""
_SHORT_BUSY_MS: Final = 250
"""The same while the program is being stopped, since what it has to store then is stored piece by piece."""


@dataclass(slots=True)
class LockWait:
    """How long a transaction that writes to SQLite waits for another program's lock."""

    is_short: bool = False
    """Set while the program is being stopped."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines for writing and for reading; on PostgreSQL they share their connections.

    ``path`` is SQLite's file. ``patient`` is for PostgreSQL's migrations, whose statements may take as long as they need.
    ``single`` is for PostgreSQL's connections that one owner keeps for long, such as the one that listens; it has no pool.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    path: Path | None
    patient: AsyncEngine | None = None
    single: AsyncEngine | None = None
    lock_wait: LockWait = field(default_factory=LockWait)

    async def dispose(self) -> None:
        """Closes every connection and ends its thread."""
        for engine in (self.reader, self.writer, self.patient, self.single):
            if engine is not None:
                await engine.dispose()


def parse_url(text: str) -> URL:
    """The database address with our driver in it.

    Raises:
        DatabaseUnreadableError: it is no address, names an unsupported database or parameter, or names no file. The
            sentence never contains the password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # ValueError: the port is not a number
        raise DatabaseUnreadableError("DATABASE_URL is not a database address.") from error
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise DatabaseUnreadableError(
            f"DATABASE_URL begins with {url.drivername}, but only sqlite and postgresql are supported."
        )
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise DatabaseUnreadableError("DATABASE_URL names no file: the studio's data must survive a restart.")
    if driver.startswith("postgresql"):
        parse_parameters(url)
    return url.set(drivername=driver)


def check_url(text: str) -> None:
    """Returns if ``parse_url`` understands the address; nothing is opened.

    Raises:
        DatabaseUnreadableError: it does not.
    """
    parse_url(text)


def create_engines(url: URL, *, to_write: bool = True) -> Engines:
    """Engines for an address that ``parse_url`` returned; no connection is opened yet.

    Without ``to_write`` neither the file nor its folder is created, and the file may be one that cannot be written.

    Raises:
        DatabaseUnreadableError: the SQLite file or its folder cannot be used.
    """
    if url.drivername.startswith("postgresql"):
        engine = create_postgres_engine(url)
        # Every statement of a read sees the same moment, as it does on SQLite.
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        patient = create_postgres_engine(url, time_limit=False)
        return Engines(engine, reader, None, patient, create_postgres_engine(url, pooled=False))
    path = Path(url.database or "").expanduser().resolve()  # through links too, one file has one lock
    _check_file(path, to_write=to_write)
    reader = _create_sqlite_engine(path, write=False, set_up=to_write)
    if not to_write:
        return Engines(reader, reader, path)
    lock_wait = LockWait()
    return Engines(_create_sqlite_engine(path, write=True, lock_wait=lock_wait), reader, path, lock_wait=lock_wait)


def _check_file(path: Path, *, to_write: bool) -> None:
    try:
        if to_write:
            path.parent.mkdir(parents=True, exist_ok=True)
        exists, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        action = "The folder {} cannot be created" if to_write else "The database {} cannot be opened"
        name = path.parent if to_write else path
        raise DatabaseUnreadableError(f"{action.format(name)}: {error.strerror}.") from error
    if not exists and not to_write:
        raise DatabaseUnreadableError(f"There is no database {path}. Check DATABASE_URL and the working folder.")
    if is_folder or (exists and not os.access(path, os.R_OK | (os.W_OK if to_write else 0))):
        rights = "read and written" if to_write else "read"
        raise DatabaseUnreadableError(f"The database {path} cannot be opened: it is not a file that can be {rights}.")


def _create_sqlite_engine(
    path: Path, *, write: bool, set_up: bool = True, lock_wait: LockWait | None = None
) -> AsyncEngine:
    """An engine for the file. ``set_up`` puts it into WAL mode, unless it is in it already."""
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(
        url,
        connect_args={"isolation_level": None},
        pool_size=1 if write else _READERS,
        max_overflow=0,
        hide_parameters=True,  # an error must not take people's names and ids into the log
    )

    use_one_call_connections(engine.sync_engine)

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up_connection(dbapi: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        cursor = dbapi.cursor()
        modes = ("journal_mode=WAL",) if set_up else ()
        for pragma in (*modes, "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
            cursor.execute("PRAGMA " + pragma)
        # Deleted content is overwritten with zeros: a forgotten name must not survive in unused pages of the file.
        cursor.execute("PRAGMA secure_delete=ON" if write else "PRAGMA query_only=ON")
        cursor.close()
        # SQLite's own lower() changes ASCII letters only, PostgreSQL's every letter.
        dbapi.create_function("lower", 1, _lower)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin_transaction(connection: Connection) -> None:
        # Not exec_driver_sql: its preparations take as long as the statement.
        statement = "BEGIN IMMEDIATE" if write else "BEGIN"
        cursor = connection.connection.cursor()
        if lock_wait is not None and lock_wait.is_short:
            cursor.execute(f"PRAGMA busy_timeout={_SHORT_BUSY_MS}")
        try:
            cursor.execute(statement)
        except sqlite3.OperationalError as error:  # locked by another program
            raise OperationalError(statement, None, error) from error

    return engine


def checkpoint_and_truncate(path: Path) -> bool:
    """Moves SQLite's write-ahead log into the database and truncates it; False while a reader still uses the log.

    It uses a connection of its own that never waits for a lock, because on the writer's connection every other writer would
    wait too. It blocks, so call it in a thread.
    """
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
