"""The picture of what was spent: a bar for each month, and for each book, with the reserved part in a lighter colour."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bot.charts.canvas import (
    CONTENT_WIDTH,
    EMBER,
    GROUND,
    LINE,
    MARGIN,
    SMALL_TEXT,
    SOFT,
    TITLE_TEXT,
    WIDTH,
    Canvas,
)
from bot.charts.text_layout import TextLayout
from bot.progress.spending import Spending, SpendingRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MAX_BARS: Final = 8
"""Bars of each list; with more the picture would be higher than a phone's screen."""
_BAR_HEIGHT: Final = 30.0
_ROW_HEIGHT: Final = 92.0
"""A line with name and amount, the bar below it, and a gap."""
_RESERVED: Final = "#7a4a2c"
"""Dark ember: money that is reserved and may never be spent."""


def draw_spending_png(spending: Spending) -> bytes:
    """The picture as a PNG, 960 pixels wide. It takes up to a second, so call it in a thread."""
    content = io.BytesIO()
    build_spending_figure(spending).savefig(content, format="png", facecolor=GROUND)
    return content.getvalue()


def build_spending_figure(spending: Spending) -> "Figure":
    """The picture as a matplotlib figure, before it becomes a file."""
    canvas = Canvas(WIDTH, TextLayout())
    canvas.draw_box(0, 0, WIDTH, 10, EMBER)
    canvas.draw_text(MARGIN, 74, f"Spending · {spending.scope.period.label}", 46, bold=True)
    y = 104.0
    if not spending.total.requests:
        canvas.draw_text(MARGIN, y + 40, "Nothing was asked of Gemini in this period.", SMALL_TEXT, SOFT)
        return canvas.build_figure(y + 90)
    y = _draw_bars(canvas, y, "By month", spending.by_month[-_MAX_BARS:], spending.budget)
    y = _draw_bars(canvas, y, "By book", spending.by_ebook[:_MAX_BARS], None)
    return canvas.build_figure(y + 20)


def describe_spending(spending: Spending) -> str:
    """The picture in words, at most 1,000 characters."""
    months = ", ".join(f"{row.name} {_format_dollars(row.group.most_micros)}" for row in spending.by_month[-_MAX_BARS:])
    books = ", ".join(
        f"{row.name[:40]} {_format_dollars(row.group.most_micros)}" for row in spending.by_ebook[:_MAX_BARS]
    )
    return f"Spending · {spending.scope.period.label}. By month: {months or 'nothing'}. By book: {books or 'nothing'}."[
        :1000
    ]


def _draw_bars(canvas: Canvas, y: float, caption: str, rows: Sequence[SpendingRow], limit: int | None) -> float:
    """A list of bars under a caption; a line marks the limit where there is one. Returns the ``y`` below it."""
    canvas.draw_box(MARGIN, y, CONTENT_WIDTH, 2, LINE)
    canvas.draw_text(MARGIN, y + 48, caption, TITLE_TEXT, bold=True)
    y += 70
    longest = max([row.group.most_micros for row in rows] + ([limit] if limit else []), default=0) or 1
    for row in rows:
        amount = _format_dollars(row.group.most_micros)
        width = CONTENT_WIDTH - canvas.text_layout.measure_width(amount, SMALL_TEXT) - 24
        name = canvas.text_layout.fit_line(canvas.text_layout.clean_text(row.name) or "-", SMALL_TEXT, width)
        canvas.draw_text(MARGIN, y + 30, name, SMALL_TEXT)
        canvas.draw_text(MARGIN + CONTENT_WIDTH, y + 30, amount, SMALL_TEXT, SOFT, align="right")
        known = CONTENT_WIDTH * row.group.known_micros / longest
        reserved = CONTENT_WIDTH * row.group.unknown_micros / longest
        canvas.draw_box(MARGIN, y + 42, CONTENT_WIDTH, _BAR_HEIGHT, "#2b2a3c")
        canvas.draw_box(MARGIN, y + 42, max(known, 2), _BAR_HEIGHT, EMBER)
        if reserved:
            canvas.draw_box(MARGIN + known, y + 42, max(reserved, 2), _BAR_HEIGHT, _RESERVED)
        if limit:
            canvas.draw_box(MARGIN + CONTENT_WIDTH * limit / longest - 3, y + 38, 3, _BAR_HEIGHT + 8, SOFT)
        y += _ROW_HEIGHT
    return y + 8


def _format_dollars(micros: int) -> str:
    return f"${micros / 1e6:,.2f}"
