"""Where limits keep what they count: in this process's memory, or in the database for all processes together."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from storage import Database, Topic, WriteTransaction, write_transaction

T = TypeVar("T")
Change = Callable[[dict[str, Any], float], T]
"""Gets a limit's state, which it may change, and the present in seconds; returns whatever the caller wants to know."""


class LimitStates(Protocol):
    """States by the name of their limit; each is a JSON object, empty at first."""

    async def change(self, name: str, change: Change[T]) -> T:
        """What ``change`` returns; nobody else changes the state meanwhile.

        The seconds that it gets count from a moment that is the same for every call, and in every process.
        """
        ...

    def announce_pause(self, name: str, seconds: float) -> None:
        """Tells every process that this limit lets nothing pass for so long; ``on_pause`` is called in each."""
        ...

    def on_pause(self, callback: Callable[[str, float], None]) -> None:
        """``callback`` is called with name and seconds when another process announces a pause."""
        ...


@dataclass(frozen=True, slots=True)
class LocalStates:
    """States in memory, for the only process that there is. ``clock`` is in seconds."""

    clock: Callable[[], float]
    _states: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def change(self, name: str, change: Change[T]) -> T:
        """See ``LimitStates``."""
        return change(self._states.setdefault(name, {}), self.clock())

    def announce_pause(self, name: str, seconds: float) -> None:
        """Nothing: whoever announces a pause keeps it already."""

    def on_pause(self, callback: Callable[[str, float], None]) -> None:
        """Nothing: there is no other process."""


@dataclass(frozen=True, slots=True)
class SharedStates:
    """States in the database, each changed under a lock on its row; the seconds are those of the server's clock."""

    database: Database

    async def change(self, name: str, change: Change[T]) -> T:
        """See ``LimitStates``."""
        return await self._change(name, change)

    def announce_pause(self, name: str, seconds: float) -> None:
        """See ``LimitStates``."""
        self.database.notifications.publish(Topic.PAUSES, json.dumps([name, seconds]))

    def on_pause(self, callback: Callable[[str, float], None]) -> None:
        """See ``LimitStates``."""

        def receive(payload: str) -> None:
            if payload:
                name, seconds = json.loads(payload)
                callback(name, seconds)

        self.database.notifications.subscribe(Topic.PAUSES, receive)

    @write_transaction
    async def _change(self, tx: WriteTransaction, name: str, change: Change[T]) -> T:
        state = await tx.rate_limits.lock(name)
        before = copy.deepcopy(state)
        # The lock may have been waited for, so that the transaction's own time is too early.
        result = change(state, (await tx.rate_limits.get_time()).timestamp())
        if state != before:
            await tx.rate_limits.save(name, state)
        return result


def create_limit_states(database: Database, clock: Callable[[], float]) -> LimitStates:
    """States in memory where no other process can be, in the database otherwise. ``clock`` is used only in memory."""
    return LocalStates(clock) if database.exclusive else SharedStates(database)
