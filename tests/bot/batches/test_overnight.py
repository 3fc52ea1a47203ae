"""Batches that Gemini's stand-in writes overnight, as one job at half price."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.batches.overnight import pause_without_key
from bot.errors import StateError
from bot.generation.gemini.jobs import GeminiJobs
from bot.generation.gemini.pricing import calculate_cost
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from storage import WriteTransaction
from storage.states import BatchPace, BatchState, RunState
from tests.bot.batches.batch_stage import BOOK
from tests.bot.batches.night_stage import MODEL, USAGE, Night, list_key
from tests.bot.generation.run_stage import HANA
from tests.bot.servers.stored_notices import list_audit_notices
from tests.standins.gemini_script import story_of


async def test_chapters_are_one_job_and_become_scripts_at_half_price(night: Night) -> None:
    """Nothing is claimed by the writers of the day; the money is reserved at half, and settled at half."""
    batch = await night.start()
    view = await night.get_view(batch)
    assert view.batch.overnight_job
    assert [chapter.state for chapter in view.chapters] == [RunState.READY] * 3
    (job,) = night.gemini.jobs.jobs
    assert [list_key(each)[:2] for each in job.requests] == [[each.run_id, "1"] for each in view.chapters]
    assert [story_of(each["request"]) for each in job.requests] == [f"It is the bell number {n}." for n in (1, 2, 3)]
    reserved = await night.sum_costs()
    assert reserved == await night.sum_costs(only_unknown=True) > 0
    assert len((await night.get_view(batch)).live) == 3, "Gemini is not ready"
    night.answer()
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done), view.batch.overnight_job) == (BatchState.DONE, 3, "")
    full = calculate_cost(MODEL, USAGE, view.now.date())
    assert full is not None
    assert view.cost_micros == 3 * -(-full // 2) < reserved
    assert view.unknown_micros == 0
    async with night.stage.database.read() as tx:
        script = await tx.scripts.get(view.done[0].script_id or "")
    assert (script.writer, script.model, script.cost_micros) == ("gemini", MODEL, -(-full // 2))
    assert "It is the bell number 1." in script.body


async def test_a_long_chapter_is_read_from_all_its_parts(night: Night) -> None:
    """Each part is a request of its own, and together they are one script without a gap."""
    await night.add_long_chapter()
    batch = await night.start("1")
    await night.get_view(batch)
    (job,) = night.gemini.jobs.jobs
    keys = [list_key(each)[1] for each in job.requests]
    assert keys == [str(number) for number in range(1, len(keys) + 1)]
    assert len(keys) > 1
    night.answer()
    view = await night.get_view(batch)
    body = await night.get_body(view.done[0])
    assert all(f"number {number} rang" in body for number in range(1, 19))


@pytest.mark.parametrize("moment", ["while the job is handed over", "before it is handed over", "while it is answered"])
async def test_a_killed_process_loses_no_chapter_and_hands_nothing_over_twice(
    night: Night, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next process finds the job by its name, or by its display name where the name was not stored."""
    batch = await night.start()
    reserved = 0
    if moment == "while the job is handed over":
        night.gemini.jobs.loses_answer = True
        view = await night.get_view(batch)
        assert view.batch.waits_until is not None
        reserved = await night.sum_costs()
        await night.stage.database.write(lambda tx: tx.batches.wait_until(batch.id, None, ""))
    elif moment == "before it is handed over":

        async def die(*_: Any) -> str:
            raise asyncio.CancelledError

        with monkeypatch.context() as patch:
            patch.setattr(GeminiJobs, "create", die)
            with pytest.raises(asyncio.CancelledError):
                await night.overnight.run_round()
        assert not night.gemini.jobs.jobs
        reserved = await night.sum_costs()
    else:
        await night.get_view(batch)
        reserved = await night.sum_costs()
        night.answer()
        async with night.stage.database.read() as tx:
            waiting = await tx.runs.list_in_states(RunState.READY)
        await night.stage.database.write(
            lambda tx: tx.runs.claim("a dead process", run_id=waiting[1].id, pace=BatchPace.OVERNIGHT)
        )
        await night.stage.worker.recover("another", all_owners=True)
    night.restart()
    await night.get_view(batch)
    assert await night.sum_costs() <= reserved, "nothing is reserved twice"
    assert len(night.gemini.jobs.jobs) == 1
    night.answer()
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done), view.batch.lost_requests) == (BatchState.DONE, 3, 0)
    async with night.stage.database.read() as tx:
        assert [each.version for each in await tx.scripts.list_newest(BOOK)] == [1, 1, 1]


async def test_where_jobs_cannot_be_listed_the_card_counts_what_may_be_paid_twice(night: Night) -> None:
    """The job is handed over again, once, with money of its own, since the first one may be paid for as well."""
    night.gemini.jobs.loses_answer = True
    night.gemini.jobs.is_listed = False
    batch = await night.start()
    await night.get_view(batch)
    reserved = await night.sum_costs()
    await night.stage.database.write(lambda tx: tx.batches.wait_until(batch.id, None, ""))
    view = await night.get_view(batch)
    assert (len(night.gemini.jobs.jobs), view.batch.lost_requests) == (2, 3)
    assert (await night.get_view(batch)).batch.lost_requests == 3
    assert await night.sum_costs(only_unknown=True) == 2 * reserved


