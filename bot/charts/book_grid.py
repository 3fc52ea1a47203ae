"""The upper part of the picture: below each book's title a cell for each of its chapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from bot.charts.canvas import CONTENT_WIDTH, LINE_HEIGHT, MARGIN, SMALL_TEXT, SOFT, TITLE_TEXT, Canvas
from bot.charts.text_layout import TextLayout
from bot.progress.books import BookProgress
from storage.states import ScriptState

MAX_BOOKS: Final = 6
"""Books in the picture, those with the newest scripts; on a phone more would be too small to tell apart."""
_LEGEND: Final[dict[ScriptState | None, str]] = {
    ScriptState.RELEASED: "released",
    ScriptState.APPROVED: "approved",
    ScriptState.DRAFT: "drafted",
    None: "to come",
}
_RANKS: Final = (None, ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED)
"""The states of a chapter, from the least to the furthest."""

_MAX_CELLS: Final = 480
"""Cells of one book: eight rows of 60. In a longer book a cell stands for several chapters."""
_MAX_UNBROKEN: Final = 20
"""A book of up to so many chapters gets one row, which needs no numbers; a second row for one chapter looks odd."""

# Heights and distances in pixels.
_MIN_ROW_HEIGHT: Final = 28.0
"""Lower cells could not be seen on a phone: in rows of many cells, they are taller than wide."""
_CELLS_TOP_GAP: Final = 9.0
"""Between a book's counts and its first row of cells."""
_MORE_LINE_HEIGHT: Final = 46.0
"""The line "and 3 more" with the space below it."""
_NUMBER_GAP: Final = 18
"""Between a chapter number and the first cell of its row."""
_LEGEND_SIDE: Final = 36
"""The side of a legend's square: large enough for its mark, as high as a line of text."""
_LEGEND_TEXT_GAP: Final = 12
_LEGEND_GAP: Final = 36
"""Between two entries of the legend; smaller where there are five of them."""
_SMALL_LEGEND_GAP: Final = 9


@dataclass(frozen=True, slots=True)
class _Style:
    """One way to show books: cells in a row, the most lines of a title, and whether the distances are small."""

    columns: int
    title_lines: int
    is_compact: bool


_STYLES: Final = tuple(
    _Style(*values)
    for values in (
        (12, 2, False), (15, 2, False), (20, 2, False), (20, 2, True), (30, 2, False),
        (30, 2, True), (30, 1, True), (40, 1, True), (60, 1, True),
    )
)  # fmt: skip
"""From the roomiest to the tightest; the first one that fits is used."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A square of the grid: one chapter, or several of a very long book. ``number`` is that of the first chapter.

    ``recorded`` is the share of the lines that is recorded, 0 to 1.
    """

    number: int
    state: ScriptState | None
    recorded: float


@dataclass(frozen=True, slots=True)
class GridPlan:
    """How the books are laid out.

    ``titles`` has the lines of each title that is shown, which may be fewer titles than there are books. ``number_width`` is
    the space left of the cells for chapter numbers, 0 where rows have none.
    """

    titles: tuple[list[str], ...]
    columns: int
    number_width: float
    is_compact: bool

    @property
    def column_width(self) -> float:
        """From the left edge of a cell to that of the next."""
        return (CONTENT_WIDTH - self.number_width) / self.columns

    @property
    def gap(self) -> float:
        """Between two cells, in both directions."""
        return max(2.0, self.column_width * 0.12)

    @property
    def row_height(self) -> float:
        """From the upper edge of a cell to that of the one below."""
        return max(self.column_width, _MIN_ROW_HEIGHT + self.gap)

    @property
    def book_gap(self) -> float:
        """Between a book and the next."""
        return 17.0 if self.is_compact else 30.0

    def measure_height(self, books: Sequence[BookProgress]) -> float:
        """The height of the grid in pixels, with the line that says how many more books there are."""
        shown = books[: len(self.titles)]
        texts = sum(len(lines) for lines in self.titles) * TITLE_TEXT * LINE_HEIGHT
        texts += len(self.titles) * SMALL_TEXT * LINE_HEIGHT
        rows = sum(ceil(len(_build_cells(book)) / self.columns) for book in shown)
        spaces = sum(self.book_gap + (_CELLS_TOP_GAP if book.chapters else 0) for book in shown)
        return texts + rows * self.row_height + spaces + (_MORE_LINE_HEIGHT if len(books) > len(shown) else 0)


def draw_legend(canvas: Canvas, y: float, *, with_recorded: bool) -> float:
    """Draws what the colours and marks mean; returns the ``y`` below it. Recorded lines have no entry before there are any."""
    x = float(MARGIN)
    entries = [(state, 0.0, text) for state, text in _LEGEND.items()]
    if with_recorded:
        entries.append((None, 0.6, "recorded"))
    gap = _SMALL_LEGEND_GAP if with_recorded else _LEGEND_GAP
    for state, recorded, text in entries:
        canvas.draw_cell(x, y, _LEGEND_SIDE, _LEGEND_SIDE, state, recorded)
        x += _LEGEND_SIDE + _LEGEND_TEXT_GAP
        canvas.draw_text(x, y + 28, text, SMALL_TEXT, SOFT)
        x += canvas.text_layout.measure_width(text, SMALL_TEXT) + gap
    return y + _LEGEND_SIDE + 30


