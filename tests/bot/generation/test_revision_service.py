"""Requesting revisions, and what becomes of their runs when they cannot be written."""

import pytest

from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import GENERATION_CANCELLED, GENERATION_COMPLETED, GENERATION_INTERRUPTED, GENERATION_STARTED
from bot.generation.error_messages import create_error
from bot.generation.request import ScriptRequest
from bot.generation.revision_service import RevisionService
from bot.generation.writer import GenerationErrorKind
from storage.states import RunState
from storage.stores.runs import Run
from tests.bot.generation.run_stage import CHANNEL, HANA, RunStage
from tests.bot.generation.story import CHAPTER


async def write_script(runs: RunStage) -> str:
    """The id of a script of one cue, an adaptation."""
    runs.writer.release.set()
    run = await runs.request()
    await runs.service.start_run(run.id)
    await runs.worker.start()
    await runs.cards.wait_until_shown(RunState.DONE)
    script_id = (await runs.service.get_run(run.id)).script_id
    assert script_id is not None
    return script_id


async def request(runs: RunStage, script_id: str, notes: str = "Slower.", cues: str = "") -> Run:
    """The run of a revision that waits for a worker."""
    service = RevisionService(runs.database, has_gemini=True)
    return (await service.request(script_id, notes, cues, HANA, channel=CHANNEL))[0]


async def test_a_revision_is_a_run_with_a_card(runs: RunStage) -> None:
    """It has the next version, the chapter's text and its event, and its card says what it is."""
    script_id = await write_script(runs)
    run = await request(runs, script_id, notes="Slower,\x00 and\ud800\ncolder.\u202e ")
    revision = ScriptRequest.from_run(run).revision
    assert revision is not None
    assert revision.notes == "Slower, and\ncolder."  # no database takes the other signs once the cues are written
    assert (run.state, run.version, run.content) == (RunState.READY, 2, CHAPTER)
    view = await runs.service.run_cards.get_view(run.id)
    assert view.revision == "revises the whole script of version 1"
    assert (await runs.list_event_names())[-1] == GENERATION_STARTED
    await runs.worker.stop()


@pytest.mark.parametrize(
    ("cues", "notes", "sentence"),
    [("2", "Slower.", "There is no cue 2."), ("x", "Slower.", "I cannot tell"), ("1", "  ", "The notes are empty.")],
)
async def test_what_cannot_be_revised_starts_no_run(runs: RunStage, cues: str, notes: str, sentence: str) -> None:
    """The person reads a sentence, and nothing is stored."""
    script_id = await write_script(runs)
    with pytest.raises(InputError, match=sentence):
        await request(runs, script_id, notes, cues)
    assert (await runs.list_event_names())[-1] == GENERATION_COMPLETED
    await runs.worker.stop()


async def test_one_chapter_is_written_by_one_run(runs: RunStage) -> None:
    """While a revision waits, there is no second one; an unknown script and a missing key are said."""
    script_id = await write_script(runs)
    await runs.worker.stop()
    await request(runs, script_id)
    with pytest.raises(StateError, match=r"Chapter 1 is already being written\."):
        await request(runs, script_id)
    with pytest.raises(NotFoundError):
        await request(runs, "nothing")
    without_key = RevisionService(runs.database, has_gemini=False)
    with pytest.raises(StateError, match="no Gemini key is set"):
        await without_key.request(script_id, "Slower.", "", HANA, channel=CHANNEL)


async def test_a_refused_revision_rests_with_the_reason(runs: RunStage) -> None:
    """The card offers to continue or to discard it; discarding leaves the parent as the newest version."""
    script_id = await write_script(runs)
    runs.writer.error = create_error(GenerationErrorKind.OUTPUT_BLOCKED, reason="SAFETY")
    run = await request(runs, script_id)
    await runs.service.start_run(run.id)
    await runs.cards.wait_until_shown(RunState.INTERRUPTED)
    stored = await runs.service.get_run(run.id)
    assert stored.note.startswith("Gemini stopped writing this chapter (safety).")
    assert stored.script_id is None
    assert (await runs.list_event_names())[-1] == GENERATION_INTERRUPTED
    await runs.service.cancel_run(run.id, HANA)
    assert (await runs.list_event_names())[-1] == GENERATION_CANCELLED
    again = await request(runs, script_id)
    assert again.version == 2
    await runs.worker.stop()


async def test_a_continued_revision_becomes_the_next_version(runs: RunStage) -> None:
    """Continue sends the run back to the worker, and Gemini is asked for the cues and the notes again."""
    script_id = await write_script(runs)
    runs.writer.error = create_error(GenerationErrorKind.DISCONNECTED)
    run = await request(runs, script_id)
    await runs.service.start_run(run.id)
    await runs.cards.wait_until_shown(RunState.INTERRUPTED)
    runs.writer.error = None
    await runs.service.resume_run(run.id, HANA)
    await runs.cards.wait_until_shown(RunState.DONE)
    revised = [asked.revised for asked in runs.writer.asked[-2:]]
    assert [(part.notes, len(part.cues)) for part in revised if part] == [("Slower.", 1), ("Slower.", 1)]
    new_id = (await runs.service.get_run(run.id)).script_id
    assert new_id is not None
    async with runs.database.read() as tx:
        stored = await tx.scripts.get(new_id)
    assert (stored.version, stored.parent_id, stored.writer) == (2, script_id, "gemini")
    await runs.worker.stop()
