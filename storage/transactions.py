"""Decorators that run a method inside one transaction of its object's database.

    @dataclass(frozen=True, slots=True)
    class ScriptLibrary:
        database: Database

        @write_transaction
        async def approve(self, tx: WriteTransaction, script_id: str, by: Actor) -> None:
            await tx.scripts.approve(script_id)
            tx.report(SCRIPT_APPROVED, {"script_id": script_id}, actor=by)

    await library.approve(script_id, by)  # the caller does not pass the transaction

The method must be short and must not wait for the network: on SQLite every other writer waits for it. Cancelling the caller
does not cut the transaction short (see ``Database.write``).
"""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from storage.database import Database
from storage.transaction import ReadTransaction, WriteTransaction

P = ParamSpec("P")
T = TypeVar("T")


class UsesDatabase(Protocol):
    """Any object with a ``database``."""

    @property
    def database(self) -> Database:
        """The database that its transactions run on."""
        ...


S = TypeVar("S", bound=UsesDatabase)


def write_transaction(
    method: Callable[Concatenate[S, WriteTransaction, P], Awaitable[T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """The method runs in one write transaction, which commits when it returns and rolls back when it raises."""

    @wraps(method)
    async def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.database.write(lambda tx: method(self, tx, *args, **kwargs))

    return call


def read_transaction(
    method: Callable[Concatenate[S, ReadTransaction, P], Awaitable[T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """The method runs on one consistent snapshot of the database."""

    @wraps(method)
    async def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.database.read_shielded(lambda tx: method(self, tx, *args, **kwargs))

    return call
