"""The picture of the progress, measured as it would be drawn."""

import asyncio
import struct
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from matplotlib.colors import to_hex

from bot.charts import progress_chart
from bot.charts.canvas import RECORDED, SMALL_TEXT, STATE_FILLS
from bot.charts.progress_chart import ChartRenderer, build_figure, describe_chart, draw_png
from bot.progress.books import BookProgress, ChapterLines
from bot.progress.scope import Scope
from bot.progress.timeline import Timeline, TimelineStep
from storage.states import ScriptState

HEADING = "Progress · this week"
SAMPLE_TITLE = "The Fox of Thirteen Bells"
STATES = (ScriptState.RELEASED, ScriptState.APPROVED, ScriptState.DRAFT, None)


def make_step(label: str, events: int, drafted: int, approved: int, released: int) -> TimelineStep:
    """A step; when it begins does not matter to the picture."""
    return TimelineStep(datetime(2026, 11, 16, tzinfo=UTC), label, events, drafted, approved, released)


def make_book(chapters: int, title: str = SAMPLE_TITLE) -> BookProgress:
    """A book whose chapters are in all states, the first ones furthest."""
    states = {index + 1: STATES[index * 4 // chapters] for index in range(chapters)}
    return BookProgress("ebook_001", title, states, None)


def make_recorded_book(chapters: int) -> BookProgress:
    """Such a book of whose first half of chapters half of the lines is recorded."""
    book = make_book(chapters)
    return replace(book, lines={number: ChapterLines(20, 40) for number in range(1, chapters // 2 + 1)})


def make_timeline(books: tuple[BookProgress, ...], steps: tuple[TimelineStep, ...]) -> Timeline:
    """A timeline of this week."""
    return Timeline(Scope(), steps, books)


WEEK = tuple(
    make_step(f"{name} {16 + index}", 7 * index, index, index % 3, index % 2)
    for index, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
)
SEASON = tuple(make_step(f"Nov {index + 1}", index * 37 % 61, index % 5, index % 3, index % 2) for index in range(60))

CASES = {
    "nothing": (HEADING, make_timeline((), ())),
    "empty steps": (HEADING, make_timeline((), (make_step("Mon 16", 0, 0, 0, 0),))),
    "no chapters": (HEADING, make_timeline((make_book(0),), WEEK)),
    "no steps": (HEADING, make_timeline((make_book(3),), ())),
    "no books": (HEADING, make_timeline((), WEEK)),
    "1 chapter": (HEADING, make_timeline((make_book(1),), WEEK[:1])),
    "12 chapters": (HEADING, make_timeline((make_book(12), make_book(10, "Lanterns for the Drowned")), WEEK)),
    "60 chapters": (HEADING, make_timeline((make_book(60),), SEASON[:30])),
    "6 books of 60": (HEADING, make_timeline(tuple(make_book(60, f"Book {index}") for index in range(6)), SEASON)),
    "recorded": (HEADING, make_timeline((make_recorded_book(12), make_recorded_book(60)), WEEK)),
    "many large books": (HEADING, make_timeline(tuple(make_book(2500, "W" * 200) for _ in range(30)), SEASON)),
    "long titles": (
        "Progress · " + "the longest month " * 20,
        make_timeline(
            (make_book(12, "W" * 200), make_book(20, "i" * 200), make_book(14, "The Lantern and the " * 10)), WEEK
        ),
    ),
    "odd characters": (
        "Progress · $5 of $20",
        make_timeline(
            (
                make_book(3, "The $5 Lantern of $x^2$ \\alpha"),
                make_book(3, "狐の十三の鐘"),
                make_book(3, "Fox 🦊🔥 in 森 — Ŵỳřḋ é̴̛͙\u0301\u0302"),
            ),
            (make_step("11月16日", 3, 1, 0, 0), make_step("$17$", 4, 0, 1, 0), make_step("", 0, 0, 0, 0)),
        ),
    ),
    "long labels": (
        HEADING,
        make_timeline((make_book(5),), tuple(make_step("W" * 60, 1_234_567, 2_345, 0, 0) for _ in range(9))),
    ),
    "events only": (
        HEADING,
        make_timeline((make_book(2),), (make_step("Mon 16", 5, 0, 0, 0), make_step("Tue 17", 0, 0, 0, 0))),
    ),
}


def measure_texts(figure: Any) -> list[tuple[str, float, Any]]:
    """Each text of the figure with its font size and its box, as the renderer measures it."""
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_fontsize(), text.get_window_extent(renderer)) for text in figure.texts]


def measure_shapes(figure: Any) -> list[Any]:
    """The box of every shape of the figure."""
    (collection,) = figure.artists
    return [path.get_extents(collection.get_transform()) for path in collection.get_paths()]


def count_fills(step: TimelineStep) -> Counter[str]:
    """How many shapes of each colour the picture of one step has."""
    figure: Any = build_figure(HEADING, make_timeline((), (step,)))
    return Counter(to_hex(fill) for shapes in figure.artists for fill in shapes.get_facecolor())


def get_texts(name: str) -> list[str]:
    """The texts in the picture of a case."""
    return [text.get_text() for text in build_figure(*CASES[name]).texts]


@pytest.mark.parametrize("name", CASES)
def test_nothing_overlaps_or_is_cut(name: str) -> None:
    """No text touches another text, a shape or the border, and all are large enough for a phone."""
    figure = build_figure(*CASES[name])
    texts, (width, height) = measure_texts(figure), figure.get_size_inches() * 72
    assert texts
    for text, size, box in texts:
        assert size >= SMALL_TEXT, text
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (text, _, box), (other_text, _, other_box) in combinations(texts, 2):
        assert not box.overlaps(other_box), f"{text!r} over {other_text!r}"
    for shape in measure_shapes(figure):
        assert shape.x0 >= 0
        assert shape.x1 <= width
        # A bar of no events has no height and covers nothing.
        assert not [text for text, _, box in texts if shape.height and box.overlaps(shape)]


@pytest.mark.parametrize("name", CASES)
def test_the_picture_suits_discord(name: str) -> None:
    """Every picture is a PNG, 960 pixels wide, at most 1,400 high and below 300 kB, and has a description."""
    content = draw_png(*CASES[name])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 960
    assert 200 <= height <= 1400
    assert len(content) < 300_000
    assert 1 <= len(describe_chart(*CASES[name])) <= 1000


def test_few_artists_are_drawn() -> None:
    """All shapes are one artist, so that a picture of many books takes no longer than one of few."""
    figure = build_figure(*CASES["6 books of 60"])
    assert len(figure.artists) == 1
    assert len(figure.texts) <= 40


def test_a_books_chapters_are_counted() -> None:
    """Below each title stands how many chapters are drafted or further, approved or further, and released."""
    texts = get_texts("12 chapters")
    assert SAMPLE_TITLE in texts
    assert "9 of 12 drafted · 6 approved · 3 released" in texts
    assert "no chapters yet" in get_texts("no chapters")


def test_each_chapter_has_a_cell() -> None:
    """Sixty chapters are sixty more shapes than none, in rows that begin with their number."""
    chapters: dict[int, ScriptState | None] = dict.fromkeys(range(1, 61))
    with_chapters = build_figure(HEADING, make_timeline((BookProgress("ebook_001", SAMPLE_TITLE, chapters, None),), ()))
    without = build_figure(HEADING, make_timeline((BookProgress("ebook_001", SAMPLE_TITLE, {}, None),), ()))
    assert len(measure_shapes(with_chapters)) - len(measure_shapes(without)) == 60
    assert {"1", "13", "25", "37", "49"} <= {text.get_text() for text in with_chapters.texts}


def test_recorded_lines_are_bars_in_the_cells() -> None:
    """Each chapter of which anything is recorded has a bar, and the legend says what it means; nobody else sees either."""
    figure: Any = build_figure(*CASES["recorded"])
    (collection,) = figure.artists
    bars = [to_hex(fill) for fill in collection.get_facecolor()].count(RECORDED)
    assert bars == 1 + 6 + 30
    texts = get_texts("recorded")
    assert "recorded" in texts
    assert "9 of 12 drafted · 6 approved · 3 released · 50% recorded" in texts
    assert "50% recorded" in describe_chart(*CASES["recorded"])
    assert "recorded" not in get_texts("12 chapters")


def test_many_books_are_counted_in_a_line() -> None:
    """At most six books are shown, and the others are counted."""
    many = make_timeline(tuple(make_book(12, f"Volume {index}") for index in range(9)), WEEK)
    texts = [text.get_text() for text in build_figure(HEADING, many).texts]
    assert [text for text in texts if text.startswith("Volume")] == [f"Volume {index}" for index in range(6)]
    assert "and 3 more" in texts
    assert "and 3 more" not in get_texts("6 books of 60")


def test_the_empty_picture_says_how_to_begin() -> None:
    """If there is nothing at all, the picture says so and how to begin, without an empty chart."""
    for name in ("nothing", "empty steps"):
        assert get_texts(name) == [HEADING, "Nothing has been written yet.", "The first chapter begins with /script."]
    assert "Nothing happened in this period." in get_texts("no steps")


def test_odd_characters_in_titles() -> None:
    """Dollar signs stay as they are, and a title of which nothing can be drawn is replaced by the book's position."""
    texts = get_texts("odd characters")
    assert not any(text.get_parse_math() for text in build_figure(*CASES["odd characters"]).texts)
    assert {"The $5 Lantern of $x^2$ \\alpha", "狐の十三の鐘"} <= set(texts)
    nameless = make_timeline((make_book(3, "𒀀"),), ())
    assert "Book 1" in [text.get_text() for text in build_figure(HEADING, nameless).texts]


def test_east_asian_titles_are_as_strong_as_others() -> None:
    """Matplotlib has only the thinnest weight of their fonts, so they get an outline; other titles have none."""
    timeline = make_timeline((make_book(3, "狐の十三の鐘"), make_book(3, "The Fox")), ())
    outlined = {text.get_text() for text in build_figure(HEADING, timeline).texts if text.get_path_effects()}
    assert outlined == {"狐の十三の鐘"}


def test_characters_of_system_fonts_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A title with a character that only a font of the system has is drawn with it."""
    monkeypatch.setattr("bot.charts.text_layout._SYSTEM_FONTS", ("STIXGeneral",))
    timeline = make_timeline((make_book(3, "Fox \u233d Bell"),), ())
    assert "Fox \u233d Bell" in [text.get_text() for text in build_figure(HEADING, timeline).texts]
    assert draw_png(HEADING, timeline)


def test_the_description_has_the_numbers() -> None:
    """Whoever cannot see the picture reads the books, their counts, the days and what happened in them."""
    description = describe_chart(*CASES["12 chapters"])
    assert description.startswith(
        "Progress · this week. The Fox of Thirteen Bells: 9 of 12 drafted · 6 approved · 3 released."
    )
    assert "Mon 16 to Sun 22: 21 drafted, 6 approved, 3 released; events: 147, most of them Sun 22 (42)." in description
    assert "And 24 more books." in describe_chart(*CASES["many large books"])
    assert describe_chart(*CASES["nothing"]) == "Progress · this week. Nothing has been written yet."


async def test_drawing_does_not_block_the_event_loop() -> None:
    """Pictures are drawn one after another in a single thread while the event loop goes on."""
    renderer = ChartRenderer()
    steps = 0

    async def count_steps() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_steps())
    first, second = await asyncio.gather(*(renderer.draw(*CASES[name]) for name in ("12 chapters", "60 chapters")))
    counting.cancel()
    assert first != second
    assert steps > 2
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("pictures")]) == 1
    await renderer.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]
    with pytest.raises(RuntimeError):
        await renderer.draw(*CASES["nothing"])


async def test_the_same_picture_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a picture that is being drawn or was drawn lately gets that one; a failed drawing is repeated."""
    drawn: list[str] = []

    def draw(heading: str, _timeline: Timeline) -> bytes:
        drawn.append(heading)
        if drawn.count("unlucky") == 1 and heading == "unlucky":
            raise MemoryError
        return f"{heading} {len(drawn)}".encode()

    monkeypatch.setattr(progress_chart, "draw_png", draw)
    renderer = ChartRenderer()
    timeline, other = make_timeline((make_book(3),), WEEK), make_timeline((make_book(4),), WEEK)
    pictures = await asyncio.gather(*(renderer.draw(HEADING, timeline) for _ in range(3)))
    assert [*pictures, await renderer.draw(HEADING, timeline)] == [b"Progress \xc2\xb7 this week 1"] * 4
    assert await renderer.draw(HEADING, other) == b"Progress \xc2\xb7 this week 2"
    with pytest.raises(MemoryError):
        await renderer.draw("unlucky", timeline)
    assert await renderer.draw("unlucky", timeline) == b"unlucky 4"
    await renderer.close()


def test_matplotlib_is_imported_only_for_drawing() -> None:
    """Starting the bot does not wait for matplotlib."""
    code = "import sys, bot.charts.progress_chart; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("state", [ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED])
def test_a_bar_has_the_colour_of_what_happened(state: ScriptState) -> None:
    """A step in which chapters were drafted, approved or released has one bar, in that state's colour."""
    counts = [int(state is each) for each in (ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED)]
    fills = count_fills(make_step("Mon 16", 1, *counts))
    fills.subtract(count_fills(make_step("Mon 16", 1, 0, 0, 0)))
    assert [each for each, fill in STATE_FILLS.items() if fills[fill] > 0] == [state]
