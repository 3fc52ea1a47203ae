"""Writes waiting runs, a few at a time, and recovers what dead processes have left behind."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait
from bot.errors import log_unexpected
from bot.event_names import GENERATION_INTERRUPTED
from bot.generation.batch_errors import is_attempt, stop_batch
from bot.generation.card_sweep import CardSweep
from bot.generation.pipeline import GenerationPipeline
from bot.generation.writer import GenerationError
from bot.jobs.worker import JobWorker
from storage import (
    Database,
    ReadTransaction,
    StaleStateError,
    Topic,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.stores.runs import Run

_log = logging.getLogger(__name__)

_LAST_CARD_SECONDS: Final = 3.0
"""For the card of a run that a stop interrupts; the process has 9 seconds in all to stop."""
RESTARTED: Final = "The bot was restarted while writing."


@dataclass(slots=True)
class RunWorker:
    """The handler of runs. ``limit`` is how many are written at once; ``refresh`` brings a run's card up to date."""

    database: Database
    pipeline: GenerationPipeline
    wait: Wait
    limit: int
    refresh: Callable[[str], Awaitable[None]]
    jobs: JobWorker[Run] = field(init=False)
    _cards: CardSweep = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.jobs = JobWorker(self, self.wait, self.limit, self.database.exclusive)
        self._cards = CardSweep(self.database, self.wait, self._refresh_card)

    @property
    def kind(self) -> str:
        """Runs."""
        return "runs"

    async def start(self) -> None:
        """Recovers what was left behind, then writes runs until ``stop``."""
        self.database.notifications.subscribe(Topic.RUNS, lambda _: self.jobs.wake())
        self.database.notifications.subscribe(Topic.RUN_CANCELLED, self._start_cancelling)
        await self.jobs.start()
        self._cards.start()

    async def stop(self) -> None:
        """Runs that are being written are stored with what they have; nothing is left running."""
        await asyncio.gather(self._cards.stop(), self.jobs.stop())

    def wake(self) -> None:
        """Makes the workers of all processes look for waiting runs now."""
        self.database.notifications.publish(Topic.RUNS)

    async def cancel(self, run_id: str) -> None:
        """Stops writing a run that has been cancelled. If it was written in this process, it has ended when this returns."""
        self.database.notifications.publish(Topic.RUN_CANCELLED, run_id)
        await self.jobs.cancel(run_id)

    def _start_cancelling(self, run_id: str) -> None:
        self._keep(asyncio.create_task(self.jobs.cancel(run_id)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        """Holds a reference until the task has ended; asyncio itself holds a weak one."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def get_key(self, job: Run) -> str:
        """The run's id."""
        return job.id

    @write_transaction
    async def claim(self, tx: WriteTransaction, owner: str, limit: int) -> Sequence[Run]:
        """The oldest waiting run. The last free place is not for batches, so that ``/script`` never waits for one."""
        run = await tx.runs.claim(owner, with_batches=limit > 1 or self.limit == 1)
        return [] if run is None else [run]

    async def recover(self, owner: str, *, all_owners: bool) -> Sequence[Run]:
        """Runs whose worker is gone wait for another one or for a person; none is ours at once."""
        if await self._recover(owner, all_owners=all_owners):
            self.wake()
        return []

    @write_transaction
    async def _recover(self, tx: WriteTransaction, owner: str, *, all_owners: bool) -> bool:
        """Whether a run waits for a worker now.

        Runs of batches go on by themselves. Where other processes may be, so does any other run, but only once: whatever
        kills its worker twice would be paid for again and again. Where this is the only process, a person decides.
        """
        may_go_on = not self.database.exclusive
        requeued = await tx.runs.requeue_expired(owner, all_owners=all_owners, others_once=may_go_on)
        await tx.batches.add_lost_requests(Counter(run.batch_id for run in requeued if run.batch_id))
        for run in await tx.runs.interrupt_expired(owner, RESTARTED, all_owners=all_owners):
            _report_interrupted(tx, run)
        return bool(requeued)

    async def renew(self, job: Run) -> bool:
        """Renews the lease."""
        try:
            await self._renew(job)
        except StaleStateError:
            return False
        return True

    @read_transaction
    async def get_seconds_until_due(self, tx: ReadTransaction) -> float | None:
        """Seconds until the next batch goes on. Other runs are due at once, and whoever adds one wakes the worker."""
        start = await tx.batches.find_next_start()
        return None if start is None or start <= tx.now else (start - tx.now).total_seconds()

    async def after_round(self) -> None:
        """Nothing."""

    async def run(self, job: Run, *, recovered: bool) -> None:  # noqa: ARG002 - recovered runs wait for a person
        """Writes the run to its end."""
        await self.write_leased(job, self.pipeline)

    async def write_leased(self, job: Run, pipeline: GenerationPipeline) -> bool:
        """Writes the run, which was claimed, with the pipeline; what stops it is stored as the reason on its card.

        Returns False where somebody else has ended it: nothing of this attempt is stored then.
        """
        is_ours = True
        try:
            await pipeline.write(job)
        except asyncio.CancelledError:
            if self.jobs.is_stopping:
                await self._leave(job)
                # The card should not say "Writing" while nobody is writing; the next start repeats this.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._refresh_card(job.id), _LAST_CARD_SECONDS)
            elif not self.database.exclusive:
                # Another process has cancelled it; an edit of ours may have come after that process's.
                self._keep(asyncio.create_task(self._refresh_card(job.id)))
            raise
        except StaleStateError:
            _log.info("run %s was ended by somebody else", job.id)
            is_ours = False
        except GenerationError as error:  # of a batch or a revision; any other chapter is finished by the template
            _log.info("run %s: %s (%s)", job.id, error.sentence, error.kind)
            if job.batch_id is not None:
                await self._return_to_batch(job, error)
            else:
                await self._interrupt_or_log(job, error.text)
        except Exception as error:  # noqa: BLE001 - the run must not stay "writing"; its card names the reference
            reference = log_unexpected(error, f"writing run {job.id}")
            note = f"Something went wrong on our side. The cues that were stored are kept. Reference: {reference}."
            await self._interrupt_or_log(job, note)
        if not self.jobs.is_stopping:
            await self._refresh_card(job.id)
        return is_ours

    async def _refresh_card(self, run_id: str) -> None:
        try:
            await self.refresh(run_id)
        except Exception as error:  # noqa: BLE001 - what a card shows must never decide what becomes of the run
            log_unexpected(error, f"showing run {run_id}")

    async def _return_to_batch(self, run: Run, error: GenerationError) -> None:
        """The run waits for a worker again with what it has, and its batch waits or is paused."""
        try:
            await self._release_and_stop_batch(run, error)
        except StaleStateError:
            _log.info("run %s was ended by somebody else", run.id)

    @write_transaction
    async def _release_and_stop_batch(self, tx: WriteTransaction, run: Run, error: GenerationError) -> None:
        await tx.runs.release(run.id, run.lease, failed=is_attempt(error))
        await stop_batch(tx, run, error)

    async def _leave(self, run: Run) -> None:
        """This process is about to end: the run waits for a person, or for another worker where it may go on by itself."""
        goes_on = run.batch_id is not None or (not self.database.exclusive and run.attempts == 0)
        await self._end_or_log(run, self._release(run) if goes_on else self._interrupt(run, RESTARTED))
        if goes_on:
            self.wake()

    async def _interrupt_or_log(self, run: Run, note: str) -> None:
        await self._end_or_log(run, self._interrupt(run, note))

    async def _end_or_log(self, run: Run, ending: Awaitable[None]) -> None:
        try:
            await ending
        except StaleStateError:
            _log.info("run %s was cancelled or finished in the same moment", run.id)
        except Exception as error:  # noqa: BLE001 - its lease expires then, and the next sweep interrupts it
            log_unexpected(error, f"interrupting run {run.id}")

    @write_transaction
    async def _release(self, tx: WriteTransaction, run: Run) -> None:
        await tx.runs.release(run.id, run.lease, failed=run.batch_id is None)
        await tx.batches.add_lost_requests(Counter([run.batch_id] if run.batch_id else []))

    @write_transaction
    async def _interrupt(self, tx: WriteTransaction, run: Run, note: str) -> None:
        await tx.runs.interrupt(run.id, run.lease, note)
        _report_interrupted(tx, run)

    @write_transaction
    async def _renew(self, tx: WriteTransaction, run: Run) -> None:
        await tx.runs.renew(run.id, run.lease)


def _report_interrupted(tx: WriteTransaction, run: Run) -> None:
    data = {"run_id": run.id, "chapter_number": run.chapter_number}
    tx.report(GENERATION_INTERRUPTED, data, member_id=run.member_id, ebook_id=run.ebook_id)
