"""The picture of the progress: measured as it would be drawn."""

import asyncio
import struct
import subprocess
import sys
import threading
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import progress_chart
from bot.charts.canvas import FILLS, INNER, SMALL, TITLE
from bot.charts.chart_data import Book, Chapter, Day, PictureData
from bot.charts.progress_chart import ChartRenderer, alt_text, draw
from bot.charts.text_layout import TextLayout

HEADING = "Progress · this week"
TITLE_OF_ONE = "The Fox of Thirteen Bells"
STATES = ("released", "approved", "drafted", "none")
WEEK = tuple(
    Day(f"{name} {16 + place}", 7 * place, place, place % 3, place % 2)
    for place, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
)
SEASON = tuple(Day(f"Nov {place + 1}", place * 37 % 61, place % 5, place % 3, place % 2) for place in range(60))


def book(chapters: int, title: str = TITLE_OF_ONE) -> Book:
    """A book whose chapters are in all states, the first ones furthest."""
    return Book(title, tuple(Chapter(place + 1, STATES[place * 4 // chapters]) for place in range(chapters)))


CASES = {
    "nothing": PictureData(HEADING, (), ()),
    "quiet days": PictureData(HEADING, (), (Day("Mon 16", 0, 0, 0, 0),)),
    "no chapters": PictureData(HEADING, (book(0),), WEEK),
    "no days": PictureData(HEADING, (book(3),), ()),
    "no books": PictureData(HEADING, (), WEEK),
    "1 chapter": PictureData(HEADING, (book(1),), WEEK[:1]),
    "12 chapters": PictureData(HEADING, (book(12), book(10, "Lanterns for the Drowned")), WEEK),
    "60 chapters": PictureData(HEADING, (book(60),), SEASON[:30]),
    "6 books of 60": PictureData(HEADING, tuple(book(60, f"Book {place}") for place in range(6)), SEASON),
    "many large books": PictureData(HEADING, tuple(book(2500, "W" * 200) for _ in range(30)), SEASON),
    "long titles": PictureData(
        "Progress · " + "the longest month " * 20,
        (book(12, "W" * 200), book(20, "i" * 200), book(14, "The Lantern and the " * 10)),
        WEEK,
    ),
    "other signs": PictureData(
        "Progress · $5 of $20",
        (
            book(3, "The $5 Lantern of $x^2$ \\alpha"),
            book(3, "狐の十三の鐘"),
            book(3, "Fox 🦊🔥 in 森 — Ŵỳřḋ é̴̛͙\u0301\u0302"),
        ),
        (Day("11月16日", 3, 1, 0, 0), Day("$17$", 4, 0, 1, 0), Day("", 0, 0, 0, 0)),
    ),
    "long labels": PictureData(HEADING, (book(5),), tuple(Day("W" * 60, 1_234_567, 2_345, 0, 0) for _ in range(9))),
    "events alone": PictureData(HEADING, (book(2),), (Day("Mon 16", 5, 0, 0, 0), Day("Tue 17", 0, 0, 0, 0))),
}


@pytest.fixture(scope="module")
def text_layout() -> TextLayout:
    """What measures letters."""
    return TextLayout()


def written(figure: Any) -> list[tuple[str, float, Any]]:
    """Each text of the figure with its size and its box, as the renderer measures it."""
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_fontsize(), text.get_window_extent(renderer)) for text in figure.texts]


def drawn(figure: Any) -> list[Any]:
    """The box of every shape of the figure."""
    (collection,) = figure.artists
    return [path.get_extents(collection.get_transform()) for path in collection.get_paths()]


@pytest.mark.parametrize("name", CASES)
def test_nothing_overlaps_or_is_cut(name: str) -> None:
    """Whatever is drawn, no text touches another text, a shape or the border, and all can be read on a phone."""
    figure = progress_chart.figure(CASES[name])
    texts, (width, height) = written(figure), figure.get_size_inches() * 72
    assert texts
    for text, size, box in texts:
        assert size >= SMALL, text
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, _, box), (other, _, another) in combinations(texts, 2):
        assert not box.overlaps(another), f"{one!r} over {other!r}"
    for shape in drawn(figure):
        assert shape.x0 >= 0
        assert shape.x1 <= width
        # A shape's empty rest of a line is of no height, and lies under nothing.
        assert not [text for text, _, box in texts if shape.height and box.overlaps(shape)]


@pytest.mark.parametrize("name", CASES)
def test_discord_takes_it(name: str) -> None:
    """Every picture is a PNG 960 pixels wide, at most 1,400 high and smaller than 300 kB, with words beside it."""
    content = draw(CASES[name])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 960
    assert 200 <= height <= 1400
    assert len(content) < 300_000
    assert 1 <= len(alt_text(CASES[name])) <= 1000


def test_few_things_are_painted() -> None:
    """All shapes are one artist, so that a picture of many books is as quick as one of few."""
    figure = progress_chart.figure(CASES["6 books of 60"])
    assert len(figure.artists) == 1
    assert len(figure.texts) <= 40


def texts_of(name: str) -> list[str]:
    """The words on the progress_chart."""
    return [text.get_text() for text in progress_chart.figure(CASES[name]).texts]


def test_a_book_is_counted() -> None:
    """Under each title stands how many chapters are drafted or further, approved or further, and released."""
    found = texts_of("12 chapters")
    assert TITLE_OF_ONE in found
    assert "9 of 12 drafted · 6 approved · 3 released" in found
    assert "no chapters yet" in texts_of("no chapters")


def test_each_chapter_has_a_cell() -> None:
    """Sixty chapters are sixty more shapes than none, in rows that begin with their number."""
    sixty = PictureData(HEADING, (Book(TITLE_OF_ONE, tuple(Chapter(place + 1, "none") for place in range(60))),), ())
    bare = PictureData(HEADING, (Book(TITLE_OF_ONE, ()),), ())
    assert len(drawn(progress_chart.figure(sixty))) - len(drawn(progress_chart.figure(bare))) == 60
    assert {"1", "13", "25", "37", "49"} <= {text.get_text() for text in progress_chart.figure(sixty).texts}


def test_many_books_are_told_in_a_line() -> None:
    """At most six books are shown, and the rest is counted."""
    many = PictureData(HEADING, tuple(book(12, f"Volume {place}") for place in range(9)), WEEK)
    found = [text.get_text() for text in progress_chart.figure(many).texts]
    assert [text for text in found if text.startswith("Volume")] == [f"Volume {place}" for place in range(6)]
    assert "and 3 more" in found
    assert "and 3 more" not in texts_of("6 books of 60")


def test_nothing_is_said_calmly() -> None:
    """Where there is nothing at all, the picture says so and how to begin, without an empty chart."""
    for name in ("nothing", "quiet days"):
        assert texts_of(name) == [HEADING, "Nothing has stirred yet.", "The first chapter begins with /script."]
    assert "Nothing happened in this time." in texts_of("no days")


def test_signs_without_letters_are_left_out(text_layout: TextLayout) -> None:
    """Dollar signs stay as they are, foreign signs become a dot at most, and a title of them alone becomes its place."""
    found = texts_of("other signs")
    assert not any(text.get_parse_math() for text in progress_chart.figure(CASES["other signs"]).texts)
    assert "The $5 Lantern of $x^2$ \\alpha" in found
    if not text_layout.clean("狐"):
        assert "Book 2" in found
        assert text_layout.clean("  Fox 🦊🔥 \u202ein\u200d 森\n— 狐 ") == "Fox · in · —"
    assert text_layout.clean("e\u0301\u0302\u0303\u0304") == "é\u0302"


def test_fonts_of_the_system_help_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs that the picture's own font lacks are drawn where another font of a known name has them."""
    monkeypatch.setattr("bot.charts.text_layout._OTHERS", ())
    assert TextLayout().clean("Fox \u233d Bell") == "Fox · Bell"
    monkeypatch.setattr("bot.charts.text_layout._OTHERS", ("STIXGeneral",))
    assert TextLayout().clean("Fox \u233d Bell") == "Fox \u233d Bell"
    found = PictureData(HEADING, (book(3, "Fox \u233d Bell"),), ())
    assert "Fox \u233d Bell" in [text.get_text() for text in progress_chart.figure(found).texts]
    assert draw(found)


def test_long_titles_end_in_an_ellipsis(text_layout: TextLayout) -> None:
    """A title takes two lines at most, each within the border, and what is left out is marked."""
    for title in ("W" * 200, "i" * 500, "The Lantern and the " * 10):
        lines = text_layout.wrapped(text_layout.clean(title), TITLE, INNER, lines=2, bold=True)
        assert len(lines) == 2
        assert lines[1].endswith("…")
        assert all(text_layout.width(line, TITLE, bold=True) <= INNER for line in lines)
    assert text_layout.wrapped("The Fox", TITLE, INNER, lines=2, bold=True) == ["The Fox"]


@settings(max_examples=25, deadline=None, database=None)
@given(title=st.text(max_size=120))
def test_any_title_can_be_lettered(text_layout: TextLayout, title: str) -> None:
    """Whatever somebody calls a book, its lines fit, and no sign is missing."""
    lines = text_layout.wrapped(text_layout.clean(title), TITLE, INNER, lines=2, bold=True)
    assert len(lines) <= 2
    assert all(text_layout.width(line, TITLE, bold=True) <= INNER for line in lines)


def test_the_words_tell_the_counts() -> None:
    """Whoever cannot see the picture is told the books, their counts, the days and what happened in them."""
    found = alt_text(CASES["12 chapters"])
    assert found.startswith(
        "Progress · this week. The Fox of Thirteen Bells: 9 of 12 drafted · 6 approved · 3 released."
    )
    assert "Mon 16 to Sun 22: 21 drafted, 6 approved, 3 released; events: 147, most of them Sun 22 (42)." in found
    assert "And 24 more books." in alt_text(CASES["many large books"])
    assert alt_text(CASES["nothing"]) == "Progress · this week. Nothing has stirred yet."


async def test_pictures_are_drawn_beside_the_loop() -> None:
    """While pictures are drawn, one after another in a single thread, everything else goes on."""
    pictures = ChartRenderer()
    steps = 0

    async def goes_on() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(goes_on())
    found = await asyncio.gather(*(pictures.draw(CASES["12 chapters"]) for _ in range(2)))
    other.cancel()
    assert found[0] == found[1]
    assert steps > 2
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("pictures")]) == 1
    await pictures.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]
    with pytest.raises(RuntimeError):
        await pictures.draw(CASES["nothing"])


def test_the_library_waits_until_it_is_needed() -> None:
    """Starting the bot does not wait for the drawing library."""
    code = "import sys, bot.charts.progress_chart; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_states_differ_without_hues() -> None:
    """From none to released every state is clearly lighter than the one before, for whoever sees no hues."""

    def light(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lights = [light(FILLS[state]) for state in ("none", "drafted", "approved", "released")]
    assert all((lighter + 0.05) / (darker + 0.05) > 1.2 for darker, lighter in pairwise(lights))
