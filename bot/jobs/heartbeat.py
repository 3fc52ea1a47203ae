"""This process's row in the table of processes, kept fresh while the process lives."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from bot.clock import Wait
from bot.errors import log_unexpected
from storage import Database, WriteTransaction, write_transaction
from storage.migrate import HEAD
from storage.states import ProcessState
from storage.stores.processes import NewProcess

BEAT_SECONDS: Final = 2.0
"""Between two heartbeats; also how late a change is noticed whose wake-up was lost."""


@dataclass(slots=True)
class Heartbeat:
    """Registers this process and records its heartbeats until it stops.

    ``role`` is what the process does, ``shards`` which part of Discord it is connected to. ``on_beat`` is called with each
    heartbeat, for what should be looked at that often.
    """

    database: Database
    wait: Wait
    role: str
    shards: str = ""
    on_beat: Callable[[], Awaitable[None]] | None = None
    state: ProcessState = ProcessState.ACTIVE
    process_id: str = field(default_factory=lambda: f"process_{os.getpid()}_{secrets.token_hex(8)}")
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The process is known from now on, and stays so until ``stop``."""
        await self._register()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """The process is no longer listed."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            await self._remove()

    async def change_state(self, state: ProcessState) -> None:
        """The process is in this state, and the table says so at once."""
        self.state = state
        await self._beat()

    async def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), BEAT_SECONDS), "the next heartbeat")
            if self._stop.is_set():
                return
            try:
                await self._beat()
                if self.on_beat is not None:
                    await self.on_beat()
            except Exception as error:  # noqa: BLE001 - the next beat may find the database back
                log_unexpected(error, "recording a heartbeat")

    @write_transaction
    async def _register(self, tx: WriteTransaction) -> None:
        if self.database.exclusive:
            await tx.processes.remove_all()
        await tx.processes.register(self._describe())

    @write_transaction
    async def _beat(self, tx: WriteTransaction) -> None:
        # Somebody may have removed the row, for example by restoring a backup.
        if not await tx.processes.record_heartbeat(self.process_id, self.state):
            await tx.processes.register(self._describe())

    @write_transaction
    async def _remove(self, tx: WriteTransaction) -> None:
        await tx.processes.remove(self.process_id)

    def _describe(self) -> NewProcess:
        return NewProcess(
            id=self.process_id,
            role=self.role,
            state=self.state,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=version("midnight-myth"),
            schema_version=HEAD,
            shards=self.shards,
        )
