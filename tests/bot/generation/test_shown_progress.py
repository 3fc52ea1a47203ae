"""What the card of a run shows while it is written, and how often its progress is saved."""

import asyncio
from dataclasses import replace

import pytest

from bot.generation.chapter_source import ParagraphSource
from bot.generation.pipeline import RunExecution
from bot.generation.request import ScriptRequest
from bot.generation.run_progress import RunProgress
from bot.generation.run_view import SHOWN_CUES
from bot.scripts.models import Cue, CueKind, Scene
from cogs.views.script_card import script_card
from storage.states import RunState
from tests.bot.generation.pipeline_stage import PipelineStage, connect
from tests.bot.generation.story import narrated
from tests.cogs.views.components import read_text

TEXT = "The bell rang.\n\nNobody had touched it."  # 14 and 22 characters


@pytest.fixture
async def execution(stage: PipelineStage) -> RunExecution:
    """A run that has not begun."""
    run = await stage.create_run(TEXT)
    async with connect() as model:
        return RunExecution(stage.pipeline(model), run, ScriptRequest.from_run(run), ParagraphSource(TEXT))


async def test_a_run_without_cues_shows_nothing_written(execution: RunExecution) -> None:
    """Before the first cue the card's bar is empty, and no running time is claimed."""
    view = execution.build_view()
    assert (view.share, view.cue_count, view.seconds, view.last_cues) == (0.0, 0, 0.0, ())
    assert (view.part, view.parts) == (1, 1)
    await execution.card_updater.close()


async def test_the_bar_shows_the_share_of_the_text_that_is_spoken(execution: RunExecution) -> None:
    """Spoken characters count, sounds do not, and the bar never runs over its end."""
    sound = Cue(n=2, kind=CueKind.SFX, text="BELL – TOLLS FOR A VERY LONG TIME")
    execution.progress = RunProgress(cues=(*narrated("The bell rang."), sound))
    view = execution.build_view()
    assert view.share == pytest.approx(14 / 36)
    assert view.cue_count == 2
    assert view.seconds == view.last_cues[-1].start + view.last_cues[-1].seconds > view.last_cues[-1].start
    execution.progress = RunProgress(cues=narrated("The bell rang and rang, " * 20))
    assert execution.build_view().share == 1.0
    await execution.card_updater.close()


async def test_the_card_shows_the_last_cues_and_the_part(execution: RunExecution) -> None:
    """Only the newest cues are shown, and the part never exceeds the number of parts."""
    execution.progress = RunProgress(cues=narrated(*(f"Bell {number}." for number in range(SHOWN_CUES + 2))))
    execution.part, execution.parts = 3, 2
    view = execution.build_view()
    assert [cue.text for cue in view.last_cues] == [f"Bell {number}." for number in range(2, SHOWN_CUES + 2)]
    assert (view.part, view.parts) == (2, 2)
    await execution.card_updater.close()


async def test_the_card_shows_the_scene_that_the_writer_has_reached(execution: RunExecution) -> None:
    """Place and time of the newest cue's scene, escaped; nothing where no place is known."""
    scenes = (Scene(n=1), Scene(n=2, place="THE *HALL*", time="NIGHT"), Scene(n=3, place="THE CRYPT"))
    cues = [cue.model_copy(update={"scene": n}) for n, cue in enumerate(narrated("One.", "Two."), 1)]
    execution.progress = RunProgress(cues=tuple(cues), scenes=scenes)
    view = execution.build_view()
    assert view.scene == "THE *HALL* – NIGHT"
    writing = replace(view, run=replace(view.run, state=RunState.WRITING))
    assert "\n-# THE \\*HALL\\* – NIGHT\n" in read_text(script_card(writing))
    execution.progress = RunProgress(cues=tuple(cues[:1]), scenes=scenes)
    assert execution.build_view().scene == ""
    await execution.card_updater.close()


async def test_an_empty_chapter_does_not_divide_by_zero(stage: PipelineStage) -> None:
    """A text without anything to speak shows an empty bar."""
    run = await stage.create_run("x")
    async with connect() as model:
        execution = RunExecution(stage.pipeline(model), run, ScriptRequest.from_run(run), ParagraphSource(""))
    assert execution.build_view().share == 0.0
    await execution.card_updater.close()


async def test_progress_is_saved_every_two_seconds(execution: RunExecution, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first progress is saved at once, the next after two seconds, and the end of a part always."""
    now = 1_000.0
    saved: list[float] = []

    async def save(_progress: str) -> None:
        saved.append(now)

    monkeypatch.setattr(execution, "_renew_lease", save)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    for now in (1_000.0, 1_001.0, 1_002.0, 1_003.9):  # noqa: B007 - the clock
        await execution._save_checkpoint()
    now = 1_004.0
    await execution._save_checkpoint()
    now = 1_004.1
    await execution._save_checkpoint(force=True)
    assert saved == [1_000.0, 1_002.0, 1_004.0, 1_004.1]
    await execution.card_updater.close()
