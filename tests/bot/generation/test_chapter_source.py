"""A chapter's text in parts, and how far its script has got, for both kinds of script."""

import pytest

from bot.generation.chapter_source import ParagraphSource, SourcePart, SpanSource, create_source, split_span_parts
from bot.generation.run_progress import RunProgress
from bot.scripts.coverage import Coverage
from bot.scripts.models import Cue, CueKind, Cut, CutReason, ScriptMode
from bot.scripts.spans import Span, SpanKind, split_spans
from bot.scripts.text_splitting import MAX_PART_UNITS
from tests.bot.generation.story import narrated

TEXT = "Bells. They stopped.\n\n* * *\n\nSnow fell on the hill."
SPANS = split_spans(TEXT)  # 1 2 · 3 break · 4
BELL_SPANS = SpanSource(SPANS)
BELL_PARAGRAPHS = ParagraphSource("The bell rang.\n\nIt stopped at midnight.\n\nSnow fell on the hill.")
LONG = " ".join(["bell"] * (MAX_PART_UNITS - 1))


def make_spans(*paragraphs: tuple[int, ...]) -> list[Span]:
    """Spans with so many words; 0 is a scene break."""
    sizes = [(size, number) for number, paragraph in enumerate(paragraphs) for size in paragraph]
    return [
        Span(n, "bell " * size or "* ", SpanKind.PROSE if size else SpanKind.BREAK, paragraph)
        for n, (size, paragraph) in enumerate(sizes, 1)
    ]


PARTS: dict[str, tuple[tuple[tuple[int, ...], ...], list[list[int]]]] = {
    "no text": ((), []),
    "a text that fits": (((3,), (7,)), [[1, 2]]),
    "even parts": (((4,), (4,), (4,), (4,)), [[1, 2], [3, 4]]),
    "a part that is even to the word": (((3,), (3,), (3,), (3,)), [[1, 2], [3, 4]]),
    "no part over the limit": (((7,), (7,), (7,), (3,)), [[1], [2], [3, 4]]),
    "a scene break in the middle of an even part": (((4,), (0,), (4,), (4,), (4,)), [[1], [2, 3, 4], [5]]),
    "a scene break before the middle": (((3,), (0,), (5,), (4,), (4,)), [[1, 2, 3], [4, 5]]),
    "a scene break late in a text that fits": (((6,), (0,), (4,)), [[1, 2, 3]]),
    "a scene break in a short text": (((3,), (0,), (5,)), [[1, 2, 3]]),
    "a scene break at the beginning": (((0,), (6,), (6,)), [[1, 2], [3]]),
    "a paragraph of a whole part": (((3,), (5, 5), (2,)), [[1], [2, 3], [4]]),
    "a paragraph longer than a part": (((6, 6, 6),), [[1], [2], [3]]),
    "a scene break at the end": (((10,), (0,)), [[1, 2]]),
    "nothing but scene breaks": (((0,), (0,)), [[1, 2]]),
}


@pytest.mark.parametrize(("paragraphs", "expected"), PARTS.values(), ids=PARTS)
def test_parts_are_even_and_end_where_a_scene_ends(
    paragraphs: tuple[tuple[int, ...], ...], expected: list[list[int]]
) -> None:
    """Parts have at most the limit's words and cut no paragraph that fits; a scene break in the second half ends one."""
    parts = split_span_parts(make_spans(*paragraphs), limit=10)
    assert [[span.n for span in part] for part in parts] == expected


@pytest.mark.parametrize(("mode", "kind"), [(ScriptMode.FAITHFUL, SpanSource), (ScriptMode.ADAPTED, ParagraphSource)])
def test_each_mode_has_its_source(mode: ScriptMode, kind: type) -> None:
    """Faithful scripts are written from spans, adaptations from paragraphs; both count what is to be spoken."""
    assert isinstance(create_source(TEXT, mode), kind)


def test_the_characters_to_be_spoken_are_counted() -> None:
    """Scene breaks are not spoken, so spans leave them out; an adaptation counts every paragraph."""
    assert SpanSource(SPANS).char_count == len("Bells. They stopped.\n\nSnow fell on the hill.")
    assert ParagraphSource("One.\n\nTwo.").char_count == len("One.Two.")


@pytest.mark.parametrize(
    ("next_span", "expected"),
    [
        (1, SourcePart(("Bells. They stopped.", "* * *", "Snow fell on the hill."), SPANS, 1, 5)),
        (2, SourcePart(("They stopped.", "* * *", "Snow fell on the hill."), SPANS[1:], 1, 5)),
        (4, SourcePart(("Snow fell on the hill.",), SPANS[3:], 1, 5)),
        (5, None),
    ],
)
def test_a_part_begins_at_the_next_span(next_span: int, expected: SourcePart | None) -> None:
    """The place in the chapter is the number of the next span; behind the last one nothing is left."""
    progress = RunProgress(next_span=next_span, cues=narrated("Bells."))
    assert BELL_SPANS.take_part(progress) == expected
    assert BELL_SPANS.take_rest(progress) == expected


def test_parts_of_spans_follow_one_another() -> None:
    """Each part begins behind the one before it, and says how many are left."""
    source = SpanSource(tuple(make_spans((3000,), (0,), (3000,), (0,))))
    progress = RunProgress()
    seen = []
    while (part := source.take_part(progress)) is not None:
        seen.append((part.parts_left, [span.n for span in part.spans]))
        progress = source.finish_part(progress, part)
    assert seen == [(2, [1]), (1, [2, 3, 4])]
    rest = source.take_rest(RunProgress())
    assert rest is not None
    assert (rest.parts_left, rest.end) == (1, 5)


