"""Engines for PostgreSQL: the parameters of its addresses, time limits, and errors without anybody's data.

The driver, asyncpg, knows other parameters than ``psql`` and other programs. Those that mean something to us are translated;
any other is refused, because ignoring one such as ``sslrootcert`` would be worse.
"""

import shlex
import time
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, NullPool, event
from sqlalchemy.engine import AdaptedConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseUnreadableError

_CONNECT_SECONDS: Final = 10.0
"""For a new connection, unless the address says ``connect_timeout``. The driver's own 60 s would be a long silence."""
_STATEMENT_SECONDS: Final = 15.0
"""For one statement. The slowest takes a second or two on a million events; a server that is silent for longer is away."""
_IDLE_SECONDS: Final = 30.0
"""A connection that nobody has used for so long is tried out before it is used."""
_POOL_SIZE: Final = 8
"""Connections that stay open: the default number of generation workers."""
_POOL_OVERFLOW: Final = 4
"""Connections that are opened in addition at peaks, for commands and broadcasts."""

_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_PASSED_ON: Final = ("host", "port", "target_session_attrs", "passfile")
_TRANSLATED: Final = ("sslmode", "ssl", "connect_timeout", "application_name", "options")
_BY_ENVIRONMENT: Final = {
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
}
"""Parameters that the driver takes from environment variables only."""


def parse_parameters(url: URL) -> dict[str, Any]:
    """The driver's arguments for the parameters behind the address's question mark, apart from those it knows itself.

    Raises:
        DatabaseUnreadableError: a parameter is unknown or its value cannot be used. The sentence repeats no value.
    """
    arguments: dict[str, Any] = {
        "timeout": _CONNECT_SECONDS,
        "command_timeout": _STATEMENT_SECONDS,
        "server_settings": {},
    }
    for name, given in url.query.items():
        value = given if isinstance(given, str) else given[-1]
        match name:
            case "sslmode" | "ssl":
                if value not in _SSL_MODES:
                    raise _refuse(f"the parameter {name} must be one of {', '.join(_SSL_MODES)}")
                arguments["ssl"] = value
            case "connect_timeout":
                if not value.isdecimal() or int(value) < 1:
                    raise _refuse("the parameter connect_timeout must be a whole number of seconds, at least 1")
                arguments["timeout"] = float(value)
            case "application_name":
                arguments["server_settings"][name] = value
            case "options":
                arguments["server_settings"] |= _parse_options(value)
            case _ if name not in _PASSED_ON:
                raise _refuse(_describe_unsupported(name))
    return arguments


def _describe_unsupported(name: str) -> str:
    if name in _BY_ENVIRONMENT:
        return f"the parameter {name} is not supported; set the environment variable {_BY_ENVIRONMENT[name]} instead"
    known = ", ".join(sorted({*_TRANSLATED, *_PASSED_ON}))
    return f"the parameter {name} is not supported; supported are {known}"


def _parse_options(text: str) -> Mapping[str, str]:
    """Server settings in the form ``-c name=value`` or ``--name=value``, as ``psql`` takes them."""
    settings: dict[str, str] = {}
    try:
        words = iter(shlex.split(text))
    except ValueError:
        words = iter(("",))
    for word in words:
        pair = next(words, "") if word == "-c" else word.removeprefix("--") if word.startswith("--") else word[2:]
        name, equals, value = pair.partition("=")
        if not word.startswith(("-c", "--")) or not name or not equals:
            raise _refuse("the parameter options must be made of -c name=value")
        settings[name.replace("-", "_")] = value
    return settings


def _refuse(problem: str) -> DatabaseUnreadableError:
    return DatabaseUnreadableError(f"DATABASE_URL cannot be used: {problem}.")


def create_postgres_engine(url: URL, *, time_limit: bool = True, pooled: bool = True) -> AsyncEngine:
    """An engine for an address of PostgreSQL; no connection is opened yet.

    Without ``time_limit`` a statement may take as long as it needs, as in a migration. Without ``pooled`` every connection is
    a new one and is closed by whoever gives it back.

    Raises:
        DatabaseUnreadableError: a parameter of the address cannot be used.
    """
    arguments = parse_parameters(url)
    if not time_limit:
        del arguments["command_timeout"]
    pool: dict[str, Any] = {"pool_size": _POOL_SIZE, "max_overflow": _POOL_OVERFLOW}
    engine = create_async_engine(
        url.difference_update_query(_TRANSLATED),
        connect_args=arguments,
        hide_parameters=True,  # an error must not take people's names and ids into the log
        **(pool if pooled else {"poolclass": NullPool}),
    )
    event.listen(engine.sync_engine, "handle_error", _handle_error)
    event.listen(engine.sync_engine, "checkin", _note_return)
    event.listen(engine.sync_engine, "checkout", _check_connection)
    return engine


def _note_return(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["returned_at"] = time.monotonic()


def _check_connection(connection: AdaptedConnection, record: ConnectionPoolEntry, _: object) -> None:
    """Has a connection of the pool replaced where it is broken.

    SQLAlchemy's own check (``pool_pre_ping``) sends three commands each time, half as much as a usual write. The driver notices
    by itself that the server has closed a connection; only one that was idle for long may have vanished without a sign.

    Raises:
        InvalidatePoolError: it is broken, and probably the others of the pool are too.
    """
    driver: Any = connection.driver_connection
    idle_seconds = time.monotonic() - record.info.pop("returned_at", time.monotonic())
    if not driver.is_closed() and idle_seconds < _IDLE_SECONDS:
        return
    try:
        connection.run_async(lambda driver: driver.execute("SELECT 1"))
    except Exception as error:  # whatever it is, a new connection is better
        raise InvalidatePoolError from error


def _handle_error(context: ExceptionContext) -> None:
    """Removes the rows that the server quotes in an error's details, and gives up connections that do not answer."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True
    cause: BaseException | None = context.original_exception
    while cause is not None:
        detail = getattr(cause, "detail", None)
        for error in (cause, context.sqlalchemy_exception):
            if detail and error is not None:
                error.args = tuple(
                    argument.replace(detail, "hidden") if isinstance(argument, str) else argument
                    for argument in error.args
                )
        if detail:
            cause.detail = None  # type: ignore[attr-defined]  # the driver's own error would print it again
        cause = cause.__cause__
