"""Assembling cues from spans and labels, however wrong the labels are."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.assembly import Assembly, Entry, assemble
from bot.scripts.labels import SceneLabel, SoundLabel, SpanLabel
from bot.scripts.models import MAX_CUE_CHARS, CueKind, Cut, CutReason, RepairKind, Scene
from bot.scripts.spans import Span, SpanKind, split_spans
from tests.bot.scripts.span_loss import find_loss
from tests.bot.scripts.test_spans import WILD_TEXT

TEXT = (
    "The Bell\n\n“I came back,” said Anna. She closed the door.\n\nSomewhere a bell rang.\n\n* * *\n\n"
    "“You never left,” he said, “not once.” [1] The wind rose."
)
SPANS = split_spans(TEXT)
# 1 heading · 2 speech 3 tag 4 prose · 5 prose · 6 break · 7 speech 8 tag 9 speech 10 prose (a note)


def label(first: int, last: int | None = None, speaker: str = "", cut: CutReason | None = None) -> SpanLabel:
    """A label of the spans ``first`` to ``last``."""
    return SpanLabel(first=first, last=first if last is None else last, speaker=speaker, cut=cut)


def find_loss_until(spans: Sequence[Span], assembly: Assembly) -> str:
    """What is lost of the spans before the assembly's next one."""
    return find_loss([span for span in spans if span.n < assembly.next_span], assembly.cues, assembly.cuts)


labels = st.builds(
    SpanLabel,
    first=st.integers(-3, 30),
    last=st.integers(-3, 30),
    speaker=st.sampled_from(["", "NARRATOR", "ANNA"]),
    cut=st.sampled_from([None, None, *CutReason]),
    has_unknown_reason=st.booleans(),
)
sounds = st.builds(SoundLabel, kind=st.sampled_from([CueKind.SFX, CueKind.MUSIC]), text=st.just("BELL"))
markers = st.builds(SceneLabel, place=st.sampled_from(["", "THE HALL", "THE CRYPT"]), present=st.just(("ANNA",)))


@given(WILD_TEXT, st.lists(st.one_of(labels, labels, sounds, markers), max_size=25), st.booleans())
def test_no_label_can_lose_or_repeat_a_word(text: str, entries: list[Entry], is_complete: bool) -> None:
    """For any text and any labels, every word is spoken once or cut once, in the source's order; so with every sound.

    Scenes are numbered on in order, and each has a cue.
    """
    spans = split_spans(text)
    assembly = assemble(spans, entries, first_cue=7, is_complete=is_complete)
    assert find_loss_until(spans, assembly) == ""
    assert [cue.n for cue in assembly.cues] == list(range(7, 7 + len(assembly.cues)))
    assert all(len(cue.text) <= MAX_CUE_CHARS for cue in assembly.cues)
    assert sum(cue.spans is None for cue in assembly.cues) == sum(isinstance(entry, SoundLabel) for entry in entries)
    numbers = [cue.scene for cue in assembly.cues]
    assert numbers == sorted(numbers)
    assert [scene.n for scene in assembly.scenes] == sorted(set(numbers) - {0})
    if is_complete:
        assert assembly.next_span == len(spans) + 1


def test_good_labels_give_the_script_without_a_repair() -> None:
    """Speakers speak without quotation marks, sounds stand in their place, and cuts are listed with their reason."""
    entries: list[Entry] = [
        label(1, cut=CutReason.HEADING),
        SpanLabel(first=2, last=2, speaker="ANNA", direction="close"),
        label(3, cut=CutReason.TAG),
        label(4),
        label(5, cut=CutReason.SOUND),
        SoundLabel(kind=CueKind.SFX, text="BELL", direction="distant"),
        label(7, speaker="OKU"),
        label(8),
        label(9, speaker="OKU"),
        label(10),
    ]
    assembly = assemble(SPANS, entries)
    assert [(cue.speaker, cue.direction, cue.text) for cue in assembly.cues] == [
        ("ANNA", "close", "I came back,"),
        ("NARRATOR", "", "She closed the door."),
        ("", "distant", "BELL"),
        ("OKU", "", "You never left,"),
        ("NARRATOR", "", "he said,"),
        ("OKU", "", "not once."),
        ("NARRATOR", "", "[1] The wind rose."),
    ]
    assert assembly.cuts == (
        Cut(first=1, last=1, reason=CutReason.HEADING),
        Cut(first=3, last=3, reason=CutReason.TAG),
        Cut(first=5, last=5, reason=CutReason.SOUND),
    )
    assert assembly.repairs == ()
    assert find_loss_until(SPANS, assembly) == ""


