"""Labels as Gemini writes them, and what is read from each."""

import json
from typing import Any

import pytest

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.label_response import LabelParser
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.models import CastMember, Cut, CutReason, RepairKind
from bot.scripts.spans import split_spans
from tests.bot.generation.story import request

TEXT = "“Who?” asked Anna. The door creaked. The bell rang. It stopped. Snow fell. The fox left. Anna slept."
SPANS = split_spans(TEXT)  # 1 speech, 2 tag, 3 to 8 prose


def make_parser(**changes: Any) -> LabelParser:
    """A parser for the chapter's eight spans."""
    return LabelParser(request(TEXT, **({"spans": SPANS} | changes)))


def read(*entries: object, **changes: Any) -> Draft:
    """The draft of a whole response with these entries."""
    parser = make_parser(**changes)
    parser.feed(json.dumps({"title": "T", "cues": entries}))
    parser.finish()
    return parser.build_draft("m", Usage())


def outline(draft: Draft) -> list[tuple[object, str]]:
    """Spans (or the words of a sound) and speaker of each cue."""
    return [(cue.spans or cue.text, cue.speaker) for cue in draft.cues]


REST = {"at": "3-8"}
ANNA, NARRATOR = "ANNA", "NARRATOR"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("1", [(1, 1)]),
        (1, [(1, 1)]),
        ("3-5", [(3, 5)]),
        ("3 – 5", [(3, 5)]),
        ("3 to 5", [(3, 5)]),
        ("3..5", [(3, 5)]),
        ("3, 4, 5", [(3, 5)]),
        ("3-4, 5", [(3, 5)]),
        ("3, 5", [(3, 3), (5, 5)]),
        ("3, 4, 6-7", [(3, 4), (6, 7)]),
        ("5, 6, 8", [(5, 6), (8, 8)]),
    ],
)
def test_numbers_are_read_however_they_are_written(at: object, expected: list[tuple[int, int]]) -> None:
    """One number, a range and a list name the same spans in every spelling; neighbours are one label."""
    parser = make_parser()
    parser.add_entry({"at": at, "who": "ANNA", "how": "close"})
    cues = [cue for cue in parser.build_draft("m", Usage()).cues if cue.speaker == ANNA]
    assert [cue.spans for cue in cues] == expected
    assert [cue.direction for cue in cues] == ["close", *[""] * (len(expected) - 1)]


def test_a_list_without_end_is_cut_off() -> None:
    """A model that repeats itself cannot make work without end: 50 ranges of an entry are read."""
    spans = split_spans("".join(f"Bell {number} rang. " for number in range(200)))
    parser = LabelParser(request(spans=spans))
    parser.add_entry({"at": " ".join(map(str, range(1, 200, 2)))})
    assert parser.build_draft("m", Usage()).next_span == 100


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("tag", CutReason.TAG),
        ("TAG", CutReason.TAG),
        ("speech tag", CutReason.TAG),
        ("speech_tag", CutReason.TAG),
        ("boring", None),
        ("heading", None),
    ],
)
def test_only_a_known_and_valid_reason_cuts(word: str, reason: CutReason | None) -> None:
    """A tag is cut as such in any spelling; for a reason of the model's own, the narrator speaks the words."""
    draft = read({"at": "1", "who": "Anna"}, {"at": "2", "cut": word, "who": "Anna", "how": "close"}, REST)
    assert draft.cuts == ((Cut(first=2, last=2, reason=reason),) if reason else ())
    assert [repair.kind for repair in draft.repairs] == ([] if reason else [RepairKind.REFUSED_CUT])
    assert [cue.direction for cue in draft.cues] == [""] * len(draft.cues)
    assert [member.name for member in draft.cast] == [ANNA, NARRATOR]


def test_sounds_stand_in_the_place_where_they_are_named() -> None:
    """A sound beside a number comes before its words; the note is the sound's only where it has no number."""
    draft = read(
        {"music": "LOW STRINGS", "how": "under"},
        {"at": "1", "who": "Anna", "sfx": "STEPS", "how": "close"},
        {"at": "2-8"},
        {"sfx": "WIND", "music": "OUT", "how": "slow"},
    )
    assert [(cue.text, cue.direction) for cue in draft.cues if cue.spans is None] == [
        ("LOW STRINGS", "under"),
        ("STEPS", ""),
        ("WIND", "slow"),
        ("OUT", "slow"),
    ]
    assert outline(draft)[:4] == [("LOW STRINGS", ""), ("STEPS", ""), ((1, 1), ANNA), ((2, 8), NARRATOR)]
    assert draft.cues[2].direction == "close"


