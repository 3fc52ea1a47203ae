"""The worker of runs: what stops a run, and what is stored then."""

import asyncio

import pytest

from bot.errors import MythError
from bot.event_names import (
    GENERATION_CANCELLED,
    GENERATION_COMPLETED,
    GENERATION_INTERRUPTED,
    GENERATION_STARTED,
    GRANT_LOG_ADDED,
    SCRIPT_ADDED,
)
from bot.generation.worker import RESTARTED
from storage.states import RunState
from tests.bot.generation.run_stage import HANA, KEPT, RunStage


async def test_a_run_is_written_and_its_card_says_so(runs: RunStage) -> None:
    """A waiting run is done after its writer has ended, and the next one is taken without a word."""
    runs.writer.release.set()
    for number in (1, 2, 3):
        await runs.service.start_run((await runs.request(number)).id)
    await runs.worker.start()
    for _ in range(3):
        await runs.cards.wait_until_shown(RunState.DONE)
    await runs.worker.stop()
    assert len(await runs.list_runs(RunState.DONE)) == 3


async def test_a_run_cancelled_between_its_claim_and_its_task_writes_nothing(runs: RunStage) -> None:
    """The claim is held, the run is cancelled, and then the claim returns: only the run after it is written."""
    run, next_run = await runs.request(1), await runs.request(2)
    for each in (run, next_run):
        await runs.service.start_run(each.id)
    runs.writer.release.set()
    runs.worker.holds_claim = True
    await runs.worker.start()
    await runs.worker.claimed.wait()
    await runs.service.cancel_run(run.id, HANA)
    runs.worker.let_go.set()
    await runs.cards.wait_until_shown(RunState.DONE)
    await runs.worker.stop()
    stored = await runs.service.get_run(run.id)
    assert (stored.state, stored.script_id, stored.progress) == (RunState.CANCELLED, None, "")
    assert [asked.chapter_number for asked in runs.writer.asked] == [2]
    assert (await runs.list_event_names())[:3] == [GENERATION_STARTED, GENERATION_STARTED, GENERATION_CANCELLED]


async def test_cancelling_stops_the_writer_at_once(runs: RunStage) -> None:
    """A cancelled run is not written any further, and no script and no interruption is stored."""
    run = await runs.request()
    await runs.service.start_run(run.id)
    await runs.worker.start()
    await runs.writer.began.wait()
    await runs.service.cancel_run(run.id, HANA)
    assert runs.worker.jobs._running == {}
    await runs.worker.stop()
    assert (await runs.service.get_run(run.id)).state is RunState.CANCELLED
    assert await runs.list_event_names() == [GENERATION_STARTED, GENERATION_CANCELLED]
    assert runs.cards.shown[-1] is RunState.CANCELLED


async def test_a_stop_interrupts_what_is_being_written(runs: RunStage) -> None:
    """The run keeps its first cues, its card says why it rests, and one event reports it."""
    run = await runs.request()
    await runs.service.start_run(run.id)
    await runs.worker.start()
    await runs.writer.began.wait()
    await runs.worker.stop()
    stored = await runs.service.get_run(run.id)
    assert (stored.state, stored.note, stored.lease_owner) == (RunState.INTERRUPTED, RESTARTED, None)
    assert '"cues":[{' in stored.progress
    assert runs.cards.shown[-1] is RunState.INTERRUPTED
    assert (await runs.list_events())[1:] == [(GENERATION_INTERRUPTED, run.member_id, run.ebook_id)]


async def test_an_unexpected_error_interrupts_the_run(runs: RunStage, caplog: pytest.LogCaptureFixture) -> None:
    """The run does not stay "writing": its card names the reference under which the error was logged."""
    runs.writer.error = ZeroDivisionError("unexpected")
    runs.writer.release.set()
    run = await runs.request()
    await runs.service.start_run(run.id)
    await runs.worker.start()
    await runs.cards.wait_until_shown(RunState.INTERRUPTED)
    await runs.worker.stop()
    note = (await runs.service.get_run(run.id)).note
    assert note.startswith("Something went wrong on our side.")
    reference = note.removesuffix(".").rpartition(" ")[2]
    assert f"reference {reference}, while writing run {run.id}" in caplog.text
    assert await runs.list_event_names() == [GENERATION_STARTED, GENERATION_INTERRUPTED]


async def test_a_run_cancelled_by_another_process_is_left_alone(runs: RunStage) -> None:
    """A writer that ends after the run was cancelled elsewhere stores nothing, and the card shows what became of it."""
    run = await runs.request()
    await runs.service.start_run(run.id)
    await runs.worker.start()
    await runs.writer.began.wait()
    await runs.database.write(lambda tx: tx.runs.cancel(run.id))
    runs.writer.release.set()
    await runs.cards.wait_until_shown(RunState.CANCELLED)
    await runs.worker.stop()
    assert (await runs.service.get_run(run.id)).script_id is None
    assert await runs.list_event_names() == [GENERATION_STARTED]


async def test_a_start_interrupts_what_a_dead_process_left(runs: RunStage) -> None:
    """The only process on a database interrupts every run that is marked as being written, with its event."""
    run = await runs.request()
    await runs.claim(run, KEPT.to_column())
    await runs.worker.start()
    await runs.worker.stop()
    stored = await runs.service.get_run(run.id)
    assert (stored.state, stored.note, stored.progress) == (RunState.INTERRUPTED, RESTARTED, KEPT.to_column())
    assert (await runs.list_events())[1:] == [(GENERATION_INTERRUPTED, run.member_id, run.ebook_id)]


async def test_a_lease_is_renewed_while_it_is_ours(runs: RunStage) -> None:
    """Renewing tells whether the run is still ours, which decides whether writing goes on."""
    claimed = await runs.claim(await runs.request())
    assert await runs.worker.renew(claimed)
    await runs.service.cancel_run(claimed.id, HANA)
    assert not await runs.worker.renew(claimed)


async def test_a_card_that_fails_does_not_decide_what_becomes_of_the_run(runs: RunStage) -> None:
    """The script is stored although its card cannot be shown."""

    async def fail(_run_id: str) -> None:
        failed.set()
        raise MythError("The card failed.", "Try again.")

    failed = asyncio.Event()
    runs.worker.refresh = fail
    runs.writer.release.set()
    await runs.service.start_run((await runs.request()).id)
    await runs.worker.start()
    await failed.wait()
    await runs.worker.stop()
    assert await runs.list_event_names() == [
        GENERATION_STARTED,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
