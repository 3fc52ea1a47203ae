"""When the database cannot be used: which errors mean that, in words, and trying again while it may pass."""

import asyncio
import logging
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.errors import DatabaseClosingError, DatabaseUnavailableError, DatabaseUnreadableError

T = TypeVar("T")
_log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 45.0
"""How long a transaction is tried again: shorter than the shortest lease (60 s), so that a job's outcome is still accepted."""
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 2.0

# SQLSTATE codes: PostgreSQL's documentation, appendix A.
_STARTING_OR_STOPPING: Final = "57P"
_CONNECTION_FAILED: Final = "08"
_TOO_MANY_CONNECTIONS: Final = "53300"
_SERVER_DISK_FULL: Final = "53100"
_MISSING_RIGHTS: Final = "42501"
_UNKNOWN_DATABASE: Final = "3D000"
_COLLISIONS: Final = ("40001", "40P01", "55P03")  # in the way of another transaction, or waited too long for its lock

_DRIVER_CLASS: Final = re.compile(r"^<class '[^']*'>: ")
_NO_ANSWER: Final = "its server does not answer"
_ALL_TAKEN: Final = "all connections of its server are taken"


_OPEN_ERRORS: Final = {
    _TOO_MANY_CONNECTIONS: "All connections of the database server are taken. Close other programs or raise max_connections.",
    _MISSING_RIGHTS: "The user in DATABASE_URL lacks a right: it must own the tables and be allowed to create them "
    "(GRANT CREATE ON SCHEMA).",
    _UNKNOWN_DATABASE: "The database server refused us: it has no database of the name in DATABASE_URL. Create it.",
    _STARTING_OR_STOPPING: "The database server is starting or stopping. Try again in a moment.",
    _CONNECTION_FAILED: "The connection to the database server was lost. Check DATABASE_URL and that the server is running.",
    "28": "The database server refused us. Check the user and the password in DATABASE_URL.",
}
"""What the operator reads, by the beginning of the SQLSTATE."""


def explain_outage(error: Exception, *, connecting: bool = False) -> DatabaseUnavailableError | None:
    """What keeps the database from being used; None if the error means something else.

    ``connecting`` says that no connection was open yet, so that every error of the operating system counts.
    """
    if isinstance(error, TimeoutError):
        return DatabaseUnavailableError(_NO_ANSWER, is_passing=True)
    if isinstance(error, PoolTimeoutError):
        return DatabaseUnavailableError("too many requests are waiting for it", is_passing=False)
    if isinstance(error, ConnectionError) or (connecting and isinstance(error, OSError)):
        return DatabaseUnavailableError("its server cannot be reached", is_passing=True)
    if not isinstance(error, DBAPIError):
        return None
    code = _get_code(error)
    if code.startswith("SQLITE"):
        return _explain_sqlite(code)
    if code == _TOO_MANY_CONNECTIONS:
        return DatabaseUnavailableError(_ALL_TAKEN, is_passing=True)
    if code == _SERVER_DISK_FULL:
        return DatabaseUnavailableError("the disk of its server is full", is_passing=False)
    if code in _COLLISIONS:
        return DatabaseUnavailableError("something else changed the same entries at the same time", is_passing=True)
    if error.connection_invalidated or code.startswith((_STARTING_OR_STOPPING, _CONNECTION_FAILED)):
        return DatabaseUnavailableError("the connection to its server was lost", is_passing=True)
    return None


def is_collision(error: Exception) -> bool:
    """Whether another transaction was in the way, so that this one may succeed alone."""
    return isinstance(error, DBAPIError) and _get_code(error) in _COLLISIONS


def _explain_sqlite(code: str) -> DatabaseUnavailableError | None:
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseUnavailableError("another program keeps its file locked", is_passing=True)
    if code.startswith("SQLITE_FULL"):
        return DatabaseUnavailableError("its disk is full", is_passing=False)
    if code.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return DatabaseUnavailableError("its file cannot be written", is_passing=False)
    return None


def _get_code(error: DBAPIError) -> str:
    """SQLite's name for the error or PostgreSQL's five characters; empty if there is none."""
    return str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "")


def describe_open_error(path: Path | None, error: Exception) -> str:
    """A sentence for the operator about a database that cannot be opened. It contains no password."""
    if path is not None:
        outage = explain_outage(error) if isinstance(error, OperationalError) else None
        if outage is not None:
            return f"The database {path} cannot be used, because {outage.reason}."
        return f"The database {path} cannot be read: it is damaged, not a database, or its disk is full."
    if isinstance(error, ssl.SSLError) or (isinstance(error, ConnectionError) and "SSL" in str(error)):
        return "The database server and sslmode in DATABASE_URL do not agree about encryption or the certificate."
    if isinstance(error, OSError):
        what = "does not answer" if isinstance(error, TimeoutError) else "cannot be reached"
        return f"The database server {what}. Check DATABASE_URL and that the server is running."
    code = _get_code(error) if isinstance(error, DBAPIError) else ""
    known = (sentence for beginning, sentence in _OPEN_ERRORS.items() if code.startswith(beginning))
    return next(known, f"The database server refused us{f' (error {code})' if code else ''}. Check DATABASE_URL.")


@contextmanager
def explain_database_errors() -> Iterator[None]:
    """Errors of the database and of its driver are raised with a sentence for the operator.

    Raises:
        StorageError: instead of those errors.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        outage = explain_outage(error)
        if outage is not None:
            raise outage from error
        text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        text = _DRIVER_CLASS.sub("", text).rstrip(".")
        raise DatabaseUnreadableError(
            f"The database cannot be used: {text}. If it has been changed by hand or is damaged, restore a backup."
        ) from error


@dataclass(slots=True)
class Outages:
    """Whether the database is away at the moment, for all transactions together: each outage is logged once."""

    retry_seconds: float = RETRY_SECONDS
    _is_away: bool = False
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_stopping(self) -> bool:
        """Whether the program is being stopped."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """The program is being stopped: what waits for the next attempt makes it now, and every attempt is the last one."""
        self._stopping.set()

    async def pause(self, seconds: float) -> None:
        """Returns after this time, or when the program is being stopped."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def note_failure(self, reason: str) -> None:
        """A transaction has failed and is tried again."""
        if not self._is_away:
            self._is_away = True
            _log.warning("the database cannot be used, because %s; trying again for %.0f s", reason, self.retry_seconds)

    def note_success(self) -> None:
        """A transaction has worked."""
        if self._is_away:
            self._is_away = False
            _log.warning("the database can be used again")


@dataclass(slots=True)
class Retrying:
    """Tries one transaction again while the database cannot be used, until it works or ``give_up`` is called."""

    outages: Outages
    is_given_up: bool = False

    def give_up(self) -> None:
        """An attempt that fails from now on is the last one: the process stops, or nobody waits for the result."""
        self.is_given_up = True

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What ``attempt`` returns.

        Raises:
            DatabaseUnavailableError: the database was not back in time, or waiting does not help.
            DatabaseClosingError: it was away, and the program is being stopped.
        """
        deadline = time.monotonic() + self.outages.retry_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                result = await attempt()
            except DatabaseUnavailableError as outage:
                if outage.is_passing and self.outages.is_stopping:
                    raise DatabaseClosingError from outage
                is_too_late = time.monotonic() + pause > deadline
                if not outage.is_passing or self.is_given_up or is_too_late:
                    raise
                self.outages.note_failure(outage.reason)
            else:
                self.outages.note_success()
                return result
            await self.outages.pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
