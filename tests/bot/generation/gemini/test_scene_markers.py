"""Scene markers as Gemini writes them, in labels and in cues."""

import json
from typing import Any

import pytest

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.label_response import LabelParser
from bot.generation.gemini.response import CueParser
from bot.generation.gemini.scene_markers import MAX_PLACE
from bot.scripts.models import CastMember, Scene
from bot.scripts.spans import split_spans
from tests.bot.generation.story import narrated, request

TEXT = "“Who?” asked Anna. The door creaked. The bell rang."
SPANS = split_spans(TEXT)  # 1 speech, 2 tag, 3 and 4 prose


def read(parser: LabelParser | CueParser, *entries: object) -> Draft:
    """The draft of a whole response with these entries."""
    parser.feed(json.dumps({"title": "T", "cast": [{"name": "Anna"}], "cues": entries}))
    parser.finish()
    return parser.build_draft("m", Usage())


def read_labels(*entries: object, **changes: Any) -> Draft:
    """The draft of labels."""
    return read(LabelParser(request(TEXT, spans=SPANS, **changes)), *entries)


def read_cues(*entries: object, **changes: Any) -> Draft:
    """The draft of cues with words."""
    return read(CueParser(request(TEXT, **changes)), *entries)


def describe(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    """Heading and people of each scene."""
    return [(scene.heading, scene.present) for scene in draft.scenes]


HALL: dict[str, object] = {"scene": "THE HALL", "time": "NIGHT", "present": ["ANNA", "The King"]}
ODD_MARKERS: dict[str, tuple[dict[str, object], list[tuple[str, tuple[str, ...]]]]] = {
    "as asked": (HALL, [("THE HALL – NIGHT", ("ANNA", "THE KING"))]),
    "in small letters": ({"scene": "The hall", "time": "night"}, [("THE HALL – NIGHT", ())]),
    "people as a text": ({"scene": "HALL", "present": "Anna, the King; Oku"}, [("HALL", ("ANNA", "THE KING", "OKU"))]),
    "people as objects": ({"scene": "HALL", "present": [{"name": "anna"}, None, 7, []]}, [("HALL", ("ANNA", "7"))]),
    "people twice, and the narrator": (
        {"scene": "HALL", "present": ["ANNA", "NARRATOR", "Anna"]},
        [("HALL", ("ANNA",))],
    ),
    "people as a number": ({"scene": "HALL", "present": True}, [("HALL", ())]),
    "the time in the place": ({"scene": "HALL – NIGHT", "time": "Night"}, [("HALL – NIGHT", ())]),
    "a time alone": ({"scene": " ", "time": "LATER"}, [("LATER", ())]),
    "empty": ({"scene": "", "time": "", "present": ["ANNA"]}, []),
    "null": ({"scene": None, "present": None}, []),
    "signs alone": ({"scene": "* * *"}, []),
    "a list": ({"scene": ["THE", "HALL"]}, [("THE HALL", ())]),
    "an object": ({"scene": {"place": "HALL"}}, []),
    "huge": ({"scene": "HALL " * 9_000, "time": "N" * 900}, [(("HALL " * 32).strip() + " – " + "N" * 60, ())]),
    "a crowd": (
        {"scene": "HALL", "present": [f"GUARD {n}" for n in range(500)]},
        [("HALL", tuple(f"GUARD {n}" for n in range(40)))],
    ),
}


@pytest.mark.parametrize(("marker", "expected"), ODD_MARKERS.values(), ids=ODD_MARKERS)
def test_a_marker_is_read_however_it_is_written(
    marker: dict[str, object], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    """A usable marker begins a scene, any other is ignored; the words around it are spoken all the same."""
    draft = read_labels(marker, {"at": "1-4"})
    assert describe(draft) == expected
    assert [cue.spans for cue in draft.cues] == [(1, 4)]
    assert {cue.scene for cue in draft.cues} == {len(expected)}
    assert draft.next_span == len(SPANS) + 1


def test_a_marker_beside_a_number_comes_before_its_words() -> None:
    """A scene, a sound and a label in one entry are heard in this order."""
    draft = read_labels({"at": "1-2"}, {**HALL, "at": "3-4", "sfx": "CREAK"})
    assert [(cue.text, cue.scene) for cue in draft.cues[-2:]] == [
        ("CREAK", 1),
        ("The door creaked. The bell rang.", 1),
    ]
    assert {cue.scene for cue in draft.cues[:-2]} == {0}


def test_people_have_the_names_of_the_cast_and_do_not_join_it() -> None:
    """Someone who is there and says nothing is in no cast."""
    draft = read_labels(HALL, {"at": "1-4"}, cast=(CastMember(name="The King"),))
    assert draft.scenes[0].present == ("ANNA", "The King")
    assert {member.name for member in draft.cast} == {"ANNA", "NARRATOR"}


@pytest.mark.parametrize("word", ["scene", "Scene", "SCENE_HEADING", "slugline", "setting"])
def test_a_cue_that_marks_a_scene_is_no_cue(word: str) -> None:
    """Adapted: the marker is not heard, and the cues before and after it are all there."""
    draft = read_cues(
        {"type": "music", "text": "STRINGS"},
        {"type": word, "text": "The Hall", "time": "night", "present": ["ANNA"]},
        {"type": "narration", "text": "The door creaked."},
        {"type": word, "text": "THE CRYPT", "speaker": "NARRATOR"},
        {"type": "dialogue", "speaker": "ANNA", "text": "Who?"},
    )
    assert describe(draft) == [("THE HALL – NIGHT", ("ANNA",)), ("THE CRYPT", ())]
    assert [(cue.n, cue.text, cue.scene) for cue in draft.cues] == [
        (1, "STRINGS", 0),
        (2, "The door creaked.", 1),
        (3, "Who?", 2),
    ]


def test_words_in_a_marker_are_not_lost() -> None:
    """Adapted: what is too long for a place is narration. A label never has words, so there it is only cut off."""
    place = "x" * MAX_PLACE
    draft = read_cues({"type": "scene", "text": place}, {"type": "scene", "text": f"{place} y"})
    assert [cue.text for cue in draft.cues] == [f"{place} y"]
    assert [scene.place for scene in draft.scenes] == [place.upper()]


def test_a_cue_among_labels_may_mark_a_scene() -> None:
    """A model that writes cues where labels are asked for marks scenes that way too."""
    draft = read_labels({"type": "scene", "text": "The bell rang"}, {"at": "1-4"})
    assert describe(draft) == [("THE BELL RANG", ())]


@pytest.mark.parametrize("read_part", [read_labels, read_cues])
def test_a_later_part_goes_on_with_the_scene(read_part: Any) -> None:
    """The cues of the next part belong to the scene under way until another one is marked."""
    earlier = {
        "scenes": (Scene(n=3, place="THE HALL", time="NIGHT"),),
        "previous_cues": narrated("Snow."),
        "first_cue": 9,
    }
    entries = [{"at": "1-3"}, HALL | {"scene": "CRYPT"}, {"at": "4"}]
    if read_part is read_cues:
        entries = [{"type": "sfx", "text": "BELL"}, {"type": "scene", "text": "CRYPT"}, {"type": "sfx", "text": "BELL"}]
    draft = read_part(*entries, **earlier)
    assert [scene.n for scene in draft.scenes] == [4]
    assert (draft.cues[0].scene, draft.cues[-1].scene) == (3, 4)
