"""One write transaction on PostgreSQL, and what became of it when the connection broke.

If the connection breaks during the commit, nobody has told us whether it was carried out. The server knows: it keeps the
outcome of recent transactions by their numbers, also across a restart.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseUnavailableError
from storage.outages import Outages, Retrying, explain_outage

T = TypeVar("T")
# Not now(): that is the transaction's start, and a transaction may have waited for a lock since.
_BEGIN = text("SELECT clock_timestamp() AS moment, CAST(pg_current_xact_id() AS text) AS number")
_FIND_OUTCOME = text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")
_ERRORS = (DBAPIError, OSError, PoolTimeoutError)


async def run_on_server(
    engine: AsyncEngine, act: Callable[[AsyncConnection, datetime], Awaitable[T]], outages: Outages
) -> T:
    """What ``act`` returns, in one committed transaction; it gets the server's time.

    Raises:
        DatabaseUnavailableError: the server could not be used; nothing was stored, unless the error says otherwise.
    """
    is_connected = False
    number = ""
    try:
        async with engine.connect() as connection:
            is_connected = True
            async with connection.begin():
                begun = (await connection.execute(_BEGIN)).one()
                result = await act(connection, begun.moment)
                number = begun.number  # from here on the commit may have been carried out
    except _ERRORS as error:
        outage = explain_outage(error, connecting=not is_connected)
        if outage is None:
            raise
        if not number:
            raise outage from error
        if not await _was_committed(engine, number, outage, outages):
            raise outage from error
    return result


async def _was_committed(engine: AsyncEngine, number: str, outage: DatabaseUnavailableError, outages: Outages) -> bool:
    """Whether the transaction was committed, as soon as the server is back and knows.

    Raises:
        DatabaseUnavailableError: the server does not come back, so that the outcome is uncertain.
    """

    async def ask() -> bool:
        try:
            async with engine.connect() as connection:
                outcome = (await connection.execute(_FIND_OUTCOME, {"number": number})).scalar_one()
        except _ERRORS as error:
            raise explain_outage(error, connecting=True) or error from error
        if outcome == "in progress":  # the server has not noticed yet that we are gone
            raise DatabaseUnavailableError(outage.reason, is_passing=True)
        return bool(outcome == "committed")

    try:
        return await Retrying(outages).run(ask)
    except DatabaseUnavailableError as error:
        raise DatabaseUnavailableError(outage.reason, is_passing=False, is_uncertain=True) from error
