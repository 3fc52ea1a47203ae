import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.response import MAX_ENTRY_CHARS, CueParser, build_response_schema
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.models import MAX_CUE_CHARS, CastMember, CueKind
from tests.bot.generation.story import request

SCRIPT: dict[str, Any] = {
    "title": "The Midnight Summoning",
    "logline": "A watchwoman counts one bell too many.",
    "cast": [{"name": "NARRATOR", "voice": "low"}, {"name": "HANA", "voice": "dry"}],
    "cues": [
        {"type": "music", "speaker": "", "text": "LOW SHAMISEN", "direction": "under"},
        {"type": "narration", "speaker": "NARRATOR", "text": "The lantern guttered.", "direction": ""},
        {"type": "dialogue", "speaker": "HANA", "text": "Twelve.", "direction": "close"},
    ],
}


def parse(text: str, given: PartRequest | None = None) -> Draft:
    """The draft from a whole response that came in one piece."""
    parser = CueParser(given or request())
    parser.feed(text)
    parser.finish()
    return parser.build_draft("m", Usage())


def cues(*entries: object) -> str:
    return json.dumps({"title": "T", "cues": entries})


def collect_keywords(part: object) -> set[str]:
    """All collect_keywords of a schema, without the names of properties."""
    if not isinstance(part, dict):
        return set()
    inner = [*part.get("properties", {}).values(), part.get("items")]
    return set(part) | {word for value in inner for word in collect_keywords(value)}


def test_the_schema_uses_only_supported_keywords() -> None:
    """No references, unions or constants; only the proposals for the series bible come after the cues."""
    assert collect_keywords(build_response_schema()) == {
        "type",
        "properties",
        "required",
        "propertyOrdering",
        "items",
        "description",
        "enum",
    }
    assert build_response_schema()["propertyOrdering"] == [
        "title",
        "logline",
        "cast",
        "cues",
        "synopsis",
        "new_characters",
        "new_words",
    ]


def test_a_whole_response_is_a_draft() -> None:
    """All fields are parsed, and cues are numbered from the request's first cue."""
    draft = parse(json.dumps(SCRIPT), request(first_cue=40))
    assert (draft.title, draft.logline) == (SCRIPT["title"], SCRIPT["logline"])
    assert [(cue.n, cue.kind, cue.speaker, cue.direction) for cue in draft.cues] == [
        (40, CueKind.MUSIC, "", "under"),
        (41, CueKind.NARRATION, "NARRATOR", ""),
        (42, CueKind.DIALOGUE, "HANA", "close"),
    ]
    assert draft.cast == (CastMember(name="NARRATOR", voice="low"), CastMember(name="HANA", voice="dry"))


def test_a_cue_is_complete_once_the_next_one_has_begun() -> None:
    """Character by character, drafts only grow, and the last cue waits for the end."""
    text = json.dumps(SCRIPT)
    parser = CueParser(request())
    seen = [len(parser.build_draft("", Usage()).cues) for letter in text if parser.feed(letter)]
    assert seen == [1, 2]
    parser.finish()
    assert len(parser.build_draft("", Usage()).cues) == 3


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
def test_the_size_of_chunks_makes_no_difference(steps: list[int]) -> None:
    """Any slicing gives the same cues, also where it cuts a character in two."""
    script = {**SCRIPT, "cues": [{"type": "narration", "text": f"The 🦊 came {n} times “so”.\n"} for n in range(9)]}
    text = json.dumps(script, ensure_ascii=False).replace("🦊", "\ud83e\udd8a")
    parser = CueParser(request())
    for step in steps:
        parser.feed(text[:step])
        text = text[step:]
    parser.feed(text)
    parser.finish()
    assert [cue.text for cue in parser.build_draft("", Usage()).cues] == [
        f"The 🦊 came {n} times “so”." for n in range(9)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + json.dumps(SCRIPT),
        f"```json\n{json.dumps(SCRIPT)}\n```\n",
        f"Here it is:\n{json.dumps(SCRIPT)}\nGood night.",
        json.dumps(SCRIPT["cues"]),
        json.dumps({"mood": {"deep": [1]}, **SCRIPT, "extra": None}),
        json.dumps(SCRIPT).replace("guttered.", "guttered.\n"),
    ],
    ids=["bom", "fence", "prose around it", "bare list", "unknown fields", "bare line end in a string"],
)
def test_harmless_oddities_are_accepted(text: str) -> None:
    """What a model adds around or beside a good script does no harm."""
    assert [cue.kind.value for cue in parse(text).cues] == ["music", "narration", "dialogue"]


