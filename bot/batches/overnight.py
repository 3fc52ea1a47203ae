"""Batches at half price: Gemini gets all chapters as one job and answers within a day.

    no job ──> prepared (money reserved, stored) ──> handed over (name stored) ──> answered: scripts, costs, no job

After a restart a prepared job is looked for among Gemini's by its display name before it is handed over again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from bot.batches.overnight_money import OvernightJob, OvernightMoney
from bot.clock import Wait
from bot.errors import StateError, log_unexpected
from bot.event_names import BATCH_PAUSED
from bot.generation.batch_errors import is_passing, stop_job
from bot.generation.error_messages import create_missing_key_error
from bot.generation.gemini.answer_writer import AnswerWriter
from bot.generation.gemini.jobs import GeminiJobs, JobAnswers, JobState
from bot.generation.gemini.responses import Chunk
from bot.generation.pipeline import GenerationPipeline
from bot.generation.prompt import Prompt, compose_prompt
from bot.generation.worker import RunWorker
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.ids import new_id
from storage.leases import new_owner
from storage.states import BatchPace, BatchState, RunState
from storage.stores.batches import Batch
from storage.stores.runs import Run

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

POLL_SECONDS: Final = 60.0
"""Between two looks at the jobs. They take hours, and nobody waits at the screen."""
_CANNOT_LIST: Final = {
    GenerationErrorKind.MODEL_GONE,
    GenerationErrorKind.BAD_REQUEST,
    GenerationErrorKind.NO_PERMISSION,
}
"""How an API answers that does not list jobs."""


@dataclass(slots=True)
class OvernightWorker:
    """Hands jobs over, asks for their answers and has the scripts written from them.

    ``warn`` tells the team that most of the month's budget is used.
    """

    database: Database
    pipeline: GenerationPipeline
    worker: RunWorker
    jobs: GeminiJobs
    money: OvernightMoney
    wait: Wait
    warn: Callable[[str], Awaitable[None]] | None = None
    poll_seconds: float = POLL_SECONDS
    owner: str = field(default_factory=lambda: new_owner("overnight"))
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Looks after the jobs from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the loop. Gemini keeps what it has, and the next start finds it."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Looks at the jobs now."""
        self._wake.set()

    async def require_support(self) -> None:
        """Returns where the model can be asked overnight.

        Raises:
            StateError: it cannot, or Gemini does not say.
        """
        try:
            is_supported = await self.wait(self.jobs.is_supported(), "what the model can do")
        except GenerationError as error:
            raise StateError(error.sentence, error.hint) from None
        if not is_supported:
            raise StateError(f"{self.jobs.model} cannot be asked overnight.", "Choose the pace Now.")

    async def run_round(self) -> None:
        """Every job is brought as far as it can be now."""
        for batch in await self._list_due():
            try:
                await self._advance(batch)
            except StaleStateError:
                _log.info("batch %s was changed by somebody else", batch.id)
            except GenerationError as error:
                _log.info("batch %s: %s (%s)", batch.id, error.sentence, error.kind)
                await self._stop_batch(batch, error)
            except Exception as error:  # noqa: BLE001 - the other batches go on, and the next round tries this one again
                log_unexpected(error, f"the overnight job of batch {batch.id}")

    async def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                await self.run_round()
            except Exception as error:  # noqa: BLE001 - the next round may find the database back
                log_unexpected(error, "looking at overnight jobs")
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._wake.wait(), self.poll_seconds), "news of overnight jobs")

    async def _advance(self, batch: Batch) -> None:
        job = OvernightJob.from_column(batch.overnight_job)
        if batch.state is not BatchState.RUNNING:
            await self._end(batch, job)
            return
        is_new = job is None
        if job is None:
            job = await self._prepare(batch)
            if job is None:
                return
        if not job.name:
            await self._hand_over(batch, job, is_new=is_new)
            return
        found = await self._call(self.jobs.get(job.name))
        if found.state is JobState.ANSWERED:
            await self._collect(batch, job, found.answers)
        elif found.state is JobState.LOST:
            await self._give_up(batch, job, found)

    async def _prepare(self, batch: Batch) -> OvernightJob | None:
        """The money for the waiting runs is reserved, and the job is stored; None where no run waits."""
        composed = await self._compose(await self._list_waiting(batch.id))
        for run_id, parts in composed.items():
            if not parts and (run := await self._claim(run_id)) is not None:
                await self._write(run, self.jobs.model, {})  # everything is written, or there is nothing to write
        prompts = {run_id: parts for run_id, parts in composed.items() if parts}
        if not prompts:
            return None
        job, warning = await self._reserve(batch, prompts)
        if warning and self.warn is not None:
            await self.warn(warning)
        return job

    async def _compose(self, runs: list[Run]) -> dict[str, dict[str, Prompt]]:
        """The prompts of each run by their keys."""
        return {
            run.id: {
                f"{run.id}/{request.part}": compose_prompt(request)
                for request in await self.pipeline.list_part_requests(run)
            }
            for run in runs
        }

    async def _hand_over(self, batch: Batch, job: OvernightJob, *, is_new: bool) -> None:
        """Gemini has the job, once; its name is stored."""
        name = None if is_new else await self._find(batch, job)
        if name is None:
            runs = [run for run in await self._list_waiting(batch.id) if run.id in job.run_ids]
            prompts = {key: prompt for parts in (await self._compose(runs)).values() for key, prompt in parts.items()}
            try:
                name = await self._call(self.jobs.create(job.display_name, prompts))
            except GenerationError as error:
                if not is_passing(error):  # refused, so Gemini has nothing; after a lost connection it may have the job
                    await self._drop(batch, job)
                raise
        await self._store_name(batch, job, name)

    async def _find(self, batch: Batch, job: OvernightJob) -> str | None:
        """The name of the job that was perhaps handed over before."""
        try:
            return await self._call(self.jobs.find(job.display_name))
        except GenerationError as error:
            if error.kind not in _CANNOT_LIST:
                raise
            await self._note_lost(batch, len(job.charges))
            return None

    async def _collect(self, batch: Batch, job: OvernightJob, answers: Mapping[str, Chunk | GenerationError]) -> None:
        """Every run of the job becomes a script, or fails with its reason. Whatever still waits then needs another job."""
        await self._settle(job, answers)
        for run_id in job.run_ids:
            run = await self._claim(run_id)
            if run is None and await self._is_live(run_id):
                return  # the batch was paused or waits, or another process writes the run; the job keeps its answer
            if run is not None:
                parts = {
                    int(key.partition("/")[2]): answer
                    for key, answer in answers.items()
                    if key.partition("/")[0] == run_id
                }
                await self._write(run, job.model, parts)
            job = await self._forget_run(batch.id, job, run_id)

    async def _write(self, run: Run, model: str, parts: Mapping[int, Chunk | GenerationError]) -> None:
        pipeline = replace(self.pipeline, writer_factory=lambda _run, _on_wait: AnswerWriter(model, parts))
        await self.worker.write_leased(run, pipeline)

    async def _end(self, batch: Batch, job: OvernightJob | None) -> None:
        """The job of a batch that has ended is cancelled, where Gemini still has it."""
        if job is None:
            return
        name = job.name or await self._find(batch, job)
        if name and batch.state is BatchState.CANCELLED:
            try:
                await self._call(self.jobs.cancel(name))
            except GenerationError as error:
                if is_passing(error):
                    raise
                _log.info("job %s: %s (%s)", name, error.sentence, error.kind)  # it has ended by itself
        if name:
            await self._clear_job(batch)
        else:
            await self._drop(batch, job)

    async def _call(self, call: Awaitable[_T]) -> _T:
        return await self.wait(call, "Gemini's word about a job")

    @read_transaction
    async def _list_due(self, tx: ReadTransaction) -> list[Batch]:
        found = await tx.batches.list_overnight()
        return [batch for batch in found if batch.waits_until is None or batch.waits_until <= tx.now]

    @read_transaction
    async def _list_waiting(self, tx: ReadTransaction, batch_id: str) -> list[Run]:
        waiting = [run for run in await tx.runs.list_in_states(RunState.READY) if run.batch_id == batch_id]
        return sorted(waiting, key=lambda run: run.chapter_number)

    @write_transaction
    async def _reserve(
        self, tx: WriteTransaction, batch: Batch, prompts: Mapping[str, Mapping[str, Prompt]]
    ) -> tuple[OvernightJob, str]:
        job, warning = await self.money.reserve(tx, batch, prompts, f"{batch.id}-{new_id('jobs')}")
        await tx.batches.change_overnight_job(batch.id, "", job.model_dump_json())
        return job, warning

    @write_transaction
    async def _store_name(self, tx: WriteTransaction, batch: Batch, job: OvernightJob, name: str) -> None:
        named = job.model_copy(update={"name": name})
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), named.model_dump_json())
        await tx.batches.wait_until(batch.id, None, "")

    @write_transaction
    async def _settle(
        self, tx: WriteTransaction, job: OvernightJob, answers: Mapping[str, Chunk | GenerationError]
    ) -> None:
        await self.money.settle(tx, job, answers)

    @write_transaction
    async def _drop(self, tx: WriteTransaction, batch: Batch, job: OvernightJob) -> None:
        await self.money.release(tx, job)
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), "")

    @write_transaction
    async def _give_up(self, tx: WriteTransaction, batch: Batch, job: OvernightJob, found: JobAnswers) -> None:
        """The batch is paused. What Gemini has done of the job is paid for, so the reservations are kept."""
        await self.money.settle(tx, job, found.answers)
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), "")
        note = f"Gemini did not finish the overnight job ({found.reason}). Resume hands it over again."
        await tx.batches.pause(batch.id, note)
        data = {"batch_id": batch.id, "reason": found.reason}
        tx.report(BATCH_PAUSED, data, member_id=batch.member_id, ebook_id=batch.ebook_id)

    @read_transaction
    async def _is_live(self, tx: ReadTransaction, run_id: str) -> bool:
        return (await tx.runs.get(run_id)).state in {RunState.READY, RunState.WRITING}

    @write_transaction
    async def _forget_run(self, tx: WriteTransaction, batch_id: str, job: OvernightJob, run_id: str) -> OvernightJob:
        rest = job.without_run(run_id)
        column = rest.model_dump_json() if rest.charges else ""
        await tx.batches.change_overnight_job(batch_id, job.model_dump_json(), column)
        return rest

    @write_transaction
    async def _clear_job(self, tx: WriteTransaction, batch: Batch) -> None:
        await tx.batches.change_overnight_job(batch.id, batch.overnight_job, "")

    @write_transaction
    async def _note_lost(self, tx: WriteTransaction, batch: Batch, count: int) -> None:
        await tx.batches.add_lost_requests({batch.id: count}, BatchPace.OVERNIGHT)

    @write_transaction
    async def _claim(self, tx: WriteTransaction, run_id: str) -> Run | None:
        return await tx.runs.claim(self.owner, run_id=run_id, pace=BatchPace.OVERNIGHT)

    @write_transaction
    async def _stop_batch(self, tx: WriteTransaction, batch: Batch, error: GenerationError) -> None:
        await stop_job(tx, batch.id, error)


async def pause_without_key(database: Database) -> None:
    """Batches that are written overnight are paused: the key was removed since they were started."""

    async def pause(tx: WriteTransaction) -> None:
        for batch in await tx.batches.list_overnight():
            await stop_job(tx, batch.id, create_missing_key_error())

    await database.write(pause)
