"""Takes waiting runs and writes them, a few at a time; finds what dead processes have left behind."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Wait
from bot.errors import log_unexpected
from bot.event_names import GENERATION_INTERRUPTED
from bot.generation.pipeline import GenerationPipeline
from storage import Database, StaleStateError, WriteTransaction
from storage.states import RunState
from storage.stores.runs import Run

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
_HEARTBEAT_SECONDS = 15.0
_LAST_WORDS_SECONDS = 3.0
_SHOWN_AT_ONCE = 10
RESTARTED = "The bot was restarted while writing."


async def _nobody(run_id: str) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class RunWorker:
    """Writes runs in the background. ``refresh`` brings a run's card up to date."""

    database: Database
    engine: GenerationPipeline
    wait: Wait
    limit: int
    refresh: Callable[[str], Awaitable[None]] = _nobody
    owner: str = field(default_factory=lambda: f"worker_{secrets.token_hex(8)}")
    _active: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _loops: list[asyncio.Task[None]] = field(default_factory=list)
    _painter: asyncio.Task[None] | None = None
    _dropped: set[str] = field(default_factory=set)
    _places: dict[str, int] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Recovers what was left behind, then takes runs until ``stop``."""
        await self._recover(all_owners=self.database.exclusive)
        self._loops = [asyncio.create_task(self._take()), asyncio.create_task(self._heartbeat())]
        self._painter = asyncio.create_task(self._repaint())

    async def stop(self) -> None:
        """Runs in the middle are kept as interrupted; nothing is left running."""
        self._stop.set()
        self._wake.set()
        tasks = [*self._active.values(), *([self._painter] if self._painter is not None else ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._loops, *tasks, return_exceptions=True)

    def wake(self) -> None:
        """Says that a run waits."""
        self._wake.set()

    async def drop(self, run_id: str) -> None:
        """Stops writing a run that has been cancelled, if it is written here."""
        self._dropped.add(run_id)
        task = self._active.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _take(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                await self._take_what_waits()
            except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end all writing
                log_unexpected(error, "taking a chapter to write")
            await self.wait(self._wake.wait(), "a chapter to write")

    async def _take_what_waits(self) -> None:
        while not self._stop.is_set() and len(self._active) < self.limit:
            self._dropped.clear()
            run = await self._claim()
            if run is None:
                return
            self._active[run.id] = asyncio.create_task(self._write(run))
            if run.id in self._dropped:  # cancelled between the claim and this line
                self._active[run.id].cancel()

    async def _claim(self) -> Run | None:
        async def work(tx: WriteTransaction) -> Run | None:
            return await tx.runs.claim(self.owner, LEASE)

        return await self.database.write(work)

    async def _write(self, run: Run) -> None:
        try:
            await self.engine.write(run, self.owner)
        except asyncio.CancelledError:
            if self._stop.is_set():
                await self._interrupt(run, RESTARTED)
                # The card should not claim that somebody is writing while nobody is; the next start says it again.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._show(run.id), _LAST_WORDS_SECONDS)
            raise
        except StaleStateError:
            _log.info("run %s was ended by somebody else", run.id)
        except Exception as error:  # noqa: BLE001 - the last line of defence: the run is kept and its card says so
            ref = log_unexpected(error, f"writing run {run.id}")
            await self._interrupt(run, f"Something went wrong on our side. Nothing was lost. Reference: {ref}.")
        finally:
            self._active.pop(run.id, None)
            self._wake.set()
        if not self._stop.is_set():
            await self._show(run.id)

    async def _show(self, run_id: str) -> None:
        try:
            await self.refresh(run_id)
        except Exception as error:  # noqa: BLE001 - what a card shows must never decide what becomes of the run
            log_unexpected(error, f"showing run {run_id}")

    async def _interrupt(self, run: Run, note: str) -> None:
        async def work(tx: WriteTransaction) -> None:
            await tx.runs.interrupt(run.id, self.owner, note)
            data = {"run_id": run.id, "chapter_number": run.chapter_number}
            tx.report(GENERATION_INTERRUPTED, data, member_id=run.member_id, ebook_id=run.ebook_id)

        try:
            await self.database.write(work)
        except StaleStateError:
            _log.info("run %s was cancelled or finished in the same moment", run.id)
        except Exception as error:  # noqa: BLE001 - its lease runs out then, and the next sweep interrupts it
            log_unexpected(error, f"interrupting run {run.id}")

    async def _recover(self, *, all_owners: bool) -> None:
        async def work(tx: WriteTransaction) -> None:
            for run in await tx.runs.interrupt_expired(RESTARTED, all_owners=all_owners):
                data = {"run_id": run.id, "chapter_number": run.chapter_number}
                tx.report(GENERATION_INTERRUPTED, data, member_id=run.member_id, ebook_id=run.ebook_id)

        await self.database.write(work)

    async def _heartbeat(self) -> None:
        """Keeps our leases, and frees those of processes that no longer keep theirs."""
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), _HEARTBEAT_SECONDS), "the next heartbeat")
            try:
                await self._beat()
            except Exception as error:  # noqa: BLE001 - the next beat may find the database back
                log_unexpected(error, "keeping the leases of runs")
            self._wake.set()

    async def _beat(self) -> None:
        for run_id, task in list(self._active.items()):
            if not await self._renew(run_id):
                task.cancel()
        if not self._stop.is_set():
            await self._recover(all_owners=False)

    async def _repaint(self) -> None:
        """Brings cards up to date that nobody else does; apart from the heartbeat, since Discord may let us wait for each."""
        while not self._stop.is_set():
            try:
                await self._show_what_rests()  # an earlier process may have had no time to say so on the card
                await self._tell_places()
            except Exception as error:  # noqa: BLE001 - the next round may find the database back
                log_unexpected(error, "repainting cards")
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), _HEARTBEAT_SECONDS), "cards to repaint")

    async def _tell_places(self) -> None:
        """Whoever waits in the queue sees how it moves; a card is touched only when its place has changed."""
        async with self.database.read() as tx:
            waiting = await tx.runs.in_state(RunState.READY)
        before, self._places = self._places, {run.id: place for place, run in enumerate(waiting)}
        for run_id, place in self._places.items():
            if before.get(run_id) not in {None, place} and not self._stop.is_set():
                await self._show(run_id)

    async def _show_what_rests(self) -> None:
        """Cards that missed the end of their run, since Discord or we were away, show it."""
        async with self.database.read() as tx:
            unshown = await tx.runs.unshown(_SHOWN_AT_ONCE)
        for run_id in unshown:
            if not self._stop.is_set():
                await self._show(run_id)

    async def _renew(self, run_id: str) -> bool:
        async def work(tx: WriteTransaction) -> None:
            await tx.runs.renew(run_id, self.owner, LEASE)

        try:
            await self.database.write(work)
        except StaleStateError:
            return run_id not in self._active  # finished in the same moment is no reason to cancel
        return True