def test_odd_cues_are_normalised() -> None:
    """Casing, nulls, missing fields, synonyms and blank cues are handled, and every speaker is in the cast."""
    draft = parse(
        cues(
            {"type": "NARRATION", "text": "A", "speaker": "Watson"},
            {"type": "Sound Effect", "speaker": "HANA", "text": "DOOR", "direction": None},
            {"type": "dialogue", "speaker": " hana (whispering) ", "text": "B"},
            {"type": "dialogue", "speaker": "narrator", "text": "C"},
            {"type": "dialogue", "speaker": None, "text": "D"},
            {"type": None, "speaker": "FOX:", "text": 13},
            {"type": "narration", "text": "  \u200b "},
            {"type": "narration"},
            None,
            "stray",
            {"text": "E"},
        )
    )
    assert [(cue.kind.value, cue.speaker, cue.text) for cue in draft.cues] == [
        ("narration", "NARRATOR", "A"),
        ("sfx", "", "DOOR"),
        ("dialogue", "HANA", "B"),
        ("narration", "NARRATOR", "C"),
        ("dialogue", "VOICE", "D"),
        ("dialogue", "FOX", "13"),
        ("narration", "NARRATOR", "E"),
    ]
    assert [member.name for member in draft.cast] == ["NARRATOR", "HANA", "VOICE", "FOX"]


def test_names_and_voices_of_earlier_parts_stay() -> None:
    """A known speaker keeps the spelling and the voice of the cast."""
    known = request(cast=(CastMember(name="McKay", voice="gravel"),))
    draft = parse(
        json.dumps(
            {
                "cast": [{"name": "MCKAY", "voice": "velvet"}],
                "cues": [{"type": "dialogue", "speaker": "mckay", "text": "A"}],
            }
        ),
        known,
    )
    assert draft.cues[0].speaker == "McKay"
    assert draft.cast == (CastMember(name="McKay", voice="gravel"),)


def test_a_line_that_is_too_long_becomes_several() -> None:
    """It is cut between sentences; an endless cue is shortened."""
    draft = parse(cues({"type": "narration", "text": "The bell rang. " * 7_000}))
    assert all(len(cue.text) <= MAX_CUE_CHARS and cue.text.endswith("rang.") for cue in draft.cues[:-1])
    assert sum(len(cue.text) for cue in draft.cues) <= MAX_ENTRY_CHARS


def test_text_that_would_break_a_script_is_cleaned() -> None:
    """Line ends, control characters and direction marks do not reach a cue."""
    assert parse(cues({"type": "narration", "text": "a\nb\u202e\x07 c"})).cues[0].text == "a b c"


@pytest.mark.parametrize("text", ["I would rather not.", "{", '{"cues": [{"type": "narration", "text": "cut'])
def test_what_is_not_json_is_malformed(text: str) -> None:
    """Text that is not a complete JSON document raises MALFORMED."""
    with pytest.raises(GenerationError) as raised:
        parse(text)
    assert raised.value.kind is GenerationErrorKind.MALFORMED


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"cues": []}', '{"cues": "none"}', '{"cues": [{"text": " "}]}', "[null]"]
)
def test_json_without_a_script_has_the_wrong_shape(text: str) -> None:
    """JSON without a usable cue raises WRONG_SHAPE."""
    with pytest.raises(GenerationError) as raised:
        parse(text)
    assert raised.value.kind is GenerationErrorKind.WRONG_SHAPE


def test_cues_before_broken_json_are_kept() -> None:
    """A document that breaks in the middle still gives the cues before."""
    parser = CueParser(request())
    parser.feed(json.dumps(SCRIPT)[:-2] + ', {"type": "sfx", "text": "un"quoted"}]}')
    with pytest.raises(GenerationError):
        parser.finish()
    assert len(parser.build_draft("", Usage()).cues) == 3


def test_parsing_a_growing_response_is_quick() -> None:
    """Parsing a document of 160 kB four hundred times takes far less than a second in all."""
    entry = {"type": "narration", "speaker": "NARRATOR", "text": "word " * 40, "direction": "close"}
    text = cues(*[entry] * 590)
    assert len(text) > 160_000
    parser = CueParser(request())
    step = len(text) // 400
    began = time.process_time()
    for at in range(0, len(text), step):
        parser.feed(text[at : at + step])
    parser.finish()
    assert time.process_time() - began < 0.9
