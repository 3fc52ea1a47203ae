"""What a response proposes for the series bible."""

import json
from typing import Any

import pytest

from bot.ebooks.series_bible import Character, LexiconWord, Proposals, SeriesBible
from bot.generation.draft import Usage
from bot.generation.gemini.label_response import LabelParser
from bot.generation.gemini.proposals import read_proposals
from bot.generation.gemini.response import CueParser
from bot.scripts.models import CueKind
from bot.scripts.spans import split_spans
from tests.bot.generation.gemini.test_response import SCRIPT, parse
from tests.bot.generation.story import request

BIBLE = SeriesBible(
    cast=(Character(name="HANA", aliases=("THE WATCHWOMAN",), voice="dry"),),
    lexicon=(LexiconWord(spelling="Obi", pronunciation="OH-bee"),),
)
PROPOSED: dict[str, Any] = {
    "synopsis": "Hana counts\nthe bells.",
    "new_characters": [
        {
            "name": "Fox (V.O.)",
            "aliases": ["the Guest", "Fox"],
            "role": "a guest",
            "voice": "close",
            "pronunciation": "foks",
        },
        {"name": "the watchwoman", "voice": "loud"},
        {"name": "NARRATOR"},
        {"name": "FOX", "voice": "again"},
    ],
    "new_words": [{"spelling": "OBI", "pronunciation": "x"}, {"spelling": "Tsukimi", "pronunciation": "TSKEE-mee"}],
}


def test_new_characters_and_words_are_proposed() -> None:
    """Names are spelled as in scripts; what the bible has already, the narrator and repetitions are left out."""
    draft = parse(json.dumps(SCRIPT | PROPOSED), request(bible=BIBLE))
    fox = Character(name="FOX", aliases=("THE GUEST",), role="a guest", voice="close", pronunciation="foks")
    assert draft.proposals == Proposals(
        synopsis="Hana counts the bells.",
        characters=(fox,),
        words=(LexiconWord(spelling="Tsukimi", pronunciation="TSKEE-mee"),),
    )


def test_cues_stream_before_the_proposals() -> None:
    """All cues but the last are there before the proposals have begun, and a draft proposes nothing before the end."""
    text = json.dumps(SCRIPT | PROPOSED)
    parser = CueParser(request())
    parser.feed(text[: text.index('"synopsis"') - 5])
    assert len(parser.build_draft("", Usage()).cues) == 2
    parser.feed(text[text.index('"synopsis"') - 5 :])
    assert parser.build_draft("", Usage()).proposals == Proposals()
    parser.finish()
    complete = parser.build_draft("", Usage())
    assert (len(complete.cues), complete.proposals.synopsis) == (3, "Hana counts the bells.")


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        None,
        {"synopsis": None, "new_characters": None, "new_words": {}},
        {"synopsis": {"a": 1}, "new_characters": [None, 3.5, {"name": [[]]}, {"voice": "x"}], "new_words": ["Obi", {}]},
        {"new_words": [{"spelling": "Obi"}, {"pronunciation": "x"}, {"spelling": "\u200b", "pronunciation": "x"}]},
    ],
    ids=["no fields", "bare list", "null", "nulls", "wrong types", "half words"],
)
def test_a_response_without_usable_proposals_is_fine(document: object) -> None:
    """Whatever stands in the three fields, it is read as nothing rather than refused."""
    assert read_proposals(document, SeriesBible()).model_copy(update={"characters": ()}) == Proposals()


def test_a_bare_list_of_names_is_understood() -> None:
    """Names without notes are characters; what a model repeats without end is cut off."""
    read = read_proposals({"new_characters": ["Fox", *(f"Name {n}" for n in range(500))]}, SeriesBible())
    assert [each.name for each in read.characters[:2]] == ["FOX", "NAME 0"]
    assert len(read.characters) == 60


def test_an_alias_speaks_under_the_name_in_the_bible() -> None:
    """The cast and the cues have the bible's name; the model's own voice note stays, else it is the bible's."""
    script = SCRIPT | {
        "cast": [{"name": "The Watchwoman"}],
        "cues": [{"type": "dialogue", "speaker": "hana", "text": "Yes."}],
    }
    draft = parse(json.dumps(script), request(bible=BIBLE))
    assert [(member.name, member.voice) for member in draft.cast] == [("HANA", "dry")]
    assert [cue.speaker for cue in draft.cues] == ["HANA"]
    script["cast"] = [{"name": "The Watchwoman", "voice": "loud"}]
    assert [member.voice for member in parse(json.dumps(script), request(bible=BIBLE)).cast] == ["loud"]


def test_a_faithful_script_has_the_names_in_the_bible_and_proposals_too() -> None:
    """Labels name a speaker by an alias as well, and the same three fields follow them."""
    labels = {"cues": [{"at": "1"}, {"at": "2-3", "who": "The Watchwoman"}]}
    parser = LabelParser(request(bible=BIBLE, spans=split_spans("The bell rang.\n\n“Twelve,” said Hana.")))
    parser.feed(json.dumps(SCRIPT | PROPOSED | labels))
    parser.finish()
    draft = parser.build_draft("m", Usage())
    assert [cue.speaker for cue in draft.cues if cue.kind is CueKind.DIALOGUE] == ["HANA"]
    assert [character.name for character in draft.proposals.characters] == ["FOX"]