HALL, CRYPT = SceneLabel(place="THE HALL"), SceneLabel(place="THE CRYPT", present=("OKU",))
WIND = SoundLabel(kind=CueKind.SFX, text="WIND")
SCENES: dict[str, tuple[list[Entry], list[int], list[str]]] = {
    "no marker at all": ([label(1, 5), label(6, 10)], [0, 1], [""]),
    "one for each": ([HALL, label(1, 5), CRYPT, WIND, label(7, 10)], [1, 2, 2], ["THE HALL", "THE CRYPT"]),
    "a label across the break": ([HALL, label(1, 10)], [1, 2], ["THE HALL", ""]),
    "a marker before the music": ([HALL, label(1, 5), WIND, CRYPT, label(7, 10)], [1, 1, 2], ["THE HALL", "THE CRYPT"]),
    "a marker inside a scene": ([HALL, label(1, 2), CRYPT, label(3, 10)], [1, 2, 3], ["THE HALL", "THE CRYPT", ""]),
    "the same place again": ([HALL, label(1, 2), HALL, label(3, 5), HALL, label(7, 10)], [1, 1, 1], ["THE HALL"]),
    "two in a row": ([HALL, CRYPT, label(1, 10)], [1, 2], ["THE CRYPT", ""]),
    "one behind the end": ([HALL, label(1, 5), label(7, 10), CRYPT], [1, 2], ["THE HALL", ""]),
}


@pytest.mark.parametrize(("entries", "numbers", "places"), SCENES.values(), ids=SCENES)
def test_a_scene_begins_where_it_is_marked_or_the_source_has_a_break(
    entries: list[Entry], numbers: list[int], places: list[str]
) -> None:
    """A scene break without a marker begins a scene of unknown place; a marker that says nothing new begins none."""
    assembly = assemble(SPANS, entries)
    assert [cue.scene for cue in assembly.cues] == numbers
    assert [scene.heading for scene in assembly.scenes] == places


def test_scenes_go_on_over_parts() -> None:
    """A part continues the scene before it, of which it may tell more, and counts on from its number."""
    earlier = (Scene(n=4, place="THE HALL", present=("ANNA",)),)
    again = HALL.model_copy(update={"present": ("OKU",)})
    assembly = assemble(SPANS, [again, label(1, 5), CRYPT, label(7, 10)], first_cue=31, scenes=earlier)
    assert [(scene.n, scene.place, scene.present) for scene in assembly.scenes] == [
        (4, "THE HALL", ("ANNA", "OKU")),
        (5, "THE CRYPT", ("OKU",)),
    ]
    assert {cue.scene for cue in assembly.cues} == {4, 5}


REPAIRS: dict[str, tuple[list[Entry], set[RepairKind]]] = {
    "nothing refers to them": ([], {RepairKind.UNLABELLED}),
    "referred to twice": ([label(1, 10), label(2, speaker="ANNA")], {RepairKind.REPEATED}),
    "partly referred to twice": ([label(1, 5), label(5, 10)], {RepairKind.REPEATED}),
    "after later ones": ([label(2, 10), label(1)], {RepairKind.OUT_OF_ORDER}),
    "backwards": ([label(10, 1)], {RepairKind.OUT_OF_ORDER}),
    "invented": ([label(1, 10), label(40)], {RepairKind.UNKNOWN_SPANS}),
    "partly invented": ([label(1, 40)], {RepairKind.UNKNOWN_SPANS}),
    "a quotation cut": ([label(1), label(2, cut=CutReason.TAG), label(3, 10)], {RepairKind.REFUSED_CUT}),
    "a sound without a sound": ([label(1, 4), label(5, cut=CutReason.SOUND), label(6, 10)], {RepairKind.REFUSED_CUT}),
    "an unknown reason": ([SpanLabel(first=1, last=10, has_unknown_reason=True)], {RepairKind.REFUSED_CUT}),
    "a sentence as heading": ([label(1, 3), label(4, cut=CutReason.HEADING), label(5, 10)], {RepairKind.REFUSED_CUT}),
    "a tag in a speech": ([label(1, 6), label(7, 9, speaker="OKU"), label(10)], {RepairKind.NOT_SPEECH}),
}


@pytest.mark.parametrize(("entries", "kinds"), REPAIRS.values(), ids=REPAIRS)
def test_wrong_labels_are_corrected_and_named(entries: list[Entry], kinds: set[RepairKind]) -> None:
    """Each mistake of a writer has its repair, and nothing is lost."""
    assembly = assemble(SPANS, entries)
    assert {repair.kind for repair in assembly.repairs} == kinds
    assert find_loss_until(SPANS, assembly) == ""


def test_a_note_may_be_cut() -> None:
    """A note's mark is enough of a reason to leave it out."""
    spans = split_spans("It rained. [See page 3] It stopped.")
    note = next(span.n for span in spans if span.text.startswith("["))
    assert assemble(spans, [label(note, cut=CutReason.NOTE)]).cuts[0].first == note


