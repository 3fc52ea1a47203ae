"""The picture of the progress as a PNG, and the same in words for whoever cannot see it."""

import asyncio
import io
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from bot.charts.bar_chart import draw_bar_chart, measure_bar_chart
from bot.charts.book_grid import MAX_BOOKS, draw_grid, draw_legend, plan_grid
from bot.charts.canvas import (
    CONTENT_WIDTH,
    EMBER,
    GROUND,
    LINE_HEIGHT,
    MARGIN,
    SMALL_TEXT,
    SOFT,
    TITLE_TEXT,
    WIDTH,
    Canvas,
)
from bot.charts.spending_chart import draw_spending_png
from bot.charts.text_layout import TextLayout
from bot.progress.spending import Spending
from bot.progress.timeline import Timeline, TimelineStep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_HEIGHT: Final = 1400
"""Pixels: a phone then still shows the whole picture at once."""
_HEADING_TEXT: Final = 46
"""The font size of the heading, in pixels."""
_KEPT_PICTURES: Final = 8
"""A picture has some 40 kB. Several people look at the same few scopes, and live boards show them again."""
_MAX_DESCRIPTION: Final = 1000
"""Characters. Discord's documentation: the description of an attachment has at most 1,024."""
_TITLE_LENGTHS: Final = (80, 40, 16)
"""Characters of a book's title in the description; shorter ones are tried if the description gets too long."""


def draw_png(heading: str, timeline: Timeline) -> bytes:
    """The picture as a PNG, 960 pixels wide and at most 1,400 high. ``heading`` is such as ``Progress · this week``.

    It takes up to a second, so call it in a thread.
    """
    content = io.BytesIO()
    build_figure(heading, timeline).savefig(content, format="png", facecolor=GROUND)
    return content.getvalue()


def build_figure(heading: str, timeline: Timeline) -> "Figure":
    """The picture as a matplotlib figure, before it becomes a file."""
    canvas = Canvas(WIDTH, TextLayout())
    y = _draw_heading(canvas, heading)
    if not timeline.books and timeline.is_empty:
        return canvas.build_figure(_draw_empty_state(canvas, y))
    y = draw_legend(canvas, y, with_recorded=any(book.recorded_share for book in timeline.books))
    compact = False
    if timeline.books:
        heights = (MAX_HEIGHT - y - measure_bar_chart(timeline.steps, compact=compact) for compact in (False, True))
        plan = plan_grid(timeline.books, canvas.text_layout, *heights)
        y, compact = draw_grid(canvas, y, timeline.books, plan), plan.is_compact
    return canvas.build_figure(draw_bar_chart(canvas, y, timeline.steps, compact=compact))


def describe_chart(heading: str, timeline: Timeline) -> str:
    """The picture in words, at most 1,000 characters."""
    description = ""
    for title_length in _TITLE_LENGTHS:
        description = _describe(heading, timeline, title_length)
        if len(description) <= _MAX_DESCRIPTION:
            return description
    return _shorten(description, _MAX_DESCRIPTION)


class ChartRenderer:
    """Draws pictures one after another in a thread of its own, so that the event loop is not blocked.

    The latest pictures are kept, and whoever asks for the same one gets it without a second drawing, also while it is being
    drawn: drawing holds the interpreter's lock for some 50 ms, which delays everything else.
    """

    def __init__(self) -> None:
        # One thread: matplotlib is not thread-safe.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._drawings: deque[tuple[str, Timeline, asyncio.Future[bytes]]] = deque(maxlen=_KEPT_PICTURES)

    async def draw(self, heading: str, timeline: Timeline) -> bytes:
        """The picture as a PNG.

        Raises:
            RuntimeError: the renderer is closed.
        """
        for known_heading, known_timeline, drawing in self._drawings:
            if (known_heading, known_timeline) == (heading, timeline) and not _has_failed(drawing):
                break
        else:
            drawing = asyncio.get_running_loop().run_in_executor(self._thread, draw_png, heading, timeline)
            self._drawings.append((heading, timeline, drawing))
        return await asyncio.shield(drawing)  # others may wait for it too

    async def draw_spending(self, spending: Spending) -> bytes:
        """The picture of what was spent as a PNG.

        Raises:
            RuntimeError: the renderer is closed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, draw_spending_png, spending)

    async def close(self) -> None:
        """The thread has ended: it finished its picture, and pictures that waited are cancelled."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)


def _has_failed(drawing: asyncio.Future[bytes]) -> bool:
    return drawing.done() and (drawing.cancelled() or drawing.exception() is not None)


def _draw_heading(canvas: Canvas, heading: str) -> float:
    text = canvas.text_layout.clean_text(heading) or "Progress"
    canvas.draw_box(0, 0, WIDTH, 10, EMBER)
    y = 30.0
    for line in canvas.text_layout.wrap_text(text, _HEADING_TEXT, CONTENT_WIDTH, max_lines=2, bold=True):
        y += _HEADING_TEXT * LINE_HEIGHT
        canvas.draw_text(MARGIN, y - 14, line, _HEADING_TEXT, bold=True)
    return y + 16


def _draw_empty_state(canvas: Canvas, y: float) -> float:
    """A crescent moon beside a sentence that says how to begin."""
    canvas.draw_disc(MARGIN + 70, y + 96, 66, EMBER)
    canvas.draw_disc(MARGIN + 98, y + 78, 56, GROUND)
    canvas.draw_text(MARGIN + 180, y + 90, "Nothing has been written yet.", TITLE_TEXT, bold=True)
    canvas.draw_text(MARGIN + 180, y + 138, "The first chapter begins with /script.", SMALL_TEXT, SOFT)
    return y + 210


def _describe(heading: str, timeline: Timeline, title_length: int) -> str:
    sentences = [_shorten(heading, 100)]
    sentences += [f"{_shorten(book.title, title_length)}: {book.summary}" for book in timeline.books[:MAX_BOOKS]]
    more = len(timeline.books) - MAX_BOOKS
    if more > 0:
        sentences.append(f"And {more:,} more {'book' if more == 1 else 'books'}")
    if not timeline.is_empty:
        sentences.append(_describe_steps(timeline.steps))
    else:
        sentences.append("Nothing happened in this period" if timeline.books else "Nothing has been written yet")
    return ". ".join(sentences) + "."


def _describe_steps(steps: tuple[TimelineStep, ...]) -> str:
    busiest = max(steps, key=lambda step: step.events)
    first_label, last_label, busiest_label = (_shorten(step.label, 30) for step in (steps[0], steps[-1], busiest))
    when = first_label if len(steps) == 1 else f"{first_label} to {last_label}"
    drafted, approved, released, recorded, events = (
        sum(values)
        for values in zip(
            *((step.drafted, step.approved, step.released, step.recorded, step.events) for step in steps),
            strict=True,
        )
    )
    counts = f"{drafted:,} drafted, {approved:,} approved, {released:,} released"
    if recorded:
        counts += f", {recorded:,} recorded"
    text = f"{when}: {counts}; events: {events:,}"
    return text + (f", most of them {busiest_label} ({busiest.events:,})" if len(steps) > 1 else "")


def _shorten(text: str, max_length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= max_length else f"{text[: max_length - 1].rstrip()}…"