def plan_grid(
    books: Sequence[BookProgress], text_layout: TextLayout, max_height: float, max_compact_height: float
) -> GridPlan:
    """The roomiest plan that shows as many of the books as possible; ``books`` is not empty.

    A compact plan may take ``max_compact_height``, which is more, because the chart below it is then compact too. If not
    even one book fits, the tightest plan is returned.
    """
    candidates = books[:MAX_BOOKS]
    titles = {
        lines: [_wrap_title(text_layout, book, position, lines) for position, book in enumerate(candidates, 1)]
        for lines in (1, 2)
    }
    longest = max(len(_build_cells(book)) for book in candidates)
    highest_number = max((number for book in candidates for number in book.chapters), default=0)
    numbers_width = text_layout.measure_width(str(highest_number), SMALL_TEXT) + _NUMBER_GAP
    plan = GridPlan((), _STYLES[-1].columns, 0.0, is_compact=True)
    for shown in range(len(candidates), 0, -1):
        for style in _STYLES:
            is_broken = longest > style.columns
            if is_broken and longest <= _MAX_UNBROKEN:
                continue
            # Numbers would leave too little room for the cells of longer rows.
            number_width = numbers_width if is_broken and style.columns <= _MAX_UNBROKEN else 0.0
            plan = GridPlan(tuple(titles[style.title_lines][:shown]), style.columns, number_width, style.is_compact)
            if plan.measure_height(books) <= (max_compact_height if style.is_compact else max_height):
                return plan
    return plan


def draw_grid(canvas: Canvas, y: float, books: Sequence[BookProgress], plan: GridPlan) -> float:
    """Draws the books from ``y`` downwards; returns the ``y`` below them."""
    for book, title in zip(books, plan.titles, strict=False):
        for line in title:
            y += TITLE_TEXT * LINE_HEIGHT
            canvas.draw_text(MARGIN, y - 10, line, TITLE_TEXT, bold=True)
        y += SMALL_TEXT * LINE_HEIGHT
        canvas.draw_text(MARGIN, y - 6, _describe_on_one_line(canvas.text_layout, book), SMALL_TEXT, SOFT)
        if book.chapters:
            y = _draw_cells(canvas, y + _CELLS_TOP_GAP, book, plan)
        y += plan.book_gap
    more = len(books) - len(plan.titles)
    if more:
        canvas.draw_text(MARGIN, y + 28, f"and {more:,} more", SMALL_TEXT, SOFT)
        y += _MORE_LINE_HEIGHT
    return y


def _wrap_title(text_layout: TextLayout, book: BookProgress, position: int, max_lines: int) -> list[str]:
    """The lines of the title; a title that no font here can show is replaced by the book's position."""
    title = text_layout.clean_text(book.title) or f"Book {position}"
    return text_layout.wrap_text(title, TITLE_TEXT, CONTENT_WIDTH, max_lines=max_lines, bold=True)


def _describe_on_one_line(text_layout: TextLayout, book: BookProgress) -> str:
    chapters = _count_chapters_per_cell(book)
    text = book.summary + (f" · {chapters} a cell" if chapters > 1 else "")
    return text_layout.fit_line(text, SMALL_TEXT, CONTENT_WIDTH)


def _count_chapters_per_cell(book: BookProgress) -> int:
    return max(1, ceil(len(book.chapters) / _MAX_CELLS))


def _build_cells(book: BookProgress) -> list[_Cell]:
    """The cells of the book; a cell for several chapters has the state of the one that is least far."""
    size = _count_chapters_per_cell(book)
    chapters = list(book.chapters.items())
    groups = [chapters[start : start + size] for start in range(0, len(chapters), size)]
    return [_build_cell(book, group) for group in groups]


def _build_cell(book: BookProgress, chapters: Sequence[tuple[int, ScriptState | None]]) -> _Cell:
    """Lines of chapters without a script are not known; such a chapter counts as one that is not recorded."""
    shares = [book.lines[number].share if number in book.lines else 0.0 for number, _ in chapters]
    state = min((state for _, state in chapters), key=_RANKS.index)
    return _Cell(chapters[0][0], state, sum(shares) / len(shares))


def _draw_cells(canvas: Canvas, y: float, book: BookProgress, plan: GridPlan) -> float:
    cells = _build_cells(book)
    width, height = plan.column_width - plan.gap, plan.row_height - plan.gap
    left = MARGIN + plan.number_width
    for index, cell in enumerate(cells):
        row, column = divmod(index, plan.columns)
        top = y + row * plan.row_height
        if plan.number_width and column == 0:
            text_y = top + height / 2 + 10
            canvas.draw_text(left - _NUMBER_GAP, text_y, str(cell.number), SMALL_TEXT, SOFT, align="right")
        canvas.draw_cell(left + column * plan.column_width, top, width, height, cell.state, cell.recorded)
    return y + ceil(len(cells) / plan.columns) * plan.row_height
