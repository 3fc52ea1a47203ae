"""Revisions over real HTTP: only what was asked for is rewritten, into a version of its own."""

import re

import pytest

from bot.event_names import GENERATION_STARTED, GRANT_LOG_ADDED, SCRIPT_ADDED, SCRIPT_REVISED
from bot.generation.run_cards import read_run_view
from bot.generation.run_progress import RunProgress
from bot.generation.writer import GenerationError
from bot.scripts.coverage import Coverage
from bot.scripts.edit_service import EditService
from bot.scripts.models import Script, ScriptMode
from bot.scripts.spans import split_spans
from bot.scripts.take_log import TakeLog
from bot.scripts.takes import digest_spoken
from cogs.views.script_card import script_card
from storage.states import EditKind, ScriptState, TakeVerdict
from tests.bot.generation.pipeline_stage import FaultyGemini, Outcome, PipelineStage, connect, write
from tests.bot.generation.revisions import (
    HANA,
    LONG_CHAPTER,
    assert_rest_stays,
    claim,
    read_script,
    request_revision,
)
from tests.bot.scripts.span_loss import find_loss
from tests.cogs.views.components import read_text
from tests.standins.gemini_script import story_of

pytestmark = pytest.mark.parametrize("mode", list(ScriptMode))


@pytest.fixture
async def parent(standin: FaultyGemini, stage: PipelineStage, mode: ScriptMode) -> Outcome:
    """A script of at least 40 cues in two scenes."""
    stage.mode = mode
    outcome = await write(stage, run=await stage.create_run(text=LONG_CHAPTER))
    assert outcome.stored.writer == "gemini"
    assert len(outcome.script.cues) >= 40
    return outcome


def assert_faithful(script: Script) -> None:
    """A faithful script has every word of the chapter once."""
    if script.mode is ScriptMode.FAITHFUL:
        assert find_loss(split_spans(LONG_CHAPTER), script.cues, script.cuts) == ""


async def test_a_range_is_rewritten_and_the_rest_stays(
    standin: FaultyGemini, stage: PipelineStage, parent: Outcome
) -> None:
    """Cues 10 to 20 change; the others, the parent and the grant log do not; the new version says where it comes from."""
    outcome = await write(stage, run=await request_revision(stage, parent.stored.id))
    assert_rest_stays(parent.script, outcome.script, 10, 20)
    assert_faithful(outcome.script)
    new = outcome.stored
    assert (new.version, new.parent_id, new.notes, new.state) == (2, parent.stored.id, "Slower.", ScriptState.DRAFT)
    assert (new.title, new.source_digest) == (parent.stored.title, parent.stored.source_digest)
    assert Coverage.model_validate_json(new.coverage).share > 0.95
    assert new.cost_micros
    assert (await read_script(stage, parent.stored.id))[0] == parent.stored
    assert len(outcome.script.scenes) == len(parent.script.scenes) == 2
    names = outcome.event_names[len(parent.event_names) :]
    assert names == [GENERATION_STARTED, SCRIPT_ADDED, SCRIPT_REVISED]
    assert GRANT_LOG_ADDED in parent.event_names
    asked = "\n".join(part["text"] for part in standin.calls[-1].body["contents"][0]["parts"])
    assert "asks for a revision: Slower." in asked
    assert f"21. {parent.script.cues[20].speaker or parent.script.cues[20].kind.value.upper()}: " in asked


async def test_the_history_begins_with_the_parent(stage: PipelineStage, parent: Outcome) -> None:
    """The text before the revision is the parent's, so that undoing the revision restores it."""
    outcome = await write(stage, run=await request_revision(stage, parent.stored.id))
    async with stage.database.read() as tx:
        history = await tx.script_edits.list(outcome.stored.id)
        bodies = [await tx.script_edits.get_body(outcome.stored.id, edit.number) for edit in history]
    assert [(edit.kind, edit.summary) for edit in history] == [
        (EditKind.CREATED, "From version 1"),
        (EditKind.CHANGED, "Revised cues 10 to 20: Slower."),
    ]
    assert bodies == [parent.stored.body, outcome.stored.body]
    await EditService(stage.database).undo(outcome.stored.id, HANA)
    assert (await read_script(stage, outcome.stored.id))[0].body == parent.stored.body


async def test_lines_deleted_by_hand_that_a_revision_speaks_again_are_said(
    stage: PipelineStage, parent: Outcome, mode: ScriptMode
) -> None:
    """In the history and on the card; an adaptation is written from its cues, so that what was deleted stays away."""
    cue = next(cue for cue in parent.script.cues[11:] if cue.kind.is_spoken)
    await EditService(stage.database).delete_cue(parent.stored.id, cue.id, HANA)
    outcome = await write(stage, run=await request_revision(stage, parent.stored.id))
    async with stage.database.read() as tx:
        summary = (await tx.script_edits.list(outcome.stored.id))[-1].summary
        view = await read_run_view(tx, await tx.runs.get(str(outcome.stored.run_id)))
    assert_faithful(outcome.script)
    spoken_again = mode is ScriptMode.FAITHFUL
    assert ("(1 cue deleted by hand spoken again)" in summary) == spoken_again
    assert view.restored_cues == spoken_again
    shown = read_text(script_card(view))
    assert ("1 cue speaks words again that had been deleted by hand" in shown) == spoken_again