def test_a_sentence_may_be_heard_instead_of_spoken() -> None:
    """“sfx” is what models call the reason for a sound."""
    draft = read({"at": "1-2"}, {"sfx": "DOOR CREAKS"}, {"at": "3", "cut": "sfx"}, {"at": "4-8"})
    assert draft.cuts == (Cut(first=3, last=3, reason=CutReason.SOUND),)


@pytest.mark.parametrize("who", [{}, {"who": ""}, {"who": "NARRATOR"}, {"who": "narrator"}, {"who": None}])
def test_the_narrator_needs_no_name(who: dict[str, object]) -> None:
    """Without a usable name the words are the narrator's, who is in the cast then."""
    draft = read({"at": "1-8"} | who)
    assert outline(draft) == [((1, 8), NARRATOR)]
    assert draft.cast == (CastMember(name=NARRATOR),)


def test_without_narration_there_is_no_narrator() -> None:
    """A part in which only characters speak does not add the narrator to the cast."""
    draft = read({"at": "1", "who": "Anna"}, spans=SPANS[:1])
    assert draft.cast == (CastMember(name=ANNA),)
    assert draft.next_span == 2


def test_cues_with_words_are_found_in_the_source() -> None:
    """A model that repeats the words gives its speakers and sounds alone; the words stay the source's."""
    draft = read(
        {"type": "music", "text": "LOW STRINGS", "direction": "under"},
        {"type": "dialogue", "speaker": "Anna", "text": "Who?", "direction": "close"},
        {"type": "sfx", "text": ""},
        {"type": "narration", "speaker": "Anna", "text": "Asked Anna. The door creaked!", "direction": "slow"},
        {"type": "dialogue", "speaker": "Anna", "text": "Words that stand nowhere."},
        {"type": "narration", "text": "The bell rang. It stopped. Snow fell. The fox left. Anna slept."},
    )
    assert [(cue.spans, cue.speaker, cue.text, cue.direction) for cue in draft.cues] == [
        (None, "", "LOW STRINGS", "under"),
        ((1, 1), ANNA, "Who?", "close"),
        ((2, 3), NARRATOR, "asked Anna. The door creaked.", "slow"),
        ((4, 8), NARRATOR, "The bell rang. It stopped. Snow fell. The fox left. Anna slept.", ""),
    ]


@pytest.mark.parametrize(
    ("entry", "is_usable"),
    [
        ({"at": "3"}, True),
        ({"sfx": "BELL"}, True),
        ({"type": "narration", "text": "Snow fell."}, True),
        ({"type": "narration", "text": "Nothing of it."}, False),
        ({"at": "", "text": "Snow fell."}, False),
        ({"at": "the end"}, False),
        ({"who": "ANNA"}, False),
        ({}, False),
    ],
)
def test_an_entry_is_usable_if_it_says_something(entry: dict[object, object], is_usable: bool) -> None:
    """Entries that name no span and no sound are passed over."""
    assert make_parser().add_entry(entry) is is_usable


@pytest.mark.parametrize(
    ("entry", "has_cues"),
    [
        ({"at": "1"}, True),
        ({"at": "8"}, True),
        ({"at": "0-1"}, True),
        ({"at": "8-12"}, True),
        ({"at": "9"}, False),
        ({"at": "0"}, False),
        ({"sfx": "BELL"}, False),
    ],
)
def test_a_response_must_refer_to_its_own_part(entry: dict[str, str], has_cues: bool) -> None:
    """Labels of other spans and sounds alone are no script: such a response is refused, so that it can be asked again."""
    assert not make_parser().has_cues
    if has_cues:
        assert read(entry).next_span == 9
    else:
        with pytest.raises(GenerationError) as caught:
            read(entry)
        assert caught.value.kind is GenerationErrorKind.WRONG_SHAPE
    with pytest.raises(GenerationError):
        read(entry, spans=())


def test_a_growing_response_ends_at_its_last_label() -> None:
    """Until the response has ended, the rest of the part stays open; cues go on with the request's number."""
    parser = make_parser(first_cue=7)
    assert parser.feed('{"title": "T", "cues": [{"at": "1", "who": "Anna"}, {"at": "2-4"}, {"at"')
    growing = parser.build_draft("m", Usage(output=3))
    assert (growing.next_span, growing.model, growing.usage.output, growing.title) == (5, "m", 3, "T")
    assert [(cue.n, cue.spans) for cue in growing.cues] == [(7, (1, 1)), (8, (2, 4))]
    assert growing.repairs == ()
    parser.feed(': "5"}]}')
    parser.finish()
    whole = parser.build_draft("m", Usage())
    assert whole.next_span == 9
    assert [repair.kind for repair in whole.repairs] == [RepairKind.UNLABELLED]
