"""The picture under the progress: a PNG for Discord, the same in words, and the thread in which it is drawn."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from bot.charts import bar_chart, book_grid
from bot.charts.canvas import EDGE, EMBER, GROUND, INNER, LEAP, SMALL, SOFT, TITLE, WIDTH, Canvas
from bot.charts.chart_data import PictureData
from bot.charts.text_layout import TextLayout

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TALLEST: Final = 1400
_HEADING: Final = 46
# Discord takes 1,024 characters as a picture's description.
_LONGEST: Final = 1000


def draw(data: PictureData) -> bytes:
    """The picture as a PNG, 960 pixels wide and at most 1,400 high. It takes a while: call it in a thread."""
    content = io.BytesIO()
    figure(data).savefig(content, format="png", facecolor=GROUND)
    return content.getvalue()


def figure(data: PictureData) -> "Figure":
    """What is drawn, before it becomes a file."""
    canvas = Canvas(WIDTH, TextLayout())
    y = _heading(canvas, data.heading)
    if not data.books and not data.happened:
        return canvas.figure(_nothing(canvas, y))
    y = book_grid.legend(canvas, y)
    compact = False
    if data.books:
        rooms = (TALLEST - y - bar_chart.height(data.days, compact=compact) for compact in (False, True))
        plan = book_grid.planned(data.books, canvas.text_layout, *rooms)
        y, compact = book_grid.draw_grid(canvas, y, data.books, plan), plan.compact
    return canvas.figure(bar_chart.chart(canvas, y, data.days, compact=compact))


def _heading(canvas: Canvas, heading: str) -> float:
    text = canvas.text_layout.clean(heading) or "Progress"
    canvas.box(0, 0, WIDTH, 10, EMBER)
    y = 30.0
    for line in canvas.text_layout.wrapped(text, _HEADING, INNER, lines=2, bold=True):
        y += _HEADING * LEAP
        canvas.text(EDGE, y - 14, line, _HEADING, bold=True)
    return y + 16


def _nothing(canvas: Canvas, y: float) -> float:
    """A moon, and what to do."""
    canvas.disc(EDGE + 70, y + 96, 66, EMBER)
    canvas.disc(EDGE + 98, y + 78, 56, GROUND)
    canvas.text(EDGE + 180, y + 90, "Nothing has stirred yet.", TITLE, bold=True)
    canvas.text(EDGE + 180, y + 138, "The first chapter begins with /script.", SMALL, SOFT)
    return y + 210


def alt_text(data: PictureData) -> str:
    """The picture in words, at most 1,000 characters, for whoever cannot see it."""
    found = ""
    for longest in (80, 40, 16):
        found = _told(data, longest)
        if len(found) <= _LONGEST:
            return found
    return _short(found, _LONGEST)


def _told(data: PictureData, longest: int) -> str:
    sentences = [_short(data.heading, 100)]
    sentences += [
        f"{_short(book.title, longest)}: {book_grid.counts(book)}" for book in data.books[: book_grid.MOST_BOOKS]
    ]
    more = len(data.books) - book_grid.MOST_BOOKS
    if more > 0:
        sentences.append(f"And {more:,} more {'book' if more == 1 else 'books'}")
    if data.happened:
        sentences.append(_told_days(data))
    else:
        sentences.append("Nothing happened in this time" if data.books else "Nothing has stirred yet")
    return ". ".join(sentences) + "."


def _told_days(data: PictureData) -> str:
    days = data.days
    first, last, busiest = (_short(day.label, 30) for day in (days[0], days[-1], max(days, key=lambda day: day.events)))
    when = first if len(days) == 1 else f"{first} to {last}"
    return (
        f"{when}: {sum(day.drafted for day in days):,} drafted, {sum(day.approved for day in days):,} approved,"
        f" {sum(day.released for day in days):,} released; events: {sum(day.events for day in days):,}"
        + (f", most of them {busiest} ({max(day.events for day in days):,})" if len(days) > 1 else "")
    )


def _short(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


class ChartRenderer:
    """Draws pictures one after another in a thread of its own, so that the event loop goes on meanwhile."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")

    async def draw(self, data: PictureData) -> bytes:
        """The picture as a PNG; ``RuntimeError`` after the close."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, draw, data)

    async def close(self) -> None:
        """Waits for the picture that is being drawn and drops those that wait."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
