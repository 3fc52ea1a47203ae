"""Updates cards that nothing else updates: of runs that have ended or are interrupted, and of runs in the queue."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait
from bot.errors import log_unexpected
from bot.jobs.sole_turn import SoleTurn
from storage import Database, ReadTransaction, read_transaction
from storage.states import RunState

_SWEEP_SECONDS: Final = 15.0
"""How far a card may be behind after Discord or the bot was away. More often would use up Discord's edits for nothing."""
_CARDS_AT_ONCE: Final = 10
"""Outdated cards in one sweep, so that queue places are shown in between after a long absence."""


@dataclass(slots=True)
class CardSweep:
    """A loop of its own beside the writing, since Discord may let us wait for each card."""

    database: Database
    wait: Wait
    refresh: Callable[[str], Awaitable[None]]
    _sole: SoleTurn = field(init=False)
    _places: dict[str, int] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._sole = SoleTurn(self.database, "run cards")

    def start(self) -> None:
        """Sweeps from now on, beginning with what an earlier process had no time to show."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the loop; what was not shown is shown after the next start."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._sole.end()

    async def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if await self._sole.has_turn():
                    await self.show_outdated()
                    await self._show_queue_places()
            except Exception as error:  # noqa: BLE001 - the next sweep may find the database back
                log_unexpected(error, "bringing cards up to date")
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), _SWEEP_SECONDS), "outdated cards")

    async def show_outdated(self) -> None:
        """Cards that missed the end of their run show it now, at most ten of them."""
        for run_id in await self._find_outdated():
            await self.refresh(run_id)

    @read_transaction
    async def _find_outdated(self, tx: ReadTransaction) -> list[str]:
        return await tx.run_cards.find_outdated_cards(_CARDS_AT_ONCE)

    async def _show_queue_places(self) -> None:
        """Whoever waits sees the queue move; a card is edited only when its place has changed."""
        before, self._places = self._places, await self._get_places()
        for run_id, place in self._places.items():
            if before.get(run_id, place) != place:
                await self.refresh(run_id)

    @read_transaction
    async def _get_places(self, tx: ReadTransaction) -> dict[str, int]:
        waiting = await tx.runs.list_in_states(RunState.READY)
        return {run.id: place for place, run in enumerate(waiting)}
