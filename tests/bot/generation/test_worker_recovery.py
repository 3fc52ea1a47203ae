"""Runs whose worker has died or stops, where other processes may be: they go on by themselves, once."""

from bot.event_names import GENERATION_INTERRUPTED
from bot.generation.run_progress import RunProgress
from storage.states import RunState
from tests.bot.generation.run_stage import HANA, KEPT, RunStage
from tests.conftest import FakeClock


async def test_a_run_whose_worker_died_goes_on_with_what_was_written(shared_runs: RunStage, clock: FakeClock) -> None:
    """Nobody has to press a button, the stored cues stay, and no interruption is reported."""
    run = await shared_runs.request()
    await shared_runs.claim(run, KEPT.to_column())
    clock.advance(seconds=11)
    shared_runs.writer.release.set()
    await shared_runs.worker.start()
    await shared_runs.cards.wait_until_shown(RunState.DONE)
    await shared_runs.worker.stop()
    stored = await shared_runs.service.get_run(run.id)
    assert RunProgress.from_column(stored.progress).cues[0] == KEPT.cues[0]
    assert GENERATION_INTERRUPTED not in await shared_runs.list_event_names()


async def test_a_run_whose_second_worker_died_waits_for_a_person(shared_runs: RunStage, clock: FakeClock) -> None:
    """Whatever kills its worker again and again is not paid for again and again, also after a person continued it."""
    run = await shared_runs.request()
    for expected in (RunState.READY, RunState.INTERRUPTED, RunState.INTERRUPTED):
        if (await shared_runs.service.get_run(run.id)).state is RunState.INTERRUPTED:
            await shared_runs.service.resume_run(run.id, HANA)
        await shared_runs.claim(run)
        clock.advance(seconds=11)
        await shared_runs.worker.recover("another", all_owners=False)
        assert (await shared_runs.service.get_run(run.id)).state is expected
    assert (await shared_runs.list_event_names()).count(GENERATION_INTERRUPTED) == 2


async def test_a_worker_that_stops_leaves_its_run_to_another_once(shared_runs: RunStage) -> None:
    """While one process after the other is replaced, writing goes on; a second stop in the same run waits for a person."""
    run = await shared_runs.request()
    await shared_runs.service.start_run(run.id)
    for process, expected in (
        (shared_runs, RunState.READY),
        (RunStage(shared_runs.database), RunState.INTERRUPTED),
    ):
        await process.worker.start()
        await process.writer.began.wait()
        await process.worker.stop()
        stored = await shared_runs.service.get_run(run.id)
        assert (stored.state, stored.lease_owner) == (expected, None)
        assert stored.progress
