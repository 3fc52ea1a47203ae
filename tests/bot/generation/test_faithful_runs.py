"""Faithful scripts over real HTTP: whatever Gemini answers, every word of the chapter is in the script once."""

import json
import re
from typing import Any

import pytest

from bot.generation.chapter_source import MAX_SPAN_PART_UNITS
from bot.scripts.coverage import Coverage
from bot.scripts.cue_lists import list_scenes
from bot.scripts.models import CueKind, RepairKind, ScriptMode
from bot.scripts.spans import split_spans
from bot.scripts.text_units import find_units
from tests.bot.generation.pipeline_stage import CHAPTER, FaultyGemini, Outcome, PipelineStage, write
from tests.bot.scripts.span_loss import find_loss
from tests.standins.gemini_script import story_of

SPANS = split_spans(CHAPTER)


@pytest.fixture
def faithful(stage: PipelineStage) -> PipelineStage:
    """A stage whose scripts are faithful."""
    stage.mode = ScriptMode.FAITHFUL
    return stage


def assert_complete(outcome: Outcome, text: str = CHAPTER) -> None:
    """Every word of the chapter is spoken or cut with a reason, and the stored count says so."""
    assert find_loss(split_spans(text), outcome.script.cues, outcome.script.cuts) == ""
    coverage = Coverage.model_validate_json(outcome.stored.coverage)
    assert (coverage.is_counted, coverage.share) == (True, 1.0)
    assert [cue.n for cue in outcome.script.cues] == list(range(1, len(outcome.script.cues) + 1))


def list_asked(standin: FaultyGemini) -> list[list[int]]:
    """The numbers of the spans in each request."""
    stories = (story_of(call.body) for call in standin.calls)
    return [[int(number) for number in re.findall(r"^(\d+)\|", story, re.MULTILINE)] for story in stories]


async def test_a_faithful_script_speaks_the_source(standin: FaultyGemini, faithful: PipelineStage) -> None:
    """The model labels numbered spans; the script has the source's words with the speakers and sounds of the labels."""
    outcome = await write(faithful)
    assert outcome.stored.writer == "gemini"
    assert outcome.script.mode is ScriptMode.FAITHFUL
    assert_complete(outcome)
    assert outcome.script.repairs == ()
    assert {cue.speaker for cue in outcome.script.cues} == {"NARRATOR", "HANA", ""}
    assert outcome.script.count_cues(CueKind.MUSIC) >= 2
    assert [(scene.n, scene.present) for scene in outcome.script.scenes] == [(1, ("HANA",))]
    assert outcome.script.scenes[0].place
    assert list_asked(standin) == [[span.n for span in SPANS]]
    schema = standin.calls[0].body["generationConfig"]["responseJsonSchema"]
    assert "text" not in schema["properties"]["cues"]["items"]["properties"]


@pytest.mark.parametrize("after", [6, 9, 12])
async def test_a_broken_stream_resumes_at_the_next_span(
    standin: FaultyGemini, faithful: PipelineStage, after: int
) -> None:
    """A retry sends exactly the spans that no complete label referred to, and repeats none."""
    standin.answer_with("cut", times=1, after=after)
    first = await write(faithful)
    assert first.stored.writer == "template"
    assert_complete(first)
    kept = first.kept
    second = await write(faithful, run=await faithful.create_run(progress=first.run.progress))
    assert second.stored.writer == "gemini"
    assert_complete(second)
    first_cues, second_cues = (
        [cue.model_copy(update={"id": ""}) for cue in each.script.cues[: len(kept.cues)]] for each in (first, second)
    )
    assert second_cues == first_cues
    assert second.script.scenes[: len(kept.scenes)] == first.script.scenes[: len(kept.scenes)]
    assert len(second.script.scenes) == 1  # the retry went on in the scene that was under way
    assert list_asked(standin)[1] == [span.n for span in SPANS[kept.next_span - 1 :]]
    assert kept.next_span > 1