@pytest.mark.parametrize("cues", ["", "scene 2", "1", "scene 1"])
async def test_a_scene_a_cue_or_everything_can_be_rewritten(stage: PipelineStage, parent: Outcome, cues: str) -> None:
    """Whatever is chosen, the numbers, the scenes and the words fit together afterwards."""
    if cues == "1":
        cues = str(next(cue.n for cue in parent.script.cues if cue.kind.is_spoken))
    outcome = await write(stage, run=await request_revision(stage, parent.stored.id, cues))
    assert_faithful(outcome.script)
    assert len(outcome.script.scenes) == 2
    assert outcome.script.scenes[1].heading == parent.script.scenes[1].heading
    assert [cue.n for cue in outcome.script.cues] == list(range(1, len(outcome.script.cues) + 1))


async def test_lines_that_stay_are_still_recorded(stage: PipelineStage, parent: Outcome) -> None:
    """The new version counts the takes of the lines that were not rewritten."""
    takes = TakeLog(stage.database)
    spoken = [cue for cue in parent.script.cues if cue.kind.is_spoken]
    for cue in (spoken[0], spoken[-1]):
        await takes.log_take(parent.stored.id, cue.id, digest_spoken(cue), 1, TakeVerdict.GOOD, "", HANA)
    outcome = await write(stage, run=await request_revision(stage, parent.stored.id))
    assert (outcome.stored.recorded_cues, outcome.stored.spoken_cues) == (2, outcome.script.spoken_cue_count)


async def test_an_approved_version_can_be_revised(stage: PipelineStage, parent: Outcome) -> None:
    """It stays approved and unchanged; the revision of the revision has the third number."""
    await stage.database.write(lambda tx: tx.scripts.approve(parent.stored.id))
    second = await write(stage, run=await request_revision(stage, parent.stored.id, "10-12"))
    third = await write(stage, run=await request_revision(stage, second.stored.id, "14-16", "Faster."))
    assert (third.stored.version, third.stored.parent_id) == (3, second.stored.id)
    stored, _ = await read_script(stage, parent.stored.id)
    assert (stored.state, stored.body) == (ScriptState.APPROVED, parent.stored.body)
    assert_faithful(third.script)


@pytest.mark.parametrize(
    "scenario",
    ["cut", "safety", "bad_key", "not_json", "prompt_blocked", "internal", "quota_day", "blank", "empty_body"],
)
async def test_no_template_takes_the_place_of_a_revision(
    standin: FaultyGemini, stage: PipelineStage, parent: Outcome, scenario: str
) -> None:
    """When Gemini fails, the run says why and keeps what is complete; continued, it becomes the version."""
    run = await request_revision(stage, parent.stored.id)
    calls = len(standin.calls)
    standin.answer_with(scenario, after=12 if scenario in {"cut", "safety"} else None)
    with pytest.raises(GenerationError) as raised:
        await write(stage, run=run)
    assert raised.value.sentence
    kept = await stage.database.write(lambda tx: tx.runs.get(run.id))
    progress = RunProgress.from_column(kept.progress)
    await stage.database.write(lambda tx: tx.runs.interrupt(run.id, run.lease, raised.value.text))
    standin.plays.clear()
    await stage.database.write(lambda tx: tx.runs.requeue(run.id))
    outcome = await write(stage, run=await claim(stage, run))
    assert_rest_stays(parent.script, outcome.script, 10, 20)
    assert_faithful(outcome.script)
    assert outcome.stored.version == 2
    if parent.script.mode is ScriptMode.FAITHFUL and scenario == "cut":
        first = re.findall(r"^(\d+)\|", story_of(standin.calls[-1].body), re.MULTILINE)[0]
        assert int(first) == progress.next_span > parent.script.cues[9].n - 9
        assert progress.cues
    elif parent.script.mode is ScriptMode.ADAPTED:
        assert progress.cues == ()
    assert len(standin.calls) > calls + 1


async def test_a_killed_revision_is_continued(standin: FaultyGemini, stage: PipelineStage, parent: Outcome) -> None:
    """What the last checkpoint holds is enough for another process, although the parent was changed meanwhile."""
    run = await request_revision(stage, parent.stored.id)
    standin.answer_with("cut", after=12, times=1)
    with pytest.raises(GenerationError):
        await write(stage, run=run)
    await stage.database.write(lambda tx: tx.runs.interrupt_expired("another", "Restarted.", all_owners=True))
    changed = parent.script.model_copy(update={"title": "Another"}).model_dump_json()
    await stage.database.write(lambda tx: tx.drafts.change(parent.stored.id, changed, seconds=1, spoken_cues=1))
    await stage.database.write(lambda tx: tx.runs.requeue(run.id))
    outcome = await write(stage, run=await claim(stage, run))
    assert_rest_stays(parent.script, outcome.script, 10, 20)
    assert outcome.script.title == parent.script.title


async def test_without_a_key_a_revision_waits(stage: PipelineStage, parent: Outcome) -> None:
    """A key that was taken away after the request does not make a template of the script."""
    run = await request_revision(stage, parent.stored.id)
    async with connect() as model:
        pipeline = stage.pipeline(model)
        object.__setattr__(pipeline, "writer_factory", None)
        with pytest.raises(GenerationError, match="No Gemini key is set"):
            await pipeline.write(run)