async def test_a_chapter_that_gemini_refuses_fails_alone_and_an_overloaded_one_is_asked_again(night: Night) -> None:
    """The card names the refused chapter; the other one is in the next job."""
    night.gemini.jobs.failures = {0: "prohibited", 1: "overloaded"}
    batch = await night.start()
    await night.get_view(batch)
    night.answer()
    view = await night.get_view(batch)
    assert [each.state for each in view.chapters] == [RunState.DONE, RunState.READY, RunState.READY]
    assert "Gemini" in view.failed[0].error
    assert view.batch.waits_until is not None
    night.gemini.jobs.failures = {}
    await night.stage.database.write(lambda tx: tx.batches.wait_until(batch.id, None, ""))
    await night.get_view(batch)  # collects the third
    view = await night.get_view(batch)  # hands the second over again
    assert [each.state for each in view.chapters] == [RunState.DONE, RunState.READY, RunState.DONE]
    assert [len(job.requests) for job in night.gemini.jobs.jobs] == [3, 1]
    night.answer()
    view = await night.get_view(batch)
    assert (view.batch.state, len(view.done), len(view.failed)) == (BatchState.DONE, 2, 1)


async def test_cancel_ends_the_job_at_gemini_also_after_a_restart(night: Night) -> None:
    """What Gemini had done by then stays reserved, since nobody says what it cost."""
    batch = await night.start()
    await night.get_view(batch)
    await night.stage.service.cancel(batch.id, HANA)
    night.restart()
    view = await night.get_view(batch)
    assert night.gemini.jobs.jobs[0].state == "CANCELLED"
    assert (view.batch.state, view.batch.overnight_job) == (BatchState.CANCELLED, "")
    assert view.unknown_micros == view.cost_micros > 0


async def test_a_paused_batch_is_collected_after_resume(night: Night) -> None:
    """Gemini goes on meanwhile, and the note says so."""
    batch = await night.start()
    await night.get_view(batch)
    await night.stage.service.pause(batch.id, HANA)
    night.answer()
    view = await night.get_view(batch)
    assert (len(view.live), "Gemini goes on" in view.batch.note) == (3, True)
    await night.stage.service.resume(batch.id, HANA)
    assert len((await night.get_view(batch)).done) == 3
    assert len(night.gemini.jobs.jobs) == 1


@pytest.mark.parametrize("state", ["EXPIRED", "FAILED", "CANCELLED"])
async def test_a_job_that_gemini_does_not_finish_pauses_the_batch(night: Night, state: str) -> None:
    """The note says why; Resume hands over another job."""
    batch = await night.start()
    await night.get_view(batch)
    night.answer(state)
    view = await night.get_view(batch)
    assert (view.batch.state, f"({state.lower()})" in view.batch.note) == (BatchState.PAUSED, True)
    await night.stage.service.resume(batch.id, HANA)
    await night.get_view(batch)
    assert len(night.gemini.jobs.jobs) == 2


async def test_no_job_costs_more_than_the_budgets_allow(night: Night) -> None:
    """Only as many chapters are handed over as fit; where none fits, the batch is paused and nothing was asked."""
    batch = await night.start()
    await night.get_view(batch)
    each = await night.sum_costs() // 3
    await night.stage.service.cancel(batch.id, HANA)
    await night.get_view(batch)
    used = await night.sum_costs()
    night.restart(budget=used + 2 * each + each // 2)
    batch = await night.start()
    await night.get_view(batch)
    assert len(night.gemini.jobs.jobs[-1].requests) == 2
    assert await night.sum_costs() <= used + 2 * each + each // 2
    assert len(await list_audit_notices(night.stage.database)) == 1, "most of the budget is used"
    other = await night.start("4", cap_micros=each // 2)
    view = await night.get_view(other)
    assert (view.batch.state, view.cost_micros) == (BatchState.PAUSED, 0)
    assert len(night.gemini.jobs.jobs) == 2


async def test_a_refused_job_costs_nothing_and_pauses_the_batch(night: Night) -> None:
    """A key that does not work, for example."""
    night.gemini.answer_with("bad_key")
    batch = await night.start()
    view = await night.get_view(batch)
    assert (view.batch.state, view.cost_micros, view.batch.overnight_job) == (BatchState.PAUSED, 0, "")
    assert "API key" in view.batch.note


async def test_a_model_without_a_batch_mode_is_named_before_anything_starts(night: Night) -> None:
    """Nothing is stored."""
    night.gemini.jobs.is_offered = False
    with pytest.raises(StateError, match=r"gemini-3\.8-flash and gemini-3\.5-flash-lite cannot be asked overnight"):
        await night.start()


async def test_without_its_key_a_batch_is_paused(night: Night) -> None:
    """The operator has removed it; the note says so, and the job waits at Gemini."""
    batch = await night.start()
    await night.get_view(batch)
    await pause_without_key(night.stage.database)
    view = await night.stage.service.get_view(batch.id)
    assert (view.batch.state, "key" in view.batch.note) == (BatchState.PAUSED, True)
    assert view.batch.overnight_job


async def test_what_waits_overnight_is_not_ahead_of_a_single_script(night: Night) -> None:
    """The card of ``/script`` counts only what is written before it."""
    await night.start()

    async def request(tx: WriteTransaction) -> int:
        asked = await create_run(tx, ScriptRequest(ebook=BOOK, chapter_number=9), "It rang.", HANA)
        later = replace(asked.run, created_at=asked.run.created_at + timedelta(seconds=1))
        return await tx.runs.count_ahead(later)

    assert await night.stage.database.write(request) == 1, "itself, as seen from a second later"