@pytest.mark.parametrize(
    "scenario", ["safety", "max_tokens", "no_end", "no_finish", "then gone", "wrong_shape", "not_json"]
)
async def test_a_refusal_midway_leaves_a_complete_script(
    standin: FaultyGemini, faithful: PipelineStage, scenario: str
) -> None:
    """What Gemini labelled is kept, and the template speaks the rest of the spans."""
    standin.answer_with(scenario)
    outcome = await write(faithful)
    assert outcome.stored.writer == "template"
    assert_complete(outcome)


async def test_a_long_chapter_is_labelled_in_parts(standin: FaultyGemini, faithful: PipelineStage) -> None:
    """Parts end at scene breaks, and the joins cannot be seen: numbers, cues and music go on."""
    scene = " ".join(f"Word {n} of the long scene lay still." for n in range(300))
    text = "\n\n* * *\n\n".join([scene] * 4)
    outcome = await write(faithful, run=await faithful.create_run(text=text))
    assert outcome.stored.writer == "gemini"
    assert_complete(outcome, text)
    asked = list_asked(standin)
    assert len(asked) == 4
    assert len(find_units(text)) > 2 * MAX_SPAN_PART_UNITS
    assert [number for part in asked for number in part] == [
        span.n for span in split_spans(text) if span.kind.value != "break"
    ]
    breaks = {span.n for span in split_spans(text) if span.kind.value == "break"}
    assert all(part[0] - 1 in breaks for part in asked[1:])
    scenes = list_scenes(outcome.script)
    assert len(scenes) == 4
    assert all(scene.place for scene, _ in scenes)
    assert [min(cue.spans[0] for cue in cues if cue.spans) for _, cues in scenes] == [part[0] for part in asked]


def answer(*entries: Any) -> str:
    """A response with these entries as its cues."""
    return json.dumps({"title": "T", "logline": "L", "cast": [{"name": "HANA", "voice": "dry"}], "cues": entries})


LAST = SPANS[-1].n
ALL: dict[str, Any] = {"at": f"1-{LAST}"}
WRONG: dict[str, tuple[str, set[RepairKind]]] = {
    "one label for everything": (answer(ALL), set()),
    "numbers as numbers": (answer({"at": [1, 2]}, {"at": f"3–{LAST}"}), set()),
    "the first half alone": (answer({"at": "1-20"}), {RepairKind.UNLABELLED}),
    "every span twice": (answer(ALL, ALL), {RepairKind.REPEATED}),
    "backwards": (answer({"at": f"20-{LAST}"}, {"at": "1-19"}), {RepairKind.OUT_OF_ORDER}),
    "invented numbers": (answer(ALL, {"at": "9999999", "who": "HANA"}), {RepairKind.UNKNOWN_SPANS}),
    "everything cut": (answer(ALL | {"cut": "tag"}), {RepairKind.REFUSED_CUT}),
    "an unknown reason": (answer(ALL | {"cut": "boring"}), {RepairKind.REFUSED_CUT}),
    "junk beside it": (answer(None, 7, [], {"at": {}}, {"who": "HANA"}, {"x": "y"}, ALL), set()),
    "words repeated": (
        answer(
            {"type": "narration", "speaker": "NARRATOR", "text": SPANS[0].text},
            {"type": "dialogue", "speaker": "HANA", "text": "Count with me,"},
        ),
        {RepairKind.UNLABELLED},
    ),
}


@pytest.mark.parametrize(("text", "repairs"), WRONG.values(), ids=WRONG)
async def test_wrong_labels_are_repaired_and_named(
    standin: FaultyGemini, faithful: PipelineStage, text: str, repairs: set[RepairKind]
) -> None:
    """A response that refers to anything at all becomes a complete script that says what was corrected."""
    standin.answer = text
    standin.answer_with("custom")
    outcome = await write(faithful)
    assert outcome.stored.writer == "gemini"
    assert_complete(outcome)
    assert {repair.kind for repair in outcome.script.repairs} == repairs
    assert not outcome.script.cuts