def test_a_scene_break_alone_is_no_part() -> None:
    """When only a scene break is left the script is complete; a chapter without words is still one part."""
    source = SpanSource(split_spans("Snow fell.\n\n* * *"))
    progress = RunProgress(next_span=2, cues=narrated("Snow fell."))
    assert source.take_part(progress) is None
    assert source.take_rest(progress) is None
    assert SpanSource(()).take_part(RunProgress()) is None
    assert SpanSource(()).take_rest(RunProgress()) == SourcePart((), (), 1, 1)


def test_written_spans_need_no_search() -> None:
    """The progress names the next span, so cues are not compared with the text."""
    progress = RunProgress(next_span=2, cues=narrated("Snow fell."))
    assert BELL_SPANS.skip_written(progress) == progress


def test_the_coverage_of_spans_is_a_count() -> None:
    """Words that are spoken or cut with a reason count, and no others."""
    cue = Cue(n=1, kind=CueKind.NARRATION, text="Bells.", speaker="NARRATOR", spans=(1, 1))
    progress = RunProgress(cuts=(Cut(first=4, last=4, reason=CutReason.SOUND),))
    assert BELL_SPANS.measure_coverage(progress, [cue]) == Coverage(
        share=6 / 8, missing=(), is_counted=True, cut_share=5 / 8
    )


@pytest.mark.parametrize(("at", "count"), [(0, 3), (1, 2), (2, 1), (3, 0)])
def test_a_part_begins_at_the_next_paragraph(at: int, count: int) -> None:
    """The place in the chapter is the index of the next paragraph; behind the last one nothing is left."""
    progress = RunProgress(next_paragraph=at, cues=narrated("The bell rang."))
    paragraphs = ("The bell rang.", "It stopped at midnight.", "Snow fell on the hill.")[at:]
    expected = SourcePart(paragraphs, (), 1, 3) if count else None
    assert BELL_PARAGRAPHS.take_part(progress) == expected
    assert BELL_PARAGRAPHS.take_rest(progress) == expected


def test_parts_of_paragraphs_follow_one_another() -> None:
    """Each part begins behind the one before it, says how many are left, and its end is where the next begins."""
    source = ParagraphSource(f"{LONG}\n\n{LONG}\n\n{LONG}")
    progress, seen = RunProgress(), []
    while (part := source.take_part(progress)) is not None:
        seen.append((part.parts_left, part.paragraphs, part.end))
        progress = source.finish_part(progress, part)
    assert seen == [(3, (LONG,), 1), (2, (LONG,), 2), (1, (LONG,), 3)]


def test_an_empty_chapter_is_one_part_for_the_rest() -> None:
    """A chapter without a word is still written once, so that its script is not missing."""
    assert ParagraphSource("").take_part(RunProgress()) is None
    assert ParagraphSource("").take_rest(RunProgress()) == SourcePart((), (), 1, 0)


@pytest.mark.parametrize(
    ("cues", "at", "expected"),
    [
        ((), 0, 0),
        ((), 2, 2),
        (("The bell rang.",), 0, 1),
        (("The bell rang.", "It stopped at midnight."), 0, 2),
        (("The bell rang.", "It stopped at midnight."), 3, 3),
        (("The bell rang.", "It stopped at midnight.", "Snow fell on the hill."), 0, 3),
    ],
)
def test_written_paragraphs_are_skipped(cues: tuple[str, ...], at: int, expected: int) -> None:
    """Writing goes on with the first paragraph that no cue holds, and never before the known place."""
    progress = BELL_PARAGRAPHS.skip_written(RunProgress(cues=narrated(*cues), next_paragraph=at))
    assert progress.next_paragraph == expected


def test_writing_goes_on_inside_a_paragraph() -> None:
    """Sentences that are written are left out of the next part; the paragraphs around it stay as they are."""
    first = "The bell rang over the hill."
    broken = "Snow fell on the roofs of the shrine. The fox waited there. Nobody saw how it went away."
    source = ParagraphSource(f"{first}\n\n{broken}\n\nMorning came.")
    cues = narrated(first, "Snow fell on the roofs of the shrine.", "The fox waited there.")
    progress = source.skip_written(RunProgress(cues=cues))
    part = source.take_part(progress)
    assert part is not None
    assert part.paragraphs == ("Nobody saw how it went away.", "Morning came.")
    rest = source.take_rest(RunProgress())
    assert rest is not None
    assert rest.paragraphs == (first, "Nobody saw how it went away.", "Morning came.")


def test_a_paragraph_whose_sentences_are_all_written_is_skipped() -> None:
    """Where only the order of the sentences made it look unfinished, the next paragraph follows."""
    one, two = "Snow fell on the roofs of the shrine all night.", "Nobody saw it."
    source = ParagraphSource(f"{one} {two}\n\nMorning came.\n\nThe bell rang.")
    progress = source.skip_written(RunProgress(cues=narrated(two, one)))
    assert progress.next_paragraph == 1


def test_the_coverage_of_paragraphs_is_an_estimate() -> None:
    """Paragraphs that no cue holds are named."""
    coverage = BELL_PARAGRAPHS.measure_coverage(RunProgress(), narrated("The bell rang.", "Snow fell on the hill."))
    assert (coverage.missing, coverage.is_counted) == ((1,), False)
