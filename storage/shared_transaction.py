"""Several writes in one transaction on PostgreSQL.

Each runs behind a savepoint, so that one that raises is undone alone. Its locks are kept until all of them are committed.
Therefore none waits long for a lock of another transaction: two such transactions could wait for each other.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import DatabaseUnavailableError
from storage.group_commit import SAVEPOINT, Write, fail
from storage.outages import explain_outage, is_collision

TX = TypeVar("TX")
_LOCK_MS: Final = 100
"""Milliseconds to wait for another transaction's lock: longer than a usual group takes, and far below the second after which
PostgreSQL looks for deadlocks."""
_LONGEST_SECONDS: Final = 0.1
"""A transaction that has lasted for so long takes no further write: those before it wait for the commit."""

_FIRST_SAVEPOINT: Final = f"SET LOCAL lock_timeout = {_LOCK_MS}; SAVEPOINT {SAVEPOINT}"
_NEXT_SAVEPOINT: Final = f"RELEASE SAVEPOINT {SAVEPOINT}; SAVEPOINT {SAVEPOINT}"
_UNDO: Final = f"ROLLBACK TO SAVEPOINT {SAVEPOINT}"
# Waiting for the chain's head is waiting for commits, however slow the disk is.
_END: Final = f"RELEASE SAVEPOINT {SAVEPOINT}; SET LOCAL lock_timeout TO DEFAULT"


class CollisionError(Exception):
    """Another transaction was in the way of what belongs to all writes, so that none is stored yet."""


class SharedTransaction(Generic[TX]):
    """One transaction for ``writes``. ``colliding`` and ``left`` are to be run again, whatever becomes of this one.

    ``begin`` makes one write's view of the open transaction; ``finish`` is called at the end with the views of all writes that
    succeeded.
    """

    def __init__(
        self,
        writes: Sequence[Write[TX]],
        begin: Callable[[AsyncConnection, datetime], TX],
        finish: Callable[[Sequence[TX]], Awaitable[None]],
    ) -> None:
        self.writes = writes
        self.colliding: list[Write[TX]] = []
        """Those that met another transaction; they may succeed in one of their own."""
        self.left: list[Write[TX]] = []
        """Those that were not run."""
        self._begin = begin
        self._finish = finish
        self._results: list[tuple[Write[TX], Any]] = []
        self._errors: list[tuple[Write[TX], Exception]] = []
        self._finished: list[TX] = []
        self._has_savepoint = False
        self._needs_savepoint = False
        self._savepoint_error: Exception | None = None
        """Why a savepoint could not be set: what the writes have changed cannot be told apart any more."""

    async def run(self, connection: AsyncConnection, moment: datetime) -> None:
        """Runs the writes in their order; ``moment`` is the server's time now.

        Raises:
            Exception: nothing may be committed.
        """
        begun = time.monotonic()
        if len(self.writes) > 1:
            event.listen(connection.sync_connection, "before_cursor_execute", self._set_savepoint)
        for number, write in enumerate(self.writes):
            elapsed = time.monotonic() - begun
            if number and (self.colliding or elapsed > _LONGEST_SECONDS):
                self.left = list(self.writes[number:])
                break
            await self._run_one(write, self._begin(connection, moment + timedelta(seconds=elapsed)), connection)
        if self._has_savepoint:
            await connection.run_sync(_send, _END)
        try:
            await self._finish(self._finished)
        except Exception as error:
            if len(self.writes) > 1 and is_collision(error):
                raise CollisionError from error  # it would count as an outage, although each write may succeed alone
            raise

    async def _run_one(self, write: Write[TX], tx: TX, connection: AsyncConnection) -> None:
        self._needs_savepoint = is_shared = len(self.writes) > 1
        try:
            result = await write.work(tx)
        except Exception as error:
            if not is_shared or (explain_outage(error) is not None and not is_collision(error)):
                raise
            if self._savepoint_error is None and not self._needs_savepoint:
                await connection.run_sync(_send, _UNDO)
            if is_collision(error):
                self.colliding.append(write)
            else:
                self._errors.append((write, error))
        else:
            self._results.append((write, result))
            self._finished.append(tx)
        self._needs_savepoint = False
        if self._savepoint_error is not None:
            raise self._savepoint_error

    def _set_savepoint(self, connection: Connection, *_: object) -> None:
        """Before a write's first statement; one that only reports events needs none."""
        if self._needs_savepoint:
            self._needs_savepoint = False
            try:
                _send(connection, _NEXT_SAVEPOINT if self._has_savepoint else _FIRST_SAVEPOINT)
            except Exception as error:
                self._savepoint_error = error
                raise
            self._has_savepoint = True

    @property
    def begun(self) -> list[Write[TX]]:
        """The writes whose fate is that of this transaction: all that are not run again."""
        again = {id(write) for write in (*self.colliding, *self.left)}
        return [write for write in self.writes if id(write) not in again]

    def hand_out(self) -> None:
        """After the commit: results and errors both rest on what it holds."""
        for write, result in self._results:
            if not write.done.done():
                write.done.set_result(result)
        for write, error in self._errors:
            fail([write], error)


def _send(connection: Connection, commands: str) -> None:
    """Sends several commands at once, which SQLAlchemy cannot.

    Raises:
        DatabaseUnavailableError: the connection was lost.
    """
    try:
        connection.connection.run_async(lambda driver: driver.execute(commands))
    except Exception as error:
        driver: Any = connection.connection.driver_connection
        if driver.is_closed() or isinstance(error, TimeoutError):
            connection.invalidate(error)
            raise DatabaseUnavailableError("the connection to its server was lost", is_passing=True) from error
        raise
