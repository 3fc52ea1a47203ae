"""What a response must not do: cost time, grow without end, or fill the cast with speakers who say nothing."""

import json
from typing import Any

import pytest
from pydantic_core import from_json

from bot.generation.gemini import growing_json
from bot.generation.gemini.response import MAX_CUES, CueParser
from bot.scripts.models import CastMember
from tests.bot.generation.gemini.test_response import SCRIPT, cues, parse
from tests.bot.generation.story import request


@pytest.mark.parametrize(("text", "expected"), [("", False), (" \n\t", False), (" N", True)])
def test_only_white_space_is_no_text(text: str, *, expected: bool) -> None:
    parser = CueParser(request())
    parser.feed(text)
    assert parser.has_text is expected


def test_chunks_that_complete_no_cue_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing begins at the start of the document each time, so it waits until a cue may have begun or all have ended."""
    parsed: list[bytes] = []

    def record(text: bytes, **options: Any) -> Any:
        parsed.append(text)
        return from_json(text, **options)

    monkeypatch.setattr(growing_json, "from_json", record)
    parser = CueParser(request())
    script = json.dumps(SCRIPT)
    for letter in f"Part 1] of 2: {script}":
        parser.feed(letter)
    assert len(parsed) == script.count("{") + script.count("]")


def test_a_response_has_no_more_cues_than_a_part_can_have() -> None:
    """The rest is a model that repeats itself."""
    draft = parse(cues(*({"text": "A"} for _ in range(MAX_CUES + 1))))
    assert len(draft.cues) == MAX_CUES


def test_a_character_that_came_in_halves_is_whole_where_words_follow_the_script() -> None:
    text = cues({"text": "The fox came."}).replace("fox", "\ud83e\udd8a")
    assert parse(f"```json\n{text}\n```").cues[0].text == "The 🦊 came."


def test_a_speaker_whose_cues_are_blank_is_not_in_the_cast() -> None:
    draft = parse(cues({"type": "dialogue", "speaker": "GHOST", "text": " "}, {"text": "A"}))
    assert draft.cast == (CastMember(name="NARRATOR"),)


def test_the_first_voice_of_a_speaker_counts() -> None:
    """A speaker may be listed again with a voice where there was none, but a second voice changes nothing."""
    members = [{"name": "HANA"}, {"name": "Hana", "voice": "dry"}, {"name": "HANA", "voice": "loud"}]
    draft = parse(json.dumps({"cast": members, "cues": [{"text": "A"}]}))
    assert draft.cast[0] == CastMember(name="HANA", voice="dry")


def test_a_text_in_a_list_is_joined() -> None:
    """Strings and numbers are; what is nested deeper, null and objects are left out."""
    draft = parse(cues({"text": ["The bell", "rang", 12, ["not this"], None, {"nor": "this"}, "times."]}))
    assert draft.cues[0].text == "The bell rang 12 times."
