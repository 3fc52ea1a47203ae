"""Odd answers, and answers filled with anything."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.response import CueParser, build_response_schema
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationError
from bot.scripts.models import Scene
from tests.bot.generation.pipeline_stage import (
    _JUNK,
    FaultyGemini,
    PipelineStage,
    assert_costs,
    assert_nothing_is_lost,
    assert_nothing_technical,
    write,
)


@pytest.mark.parametrize("scenario", ["fenced", "thought", "runaway"])
async def test_odd_but_usable_responses_are_used(standin: FaultyGemini, stage: PipelineStage, scenario: str) -> None:
    """A fence around the JSON, thoughts before it or an endless cue do not prevent a script by Gemini."""
    standin.answer_with(scenario)
    outcome = await write(stage)
    assert outcome.stored.writer == "gemini"
    assert len(standin.calls) == 1
    assert_nothing_is_lost(outcome)
    assert_costs(outcome, "paid", 0)


CUE = {"type": "narration", "speaker": "NARRATOR", "text": "The bell rang."}


WHOLE: dict[str, Any] = {"title": "T", "logline": "L", "cast": [{"name": "NARRATOR", "voice": "low"}], "cues": [CUE]}


ODD_RESPONSES: dict[str, tuple[str, str]] = {
    "numbers as text": (json.dumps(WHOLE | {"cues": [CUE | {"text": 13, "direction": 0.5}]}), "13"),
    "no speaker": (json.dumps(WHOLE | {"cues": [{"type": "dialogue", "speaker": "", "text": "Who?"}]}), "Who?"),
    "odd kinds": (
        json.dumps(WHOLE | {"cues": [CUE | {"type": kind} for kind in ("SFX", "Narration", "", "9")]}),
        "bell",
    ),
    "nulls": (
        json.dumps({"title": None, "logline": None, "cast": None, "cues": [None, CUE | {"direction": None}]}),
        "bell",
    ),
    "the same voice a hundred times": (json.dumps(WHOLE | {"cast": [{"name": "Fox", "voice": "thin"}] * 100}), "bell"),
    "nothing but cues": (json.dumps([CUE]), "bell"),
    "cues first": (json.dumps({"cues": [CUE], "cast": [], "logline": "L", "title": "T"}), "bell"),
    "spread over many lines": (json.dumps(WHOLE, indent=8).replace("\n", "\r\n\n"), "bell"),
    "junk inside": (json.dumps(WHOLE | {"x": [[{}]], "cues": [{"a": {"b": [1]}}, 7, [CUE], "text", CUE]}), "bell"),
    "lists inside lists": (
        '{"title": "a\nb", "cues": [{"text": ' + "[" * 600 + "]" * 600 + "}, " + json.dumps(CUE) + "]}",
        "bell",
    ),
    "one endless cue": (json.dumps(WHOLE | {"cues": [CUE | {"text": "and on it rang " * 13_000}]}), "and on it rang"),
    "5,000 cues": (json.dumps(WHOLE | {"cues": [CUE] * 5_000}), "bell"),
    "signs that are not seen": (json.dumps(WHOLE | {"title": "\u202e\u0000\ud800"}), "bell"),
}


@pytest.mark.parametrize("name", ODD_RESPONSES)
async def test_any_json_with_a_cue_becomes_a_script(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """JSON with a cue somewhere is Gemini's script, whatever its fields contain."""
    standin.answer, said = ODD_RESPONSES[name]
    standin.answer_with("custom")
    outcome = await write(stage)
    assert (outcome.stored.writer, outcome.stored.error) == ("gemini", "")
    assert any(said in cue.text for cue in outcome.script.cues)
    assert all(len(cue.text) <= 2_000 and cue.text.isprintable() for cue in outcome.script.cues)
    assert len({member.name for member in outcome.script.cast}) == len(outcome.script.cast)
    assert {cue.speaker for cue in outcome.script.cues} - {member.name for member in outcome.script.cast} <= {""}
    assert len(standin.calls) == 1
    assert_nothing_technical(stage, caplog)


def _fill_schema(wanted: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit the schema, or nearly do."""
    fits: st.SearchStrategy[Any] = st.text(max_size=30)
    match wanted["type"]:
        case "object":
            fits = st.fixed_dictionaries(
                {}, optional={name: _fill_schema(of) for name, of in wanted["properties"].items()}
            )
        case "array":
            fits = st.lists(_fill_schema(wanted["items"]), max_size=6)
        case _ if "enum" in wanted:
            fits = st.sampled_from([spelled for value in wanted["enum"] for spelled in (value, value.upper())])
    return st.one_of(fits, fits, fits, _JUNK)


@settings(max_examples=150, deadline=None)
@given(
    answer=_fill_schema(build_response_schema()),
    step=st.integers(1, 40),
    cut=st.integers(0, 400),
    indent=st.sampled_from([None, 4]),
)
def test_any_response_is_parsed_or_refused(answer: object, step: int, cut: int, indent: int | None) -> None:
    """Any response, whole or cut anywhere, gives cues in their order or raises an error with its sentence."""
    text = json.dumps(answer, ensure_ascii=bool(step % 2), indent=indent)
    text = text[: len(text) - cut] if cut < 200 else text
    request = PartRequest("Book", 1, "Title", "horror", ("The bell rang.",), first_cue=7)
    parser = CueParser(request)
    for at in range(0, len(text), step):
        parser.feed(text[at : at + step])
    with suppress(GenerationError):
        parser.finish()
    draft = parser.build_draft("model", Usage())
    assert [cue.n for cue in draft.cues] == list(range(7, 7 + len(draft.cues)))
    assert Draft.model_validate_json(draft.model_dump_json()) == draft


async def test_a_script_without_scene_markers_is_one_scene_of_unknown_place(
    standin: FaultyGemini, stage: PipelineStage
) -> None:
    """Every cue is in it, and who speaks is present: sides, schedule and revisions need a scene, and no place is made up."""
    spoken = {"type": "dialogue", "speaker": "Hana", "text": "Who is there?"}
    standin.answer = json.dumps(WHOLE | {"cues": [{"type": "music", "text": "Strings"}, CUE, spoken]})
    standin.answer_with("custom")
    script = (await write(stage)).script
    assert script.scenes == (Scene(n=1, present=("HANA",)),)
    assert {cue.scene for cue in script.cues} == {1}
