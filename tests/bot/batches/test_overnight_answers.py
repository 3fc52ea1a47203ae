"""Overnight jobs that are answered in part, at a bad moment, or by another model."""

import os
from collections.abc import AsyncGenerator, Mapping

import pytest

from bot.batches.plan import BatchOptions
from bot.generation.draft import Draft
from bot.generation.error_messages import create_error
from bot.generation.gemini.answer_writer import AnswerWriter
from bot.generation.gemini.jobs import GeminiJobs
from bot.generation.prompt import Prompt
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationErrorKind
from storage import Database
from storage.migrate import HEAD
from storage.states import BatchPace, BatchState, ProcessState, RunState
from storage.stores.processes import NewProcess
from tests.bot.batches.batch_stage import BOOK
from tests.bot.batches.night_stage import MODEL, SECOND_MODEL, Night, list_key
from tests.bot.generation.run_stage import HANA
from tests.conftest import FakeClock


async def test_what_an_expired_job_has_answered_is_used(night: Night) -> None:
    """Whole chapters are scripts and settled; a chapter keeps its answered parts; Resume hands over only what is left."""
    await night.add_long_chapter()
    batch = await night.start("1-3")
    await night.get_view(batch)
    (job,) = night.gemini.jobs.jobs
    parts = sum(list_key(each)[0] == list_key(job.requests[0])[0] for each in job.requests)
    assert parts > 1
    job.requests.insert(0, job.requests.pop(parts))  # chapter 2 is answered first, then some of the first chapter
    night.answer("EXPIRED", answered=parts)
    view = await night.get_view(batch)
    assert view.batch.waits_until is not None, "the first chapter was not finished"
    await night.stage.database.write(lambda tx: tx.batches.wait_until(batch.id, None, ""))
    view = await night.get_view(batch)
    assert [each.state for each in view.chapters] == [RunState.READY, RunState.DONE, RunState.READY]
    assert view.batch.state is BatchState.PAUSED
    assert "(expired): 2 chapters are left" in view.batch.note
    await night.stage.service.resume(batch.id, HANA)
    await night.get_view(batch)
    assert [list_key(each)[1] for each in night.gemini.jobs.jobs[-1].requests] == ["1", "1"]
    night.answer()
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done)) == (BatchState.DONE, 3)
    body = await night.get_body(view.done[0])
    assert all(40 <= body.count(f"number {number} rang") < 80 for number in range(1, 19)), "once, and in the logline"
    assert view.unknown_micros > 0, "what an expired job cost of its other requests is not known"


async def test_a_job_that_expires_with_all_answers_is_done(night: Night) -> None:
    """Nothing is left to hand over, so nobody is asked."""
    batch = await night.start()
    await night.get_view(batch)
    night.answer("CANCELLED", answered=3)
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done), view.batch.overnight_job) == (BatchState.DONE, 3, "")


async def test_pausing_while_answers_are_stored_loses_none(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job keeps the answer of the chapter that was being stored; nothing is handed over again."""
    batch = await night.start()
    await night.get_view(batch)
    night.answer()
    write = AnswerWriter.write

    async def pause_and_write(self: AnswerWriter, request: PartRequest) -> AsyncGenerator[Draft, None]:
        if request.chapter_number == 2:
            await night.stage.service.pause(batch.id, HANA)
        async for draft in write(self, request):
            yield draft

    with monkeypatch.context() as patch:
        patch.setattr(AnswerWriter, "write", pause_and_write)
        view = await night.get_view(batch)
    assert [each.state for each in view.chapters] == [RunState.DONE, RunState.READY, RunState.READY]
    await night.stage.service.resume(batch.id, HANA)
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done), len(night.gemini.jobs.jobs)) == (BatchState.DONE, 3, 1)


@pytest.mark.parametrize("scenario", ["quota_day", "quota_none", "gone", "without a batch mode"])
async def test_where_the_first_model_cannot_the_next_one_is_asked(night: Night, scenario: str) -> None:
    """Its own price is reserved, and the refused job costs nothing. The plan names the model that has a batch mode."""
    if scenario == "without a batch mode":
        night.gemini.jobs.without = {MODEL}
        options = BatchOptions(ebook=BOOK, pace=BatchPace.OVERNIGHT)
        assert (await night.stage.service.plan(options)).model == SECOND_MODEL
    else:
        night.gemini.answer_with(scenario, MODEL)
    batch = await night.start()
    await night.get_view(batch)
    (job,) = night.gemini.jobs.jobs
    assert job.model == SECOND_MODEL
    night.answer()
    view = await night.get_view(batch)
    assert (view.batch.state, view.unknown_micros, len(view.done)) == (BatchState.DONE, 0, 3)
    async with night.stage.database.read() as tx:
        assert (await tx.scripts.get(view.done[0].script_id or "")).model == SECOND_MODEL


async def test_where_no_model_has_quota_left_the_batch_waits_for_it(night: Night) -> None:
    """The card says until when, and nothing is reserved meanwhile."""
    night.gemini.answer_with("quota_day")
    batch = await night.start()
    view = await night.get_view(batch)
    assert (view.batch.state, view.cost_micros, view.batch.overnight_job) == (BatchState.RUNNING, 0, "")
    assert view.batch.waits_until is not None


async def test_an_answer_that_cannot_be_read_may_still_be_paid_for(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reservation is kept, and the job is found again; nothing is handed over twice."""
    create = GeminiJobs.create

    async def create_unreadably(self: GeminiJobs, display_name: str, prompts: Mapping[str, Prompt]) -> str:
        await create(self, display_name, prompts)
        raise create_error(GenerationErrorKind.MALFORMED)

    batch = await night.start()
    with monkeypatch.context() as patch:
        patch.setattr(GeminiJobs, "create", create_unreadably)
        view = await night.get_view(batch)
    assert (view.batch.state, view.unknown_micros > 0) == (BatchState.PAUSED, True)
    await night.stage.service.resume(batch.id, HANA)
    reserved = await night.sum_costs()
    await night.get_view(batch)
    assert (len(night.gemini.jobs.jobs), await night.sum_costs()) == (1, reserved)


@pytest.mark.parametrize("end", ["time", "death"])
async def test_another_process_that_hands_a_job_over_is_left_alone(
    night: Night, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Until it must have ended, or is dead; then the job is looked for."""
    process = NewProcess(
        id="one", role="all", state=ProcessState.ACTIVE, host="host", pid=os.getpid(), version="1", schema_version=HEAD
    )
    await night.stage.database.write(lambda tx: tx.processes.register(process))
    batch = await night.start()
    night.gemini.jobs.loses_answer = True
    await night.get_view(batch)
    await night.stage.database.write(lambda tx: tx.batches.wait_until(batch.id, None, ""))
    monkeypatch.setattr(Database, "exclusive", False)
    night.restart()
    view = await night.get_view(batch)
    assert '"name":""' in view.batch.overnight_job
    if end == "death":
        await night.stage.database.write(lambda tx: tx.processes.remove("one"))
    else:
        clock.advance(minutes=4)
        await night.stage.database.write(lambda tx: tx.processes.record_heartbeat("one", ProcessState.ACTIVE))
    view = await night.get_view(batch)
    assert '"name":"batches/1"' in view.batch.overnight_job
