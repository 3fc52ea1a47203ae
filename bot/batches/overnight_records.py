"""What is stored of overnight jobs. Whatever belongs together shares a transaction, so that a killed process leaves no half."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.batches.overnight_money import OvernightJob, OvernightMoney
from bot.event_names import BATCH_PAUSED
from bot.generation.batch_errors import stop_job
from bot.generation.gemini.responses import Chunk
from bot.generation.prompt import Prompt
from bot.generation.writer import GenerationError
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.ids import new_id
from storage.states import BatchPace, RunState
from storage.stores.batches import Batch
from storage.stores.runs import Run

_HANDED_OVER_WITHIN: Final = timedelta(minutes=3)
"""Longer than a call can take. Only then does another process look whether a job without a name was handed over."""


@dataclass(frozen=True, slots=True)
class OvernightRecords:
    """Each method is one transaction. ``owner`` is this process."""

    database: Database
    money: OvernightMoney
    owner: str

    @read_transaction
    async def list_due(self, tx: ReadTransaction) -> list[Batch]:
        """The batches that are due: see ``BatchStore.list_overnight``; those that wait are left out."""
        found = await tx.batches.list_overnight()
        return [batch for batch in found if batch.waits_until is None or batch.waits_until <= tx.now]

    @read_transaction
    async def list_waiting(self, tx: ReadTransaction, batch_id: str) -> list[Run]:
        """The runs of the batch that wait, in the story's order."""
        waiting = [run for run in await tx.runs.list_in_states(RunState.READY) if run.batch_id == batch_id]
        return sorted(waiting, key=lambda run: run.chapter_number)

    @write_transaction
    async def reserve(
        self, tx: WriteTransaction, batch: Batch, prompts: Mapping[str, Mapping[str, Prompt]], model: str
    ) -> OvernightJob:
        """The money is reserved, and the job is stored, not handed over yet."""
        charges = await self.money.reserve(tx, batch, prompts, model)
        job = OvernightJob(
            display_name=f"{batch.id}-{new_id('jobs')}", model=model, charges=charges, owner=self.owner, since=tx.now
        )
        await tx.batches.change_overnight_job(batch.id, "", job.model_dump_json())
        return job

    @write_transaction
    async def take_over(self, tx: WriteTransaction, batch: Batch, job: OvernightJob) -> OvernightJob | None:
        """This process hands the job over; None where another one may be at it."""
        if job.owner != self.owner and not self.database.exclusive and tx.now - job.since < _HANDED_OVER_WITHIN:
            processes = await tx.processes.list_all()
            if any(process.is_alive(tx.now) and f"_{process.pid}_" in job.owner for process in processes):
                return None
        taken = job.model_copy(update={"owner": self.owner, "since": tx.now})
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), taken.model_dump_json())
        return taken

    @write_transaction
    async def abandon(self, tx: WriteTransaction, batch: Batch, job: OvernightJob) -> None:
        """Nobody can say whether Gemini has the job: its reservations are kept, and another one may be paid for again."""
        await tx.batches.add_lost_requests({batch.id: len(job.charges)}, BatchPace.OVERNIGHT)
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), "")

    @write_transaction
    async def store_name(self, tx: WriteTransaction, batch: Batch, job: OvernightJob, name: str) -> None:
        """Gemini has the job under this name."""
        named = job.model_copy(update={"name": name})
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), named.model_dump_json())
        await tx.batches.wait_until(batch.id, None, "")

    @write_transaction
    async def settle(
        self, tx: WriteTransaction, job: OvernightJob, answers: Mapping[str, Chunk | GenerationError]
    ) -> None:
        """The costs of the answers are known."""
        await self.money.settle(tx, job, answers)

    @write_transaction
    async def drop(self, tx: WriteTransaction, batch: Batch, job: OvernightJob) -> None:
        """Gemini has never had the job."""
        await self.money.release(tx, job)
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), "")

    @write_transaction
    async def give_up(self, tx: WriteTransaction, batch: Batch, job: OvernightJob, reason: str) -> None:
        """The batch is paused where chapters are left. Gemini may have worked on them, so their reservations are kept."""
        await tx.batches.change_overnight_job(batch.id, job.model_dump_json(), "")
        left = [run for run in await tx.runs.list_in_states(RunState.READY) if run.batch_id == batch.id]
        if not left:
            return
        count = "1 chapter is" if len(left) == 1 else f"{len(left)} chapters are"
        note = f"Gemini did not finish the overnight job ({reason}): {count} left. Resume hands over what is left."
        await tx.batches.pause(batch.id, note)
        data = {"batch_id": batch.id, "reason": reason}
        tx.report(BATCH_PAUSED, data, member_id=batch.member_id, ebook_id=batch.ebook_id)

    @read_transaction
    async def is_live(self, tx: ReadTransaction, run_id: str) -> bool:
        """Whether the run waits or is being written."""
        return (await tx.runs.get(run_id)).state in {RunState.READY, RunState.WRITING}

    @write_transaction
    async def forget_run(
        self, tx: WriteTransaction, batch_id: str, job: OvernightJob, run_id: str, *, is_kept: bool
    ) -> OvernightJob:
        """The rest of the job, once the run has what was answered for it."""
        rest = job.without_run(run_id)
        column = rest.model_dump_json() if rest.charges or is_kept else ""
        await tx.batches.change_overnight_job(batch_id, job.model_dump_json(), column)
        return rest

    @write_transaction
    async def clear_job(self, tx: WriteTransaction, batch: Batch) -> None:
        """Gemini has nothing of the batch any more."""
        await tx.batches.change_overnight_job(batch.id, batch.overnight_job, "")

    @write_transaction
    async def claim(self, tx: WriteTransaction, run_id: str) -> Run | None:
        """The run, leased; None where it is not to be written now."""
        return await tx.runs.claim(self.owner, run_id=run_id, pace=BatchPace.OVERNIGHT)

    @write_transaction
    async def stop_batch(self, tx: WriteTransaction, batch: Batch, error: GenerationError) -> None:
        """The batch waits, or is paused."""
        await stop_job(tx, batch.id, error)
