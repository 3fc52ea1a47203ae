"""The upper part of the picture: under each book's title a cell for each of its chapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from bot.charts.canvas import EDGE, INNER, LEAP, SMALL, SOFT, TITLE, Canvas
from bot.charts.chart_data import Book, Chapter
from bot.charts.text_layout import TextLayout

MOST_BOOKS: Final = 6
_STATES: Final = {"released": "released", "approved": "approved", "drafted": "drafted", "none": "to come"}
_RANKS: Final = ("none", "drafted", "approved", "released")
# Cells in a row, lines a title may take and whether all stands close, from the roomiest; the first that fits is used.
_PLANS: Final = (
    (12, 2, False), (15, 2, False), (20, 2, False), (20, 2, True), (30, 2, False),
    (30, 2, True), (30, 1, True), (40, 1, True), (60, 1, True),
)  # fmt: skip
_MOST_CELLS: Final = 480
# Cells lower than this could not be seen on a phone: in long rows they are taller than wide.
_LOWEST: Final = 28.0
_OVER_CELLS: Final = 9.0
_MORE: Final = 46.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How the books are laid out: the lines of their titles, cells in a row, and the width before them for numbers."""

    titles: tuple[list[str], ...]
    columns: int
    gutter: float
    compact: bool

    @property
    def pitch(self) -> float:
        """From one cell to the next in its row."""
        return (INNER - self.gutter) / self.columns

    @property
    def gap(self) -> float:
        """Between cells."""
        return max(2.0, self.pitch * 0.12)

    @property
    def row(self) -> float:
        """From one row to the next."""
        return max(self.pitch, _LOWEST + self.gap)

    @property
    def after(self) -> float:
        """Between a book and the next."""
        return 17.0 if self.compact else 30.0

    def height(self, books: Sequence[Book]) -> float:
        """What they take, with the line that tells how many more there are."""
        texts = sum(len(lines) for lines in self.titles) * TITLE * LEAP + len(self.titles) * SMALL * LEAP
        shown = books[: len(self.titles)]
        rows = sum(ceil(len(_cells(book)) / self.columns) for book in shown)
        spaces = sum(self.after + (_OVER_CELLS if book.chapters else 0) for book in shown)
        return texts + rows * self.row + spaces + (_MORE if len(books) > len(shown) else 0)


def legend(canvas: Canvas, y: float) -> float:
    """What the colours and marks mean; returns where it ends."""
    side, x = 36, float(EDGE)
    for state, word in _STATES.items():
        canvas.cell(x, y, side, side, state)
        canvas.text(x + side + 12, y + 28, word, SMALL, SOFT)
        x += side + 12 + canvas.text_layout.width(word, SMALL) + 36
    return y + side + 30


def planned(books: Sequence[Book], text_layout: TextLayout, room: float, snug_room: float) -> Plan:
    """The roomiest way to show as many books as may be, in this height or, where all stands close, in the other."""
    first = books[:MOST_BOOKS]
    wraps = {
        lines: [_title(text_layout, book, place, lines) for place, book in enumerate(first, 1)] for lines in (1, 2)
    }
    longest = max(len(_cells(book)) for book in first)
    number = max(chapter.number for book in first for chapter in (*book.chapters, Chapter(0, "none")))
    plan = Plan((), _PLANS[-1][0], 0.0, compact=True)
    for shown in range(len(first), 0, -1):
        for columns, lines, compact in _PLANS:
            if columns < longest <= 20:
                # A second row for a chapter or two would look like an afterthought.
                continue
            numbered = columns < longest and columns <= 20
            gutter = text_layout.width(str(number), SMALL) + 18 if numbered else 0.0
            plan = Plan(tuple(wraps[lines][:shown]), columns, gutter, compact)
            if plan.height(books) <= (snug_room if compact else room):
                return plan
    return plan


def draw_grid(canvas: Canvas, y: float, books: Sequence[Book], plan: Plan) -> float:
    """Draws the books from ``y`` on; returns where they end."""
    for book, title in zip(books, plan.titles, strict=False):
        for line in title:
            y += TITLE * LEAP
            canvas.text(EDGE, y - 10, line, TITLE, bold=True)
        y += SMALL * LEAP
        canvas.text(EDGE, y - 6, _counted(canvas.text_layout, book), SMALL, SOFT)
        if book.chapters:
            y = _strip(canvas, y + _OVER_CELLS, book, plan)
        y += plan.after
    more = len(books) - len(plan.titles)
    if more:
        canvas.text(EDGE, y + 28, f"and {more:,} more", SMALL, SOFT)
        y += _MORE
    return y


def counts(book: Book) -> str:
    """How far the book is, in words."""
    if not book.chapters:
        return "no chapters yet"
    found = [f"{book.drafted:,} of {len(book.chapters):,} drafted"]
    found += [
        f"{number:,} {word}" for number, word in ((book.approved, "approved"), (book.released, "released")) if number
    ]
    return " · ".join(found)


def _title(text_layout: TextLayout, book: Book, place: int, lines: int) -> list[str]:
    title = text_layout.clean(book.title) or f"Book {place}"
    return text_layout.wrapped(title, TITLE, INNER, lines=lines, bold=True)


def _counted(text_layout: TextLayout, book: Book) -> str:
    """The counts on one line, and how many chapters a cell stands for where that is more than one."""
    each = _each(book)
    whole = counts(book) + (f" · {each} a cell" if each > 1 else "")
    return "".join(text_layout.wrapped(whole, SMALL, INNER, lines=1))


def _each(book: Book) -> int:
    return max(1, ceil(len(book.chapters) / _MOST_CELLS))


def _cells(book: Book) -> list[Chapter]:
    """A cell for each chapter; of a very long book one for several, in the state of the one that is least far."""
    each = _each(book)
    groups = [book.chapters[start : start + each] for start in range(0, len(book.chapters), each)]
    return [Chapter(group[0].number, min((chapter.state for chapter in group), key=_RANKS.index)) for group in groups]


def _strip(canvas: Canvas, y: float, book: Book, plan: Plan) -> float:
    cells = _cells(book)
    wide, high = plan.pitch - plan.gap, plan.row - plan.gap
    for place, cell in enumerate(cells):
        row, column = divmod(place, plan.columns)
        top = y + row * plan.row
        if plan.gutter and column == 0:
            canvas.text(EDGE + plan.gutter - 18, top + high / 2 + 10, str(cell.number), SMALL, SOFT, align="right")
        canvas.cell(EDGE + plan.gutter + column * plan.pitch, top, wide, high, cell.state)
    return y + ceil(len(cells) / plan.columns) * plan.row
