"""Whose turn it is to be connected to Discord's gateway, and which process leads.

Of the processes for the same shards one is connected; the others are **standbys**, which have everything ready and wait for
its lock (``storage/server_locks.py``). Of all connected processes one is the **leader**; it does what is to be done once for
the whole bot, such as registering the commands.

If the connection that holds the lock is lost, the active process takes the lock again. It steps down, that is, it
disconnects from Discord and ends, if another process has the lock, or if nobody can say so for ``STEP_DOWN_SECONDS``.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait
from bot.errors import log_unexpected
from bot.shards import Shards
from storage import Database, DatabaseUnavailableError, ReadTransaction, StorageError, read_transaction
from storage.server_locks import ServerLocks

_log = logging.getLogger(__name__)

CHECK_SECONDS: Final = 1.0
"""Between two looks: of a standby at whether the lock is free, of the active process at whether it still has it."""
GRACE_SECONDS: Final = 5.0
"""A standby that has lost its own connection waits so long: the server was restarted, and the active process goes first."""
STEP_DOWN_SECONDS: Final = 30.0
"""How long the active process stays connected while the database does not answer. If only its own way to the database is cut,
a standby takes over before that, and for the rest of this time both get what people do on Discord."""

_STILL_LOOKS: Final = 4
"""Looks in a row at which a holder's heartbeat is old: after an outage of the database all are old for a moment."""


class SteppedDownError(Exception):
    """Another process has taken over the shards, or may have."""


@dataclass(slots=True)
class GatewayTurn:
    """The turn of one process."""

    database: Database
    locks: ServerLocks
    wait: Wait
    clock: Callable[[], float] = time.monotonic
    is_leader: bool = False
    _application_id: int = 0
    _shards: Shards = field(default_factory=lambda: Shards((), 1))
    _lead: Callable[[], Awaitable[None]] | None = None
    _confirmed_at: float = 0.0
    _was_lost: bool = False
    _still: Counter[str] = field(default_factory=Counter)
    """How often in a row a holder was seen without a heartbeat."""

    async def take(self, application_id: int, shards: Shards, lead: Callable[[], Awaitable[None]]) -> None:
        """Returns as soon as this process alone may connect to the shards. Until then it is a standby.

        ``lead`` is called whenever it becomes the leader.
        """
        self._application_id, self._shards, self._lead = application_id, shards, lead
        is_noted = False
        while True:
            try:
                if self._was_lost:
                    await self._let_the_active_process_go_first()
                if await self._lock():
                    break
                if not is_noted:
                    _log.info("standby: another process is connected to shards %s", self._shards)
                    is_noted = True
                await self._end_halted_holders()
            except StorageError as error:
                self._was_lost = True
                _log.info("standby: %s", error)
            await self.wait(asyncio.sleep(CHECK_SECONDS), "the lock of the shards")
        self._confirmed_at = self.clock()
        await self._lead_if_nobody_does()

    async def keep(self) -> None:
        """Watches over the turn for as long as this process has it, and leads if nobody else does.

        Raises:
            SteppedDownError: the turn is over.
        """
        while True:
            await self.wait(asyncio.sleep(CHECK_SECONDS), "the next look at the lock of the shards")
            try:
                if not await self.locks.are_held():
                    await self._take_again()
                self._confirmed_at = self.clock()
                await self._lead_if_nobody_does()
            except DatabaseUnavailableError as error:
                self.is_leader = False
                if self.clock() - self._confirmed_at > STEP_DOWN_SECONDS:
                    raise SteppedDownError("the database has not answered for too long") from error

    async def end(self) -> None:
        """Another process may take over now."""
        self.is_leader = False
        await self.locks.close()

    async def _let_the_active_process_go_first(self) -> None:
        """Waits a while, from when the server answers again."""
        await self.locks.find_holders(self._names)
        self._was_lost = False
        await self.wait(asyncio.sleep(GRACE_SECONDS), "the active process to take its lock again")

    async def _take_again(self) -> None:
        """The lock is ours again after its connection was lost.

        Raises:
            SteppedDownError: another process has it.
        """
        self.is_leader = False
        await self.locks.close()
        while not await self._lock():
            holders = await self.locks.find_holders(self._names)
            own = [holder for holder in holders if holder.owner == self.locks.owner]
            if holders and not own:
                raise SteppedDownError("another process has taken over")
            for holder in own:  # the server has not yet noticed that our old connection is lost
                await self.locks.end_connection(holder)
            await self.wait(asyncio.sleep(CHECK_SECONDS / 10), "the server to free our old lock")

    async def _lead_if_nobody_does(self) -> None:
        if self.is_leader or not await self.locks.try_lock([f"leader {self._application_id}"]):
            return
        self.is_leader = True
        try:
            if self._lead is not None:
                await self._lead()
        except Exception as error:  # noqa: BLE001 - what the leader could not do must not disconnect the bot
            log_unexpected(error, "leading the other processes")

    async def _end_halted_holders(self) -> None:
        """A process that hangs or was halted keeps its connection and the lock with it; it is known by its heartbeat."""
        holders = {holder.owner: holder for holder in await self.locks.find_holders(self._names)}
        still = await self._find_still_processes()
        self._still = Counter({owner: self._still[owner] + 1 for owner in holders if owner in still})
        for owner, times in self._still.items():
            if times >= _STILL_LOOKS:
                _log.warning("%s does not move: its lock of the shards is taken away", owner)
                await self.locks.end_connection(holders[owner])

    @read_transaction
    async def _find_still_processes(self, tx: ReadTransaction) -> set[str]:
        """Processes whose heartbeat is old; none if ours is old as well, because then the database was away."""
        is_alive = {process.id: process.is_alive(tx.now) for process in await tx.processes.list_all()}
        return {name for name, alive in is_alive.items() if not alive} if is_alive.get(self.locks.owner) else set()

    @property
    def _names(self) -> list[str]:
        everything = f"gateway {self._application_id}"
        return [everything, *(f"{everything} shard {shard}/{self._shards.total}" for shard in self._shards.ids)]

    async def _lock(self) -> bool:
        everything, *own = self._names
        if len(own) == self._shards.total:
            return await self.locks.try_lock([everything, *own])
        # A process for all shards, whatever their number, must not be connected beside one for some of them.
        return await self.locks.try_lock(own, shared=[everything])
