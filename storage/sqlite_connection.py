"""A connection to SQLite that crosses to the driver's thread once for each statement.

aiosqlite runs every call in a thread. SQLAlchemy makes four calls for one statement (new cursor, execute, fetch, close), and
each costs more than a small statement itself. Here one call does all four. Nothing is left open afterwards, so a cancelled
task leaves no unfinished statement that would keep the file locked.

Results that are streamed (``connection.stream``) use SQLAlchemy's own cursor.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine import Engine
from sqlalchemy.util.concurrency import await_only

R = TypeVar("R")


class _Outcome(NamedTuple):
    description: Any
    rows: list[Any]
    rowcount: int
    lastrowid: int | None


class OneCallCursor:
    """What SQLAlchemy needs of a DBAPI cursor; all rows are in memory."""

    def __init__(self, connection: "OneCallConnection") -> None:
        self._connection = connection
        self._outcome = _Outcome(None, [], -1, None)
        self._position = 0
        self.arraysize = 1

    @property
    def description(self) -> Any:  # noqa: ANN401 - as DBAPI has it
        """The columns of the last statement, None where it returns no rows."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed, -1 where that is unknown."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row number of the last insert."""
        return self._outcome.lastrowid

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Runs one statement and fetches its rows."""
        self._run(lambda cursor: cursor.execute(statement, parameters))

    def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Runs one statement for each set of parameters."""
        self._run(lambda cursor: cursor.executemany(statement, parameters))

    def _run(self, act: Callable[[sqlite3.Cursor], object]) -> None:
        def run(connection: sqlite3.Connection) -> _Outcome:
            with closing(connection.cursor()) as cursor:
                act(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return _Outcome(cursor.description, rows, cursor.rowcount, cursor.lastrowid)

        self._outcome = self._connection.run(run)
        self._position = 0

    def fetchone(self) -> Any:  # noqa: ANN401
        """The next row, or None."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        begin = self._position
        self._position = min(len(self._outcome.rows), begin + (self.arraysize if size is None else size))
        return self._outcome.rows[begin : self._position]

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self.fetchmany(len(self._outcome.rows))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def close(self) -> None:
        """Frees the rows. The driver's cursor is closed already."""
        self._outcome = self._outcome._replace(rows=[])

    async def _async_soft_close(self) -> None:
        """Called by SQLAlchemy when it has fetched the rows."""


class OneCallConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's adapted aiosqlite connection with another cursor."""

    __slots__ = ()

    def cursor(self, server_side: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - SQLAlchemy's signature
        """A cursor; ``server_side`` is for streamed results."""
        return super().cursor(server_side=True) if server_side else OneCallCursor(self)

    def rollback(self) -> None:
        """Ends the transaction, if there is one: the pool asks for this after every use."""
        driver = self._driver
        if driver._connection is not None and driver.in_transaction:
            super().rollback()

    def run(self, act: Callable[[sqlite3.Connection], R]) -> R:
        """What ``act`` returns, called with the driver's connection in the driver's thread.

        Raises:
            sqlite3.Error: whatever SQLite reports.
        """

        async def call() -> R:
            future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
            # The queue of aiosqlite's thread, as SQLAlchemy itself uses it for the isolation level.
            self._driver._tx.put_nowait((future, lambda: act(self._driver._conn)))
            return await future

        return await_only(call())

    @property
    def _driver(self) -> aiosqlite.Connection:
        driver: aiosqlite.Connection = self.driver_connection
        return driver


def use_one_call_connections(engine: Engine) -> None:
    """Connections that the engine opens from now on are ``OneCallConnection``."""

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _record: object, arguments: Any, options: Any) -> OneCallConnection:  # noqa: ANN401
        adapted = dialect.loaded_dbapi.connect(*arguments, **options)
        return OneCallConnection(dialect.loaded_dbapi, adapted.driver_connection)