def test_unfinished_labels_leave_the_rest_for_later() -> None:
    """While a response grows, cues end at the last span that was referred to; the next part continues behind it."""
    assembly = assemble(SPANS, [label(1, 2), label(3)], is_complete=False)
    assert assembly.next_span == 4
    assert [cue.spans for cue in assembly.cues] == [(1, 2), (3, 3)]
    rest = assemble(SPANS[3:], [label(4, 10)], first_cue=3)
    assert [cue.n for cue in rest.cues] == [3, 4]
    assert rest.repairs == ()


@pytest.mark.parametrize("invented", [11, 40])
def test_an_invented_number_does_not_move_the_script_on(invented: int) -> None:
    """Spans that no label has reached are not given up because a number behind the end was named."""
    assembly = assemble(SPANS, [label(1), label(invented)], is_complete=False)
    assert assembly.next_span == 2
    assert [repair.kind for repair in assembly.repairs] == [RepairKind.UNKNOWN_SPANS]


HEADING, SOUND, NOTE = CutReason.HEADING, CutReason.SOUND, CutReason.NOTE
WORDS_14, WORDS_30 = " ".join(["bell"] * 14), " ".join(["bell"] * 30)
LIMITS: dict[str, tuple[str, int, CutReason, bool]] = {
    "a heading of 14 words": (WORDS_14, 1, HEADING, True),
    "a heading of 15 words": (f"{WORDS_14} x", 1, HEADING, False),
    "a heading in the third paragraph": ("I\n\nThe Bell\n\nA Tale", 3, HEADING, True),
    "a heading in the fourth paragraph": ("I\n\nThe Bell\n\nA Tale\n\nPart One", 4, HEADING, False),
    "a heading that is speech": ("“The Bell", 1, HEADING, False),
    "a sound of 30 words": (WORDS_30, 1, SOUND, True),
    "a sound of 31 words": (f"{WORDS_30} x", 1, SOUND, False),
    "a sound that is speech": ("“The bell!”", 1, SOUND, False),
    "a note with its mark": ("* See page 3", 1, NOTE, True),
    "a sentence as a note": ("The wind rose.", 1, NOTE, False),
    "speech as a note": ("“[1] The wind rose.”", 1, NOTE, False),
}


@pytest.mark.parametrize(("text", "number", "reason", "is_valid"), LIMITS.values(), ids=LIMITS)
def test_only_what_fits_the_reason_may_be_cut(text: str, number: int, reason: CutReason, is_valid: bool) -> None:
    """Headings, sounds and notes are short prose in their place; anything else is spoken after all."""
    sound = SoundLabel(kind=CueKind.SFX, text="BELL")
    assembly = assemble(split_spans(text), [*map(label, range(1, number)), sound, label(number, cut=reason)])
    assert assembly.cuts == ((Cut(first=number, last=number, reason=reason),) if is_valid else ())
    assert (RepairKind.REFUSED_CUT in {repair.kind for repair in assembly.repairs}) is not is_valid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Come in. It is late.", [("ANNA", "Come in. It is late.")]),
        ("“Come,” said Anna. It rained.", [("ANNA", "Come,"), ("NARRATOR", "said Anna. It rained.")]),
        ("It rained. “Come,” said Anna.", [("NARRATOR", "It rained."), ("ANNA", "Come,"), ("NARRATOR", "said Anna.")]),
        ("Anna asked: “Who?”", [("NARRATOR", "Anna asked:"), ("ANNA", "Who?")]),
    ],
)
def test_a_speaker_speaks_only_what_is_speech(text: str, expected: list[tuple[str, str]]) -> None:
    """Beside quotations everything else is the narrator's; a text without any mark is the speaker's as a whole."""
    spans = split_spans(text)
    assembly = assemble(spans, [label(1, len(spans), speaker="ANNA")])
    assert [(cue.speaker, cue.text) for cue in assembly.cues] == expected


def test_a_tag_is_spoken_without_its_dashes() -> None:
    """A tag on its own loses the dashes around it; narration keeps them."""
    assembly = assemble(split_spans("—Hola —dijo Ana—. ¿Vienes?\n\nElla espera —"), [label(1), label(2), label(3, 4)])
    assert [cue.text for cue in assembly.cues[1:]] == ["dijo Ana.", "¿Vienes? Ella espera —"]


@pytest.mark.parametrize(("last", "expected"), [(200, [(1, 4)]), (201, [(1, 3), (4, 4)])])
def test_a_cue_holds_as_many_spans_as_it_may(last: int, expected: list[tuple[int, int]]) -> None:
    """Spans of 2,000 characters are one cue, one character more is another."""
    spans = [Span(n, "a" * size, SpanKind.PROSE, 0) for n, size in enumerate((600, 600, MAX_CUE_CHARS - 1400, last), 1)]
    assert [cue.spans for cue in assemble(spans, [label(1, 4)]).cues] == expected
