"""Batches at half price: Gemini gets all chapters as one job and answers within a day.

    no job ──> prepared (money reserved, stored) ──> handed over (name stored) ──> answered: scripts, costs, no job

After a restart a prepared job is looked for among Gemini's by its display name before it is handed over again. Where a model
refuses the job, the next one gets it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from bot.batches.overnight_money import OvernightJob, OvernightMoney
from bot.batches.overnight_records import OvernightRecords
from bot.clock import Wait
from bot.errors import StateError, log_unexpected
from bot.generation.batch_errors import is_passing, may_have_arrived, stop_job
from bot.generation.error_messages import create_error, create_missing_key_error, pick_most_informative
from bot.generation.gemini.answer_writer import AnswerWriter, digest_source
from bot.generation.gemini.jobs import GeminiJobs, JobAnswers, JobState
from bot.generation.gemini.responses import Chunk
from bot.generation.pipeline import GenerationPipeline
from bot.generation.prompt import Prompt, compose_prompt
from bot.generation.worker import RunWorker
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import Database, StaleStateError, Topic, WriteTransaction
from storage.leases import new_owner
from storage.states import BatchState
from storage.stores.batches import Batch
from storage.stores.runs import Run

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_ANOTHER_MODEL: Final = {
    GenerationErrorKind.MODEL_GONE,
    GenerationErrorKind.QUOTA_NONE,
    GenerationErrorKind.QUOTA_DAY,
    GenerationErrorKind.QUOTA_MINUTE,
}
"""What another model may be spared. For jobs there is a quota of its own, of tokens that wait."""
POLL_SECONDS: Final = 60.0
"""Between two looks at the jobs. They take hours, and nobody waits at the screen."""
_BUSY_SECONDS: Final = 5.0
"""Until the next look where another process, which may be dead, has what is to be done."""
_CANNOT_LIST: Final = {
    GenerationErrorKind.MODEL_GONE,
    GenerationErrorKind.BAD_REQUEST,
    GenerationErrorKind.NO_PERMISSION,
}
"""How an API answers that does not list jobs."""


@dataclass(slots=True)
class OvernightWorker:
    """Hands jobs over, asks for their answers and has the scripts written from them.

    ``models`` are asked in their order.
    """

    database: Database
    pipeline: GenerationPipeline
    worker: RunWorker
    models: tuple[GeminiJobs, ...]
    money: OvernightMoney
    wait: Wait
    poll_seconds: float = POLL_SECONDS
    records: OvernightRecords = field(init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _is_busy_elsewhere: bool = False

    def __post_init__(self) -> None:
        self.records = OvernightRecords(self.database, self.money, new_owner("overnight"))

    async def start(self) -> None:
        """Looks after the jobs from now on."""
        self.database.notifications.subscribe(Topic.OVERNIGHT, lambda _: self._wake.set())
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the loop. Gemini keeps what it has, and the next start finds it."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Makes the workers of all processes look at the jobs now."""
        self.database.notifications.publish(Topic.OVERNIGHT)

    async def find_model(self) -> str:
        """The first model that can be asked overnight.

        Raises:
            StateError: none can, or Gemini does not say.
        """
        try:
            for jobs in self.models:
                if await self._is_supported(jobs):
                    return jobs.model
        except GenerationError as error:
            raise StateError(error.sentence, error.hint) from None
        names = " and ".join(jobs.model for jobs in self.models)
        raise StateError(f"{names} cannot be asked overnight.", "Choose the pace Now.")

    async def run_round(self) -> None:
        """Every job is brought as far as it can be now."""
        self._is_busy_elsewhere = False
        for batch in await self.records.list_due():
            try:
                await self._advance(batch)
            except StaleStateError:
                _log.info("batch %s was changed by somebody else", batch.id)
            except GenerationError as error:
                _log.info("batch %s: %s (%s)", batch.id, error.sentence, error.kind)
                await self.records.stop_batch(batch, error)
            except Exception as error:  # noqa: BLE001 - the other batches go on, and the next round tries this one again
                log_unexpected(error, f"the overnight job of batch {batch.id}")

    async def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                await self.run_round()
            except Exception as error:  # noqa: BLE001 - the next round may find the database back
                log_unexpected(error, "looking at overnight jobs")
            seconds = _BUSY_SECONDS if self._is_busy_elsewhere else self.poll_seconds
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._wake.wait(), seconds), "news of overnight jobs")

    async def _advance(self, batch: Batch) -> None:
        job = OvernightJob.from_column(batch.overnight_job)
        if batch.state is not BatchState.RUNNING:
            await self._end(batch, job)
            return
        if job is None:
            await self._begin(batch)
        elif not job.name:
            await self._hand_over_again(batch, job)
        else:
            found = await self._call(self._for(job).get(job.name))
            if found.state is not JobState.OPEN:
                await self._collect(batch, job, found)

    async def _begin(self, batch: Batch) -> None:
        """The first model that takes it has a job with the runs that wait.

        Raises:
            GenerationError: no model takes it.
        """
        refusals: list[GenerationError] = []
        for jobs in self.models:
            try:
                if not await self._is_supported(jobs):
                    continue
                job = await self._prepare(batch, jobs.model)
                if job is not None:
                    await self._hand_over(batch, job)
                return  # noqa: TRY300 - what follows is for refusals
            except GenerationError as error:
                if error.kind not in _ANOTHER_MODEL:
                    raise
                refusals.append(error)
        if not refusals:
            raise create_error(GenerationErrorKind.MODEL_GONE, model=self.models[0].model)
        raise next((error for error in refusals if is_passing(error)), pick_most_informative(refusals))

    async def _is_supported(self, jobs: GeminiJobs) -> bool:
        try:
            return await self._call(jobs.is_supported())
        except GenerationError as error:
            if error.kind is not GenerationErrorKind.MODEL_GONE:
                raise
            return False

    async def _prepare(self, batch: Batch, model: str) -> OvernightJob | None:
        """The money for the waiting runs is reserved, and the job is stored; None where no run waits."""
        composed = await self._compose(await self.records.list_waiting(batch.id))
        for run_id, parts in composed.items():
            if not parts and (run := await self.records.claim(run_id)) is not None:
                await self._write(run, model, {})  # everything is written, or there is nothing to write
        prompts = {run_id: parts for run_id, parts in composed.items() if parts}
        if not prompts:
            return None
        return await self.records.reserve(batch, prompts, model)

    async def _compose(self, runs: list[Run]) -> dict[str, dict[str, Prompt]]:
        """The prompts of each run by their keys."""
        return {
            run.id: {
                f"{run.id}/{request.part}/{digest_source(request)}": compose_prompt(request)
                for request in await self.pipeline.list_part_requests(run)
            }
            for run in runs
        }

    async def _hand_over(self, batch: Batch, job: OvernightJob) -> None:
        """Gemini has the job, and its name is stored."""
        runs = [run for run in await self.records.list_waiting(batch.id) if run.id in job.run_ids]
        prompts = {key: prompt for parts in (await self._compose(runs)).values() for key, prompt in parts.items()}
        try:
            name = await self._call(self._for(job).create(job.display_name, prompts))
        except GenerationError as error:
            if not may_have_arrived(error):
                await self.records.drop(batch, job)
            raise
        await self.records.store_name(batch, job, name)

    async def _hand_over_again(self, batch: Batch, job: OvernightJob) -> None:
        """The job was perhaps handed over before: it is looked for, and handed over only where Gemini does not have it."""
        taken = await self.records.take_over(batch, job)
        if taken is None:
            self._is_busy_elsewhere = True
            return  # another process is handing it over
        try:
            name = await self._call(self._for(job).find(job.display_name))
        except GenerationError as error:
            if error.kind not in _CANNOT_LIST:
                raise
            await self.records.abandon(batch, taken)
            await self._begin(batch)
            return
        if name is None:
            await self._hand_over(batch, taken)
        else:
            await self.records.store_name(batch, taken, name)

    async def _collect(self, batch: Batch, job: OvernightJob, found: JobAnswers) -> None:
        """Every run with an answer becomes a script, or fails with its reason. The others need another job."""
        is_lost = found.state is JobState.LOST
        await self.records.settle(job, found.answers)
        for run_id in job.run_ids:
            parts = {key: answer for key, answer in found.answers.items() if key.partition("/")[0] == run_id}
            if is_lost and not parts:
                continue
            run = await self.records.claim(run_id)
            if run is None and await self.records.is_live(run_id):
                self._is_busy_elsewhere = True
                return  # the batch was paused or waits, or another process writes the run; the job keeps its answer
            if is_lost:
                error = create_error(GenerationErrorKind.TIMED_OUT, model=job.model)
                parts = {key: parts.get(key, error) for key in job.list_keys(run_id)}
            if run is not None and not await self._write(run, job.model, parts) and await self.records.is_live(run_id):
                return  # it was paused in the same moment
            job = await self.records.forget_run(batch.id, job, run_id, is_kept=is_lost)
        if is_lost:
            await self.records.give_up(batch, job, found.reason)

    async def _write(self, run: Run, model: str, answers: Mapping[str, Chunk | GenerationError]) -> bool:
        """Whether the run was written to its end, or failed; False where somebody else has ended it."""
        by_source = {key.rpartition("/")[2]: answer for key, answer in answers.items()}
        pipeline = replace(
            self.pipeline, writer_factory=lambda _run, _on_wait: AnswerWriter(model, by_source), saves_only_parts=True
        )
        return await self.worker.write_leased(run, pipeline)

    async def _end(self, batch: Batch, job: OvernightJob | None) -> None:
        """The job of a batch that has ended is cancelled, where Gemini still has it. Its reservations are kept."""
        if job is None:
            return
        try:
            name: str | None = job.name or await self._call(self._for(job).find(job.display_name))
            if name and batch.state is BatchState.CANCELLED:
                await self._call(self._for(job).cancel(name))
        except GenerationError as error:
            if is_passing(error):
                raise
            _log.info("job %s: %s (%s)", job.display_name, error.sentence, error.kind)  # it has ended by itself
        else:
            if not name:
                await self.records.drop(batch, job)
                return
        await self.records.clear_job(batch)

    def _for(self, job: OvernightJob) -> GeminiJobs:
        """The jobs of the model that was asked, which may no longer be among the settings."""
        return replace(self.models[0], model=job.model)

    async def _call(self, call: Awaitable[_T]) -> _T:
        return await self.wait(call, "Gemini's word about a job")


async def pause_without_key(database: Database) -> None:
    """Batches that are written overnight are paused: the key was removed since they were started."""

    async def pause(tx: WriteTransaction) -> None:
        for batch in await tx.batches.list_overnight():
            await stop_job(tx, batch.id, create_missing_key_error())

    await database.write(pause)
