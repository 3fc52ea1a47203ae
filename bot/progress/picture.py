"""The picture under the progress: each book's chapters in cells, and what happened by day in bars."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from bot.progress.days import Book, Chapter, Day, PictureData
from bot.progress.lettering import Lettering
from bot.progress.sheet import EDGES, EMBER, FILLS, GROUND, LINE, RAISED, SOFT, Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Book", "Chapter", "Day", "PictureData", "Pictures", "alt_text", "draw"]

WIDTH: Final = 960
TALLEST: Final = 1400
MOST_BOOKS: Final = 6
# On a phone the picture is about 340 pixels wide: smaller letters could not be read there.
SMALL: Final = 28
_TITLE, _HEADING = 34, 46
_EDGE: Final = 44
_INNER: Final = WIDTH - 2 * _EDGE
_LEAP: Final = 1.25
_STATES: Final = {"released": "released", "approved": "approved", "drafted": "drafted", "none": "to come"}
_RANKS: Final = ("none", "drafted", "approved", "released")
# Chapters in a row and lines a title may take, from the roomiest; the first that fits is used.
_PLANS: Final = ((12, 2), (15, 2), (20, 2), (30, 2), (30, 1), (40, 1), (60, 1))
_MOST_CELLS: Final = 480
_PLOT: Final = 250
_CHART: Final = _PLOT + 150
_AFTER_BOOK: Final = 34


def draw(data: PictureData) -> bytes:
    """The picture as a PNG, 960 pixels wide and at most 1,400 high. It takes a while: call it in a thread."""
    content = io.BytesIO()
    figure(data).savefig(content, format="png", facecolor=GROUND)
    return content.getvalue()


def figure(data: PictureData) -> "Figure":
    """What is drawn, before it becomes a file."""
    sheet = Sheet(WIDTH, Lettering())
    y = _heading(sheet, data.heading)
    if not data.books and not data.happened:
        return sheet.figure(_nothing(sheet, y))
    y = _legend(sheet, y)
    if data.books:
        y = _books(sheet, y, data.books)
    return sheet.figure(_days(sheet, y, data.days) if data.happened else _quiet(sheet, y))


def _heading(sheet: Sheet, heading: str) -> float:
    lettering = sheet.lettering
    lines = lettering.wrapped(lettering.clean(heading) or "Progress", _HEADING, _INNER, lines=2, bold=True)
    sheet.box(0, 0, WIDTH, 10, EMBER)
    y = 34.0
    for line in lines:
        y += _HEADING * _LEAP
        sheet.text(_EDGE, y - 14, line, _HEADING, bold=True)
    return y + 14


def _nothing(sheet: Sheet, y: float) -> float:
    sheet.disc(_EDGE + 70, y + 110, 66, EMBER)
    sheet.disc(_EDGE + 98, y + 92, 56, GROUND)
    sheet.text(_EDGE + 180, y + 104, "Nothing has stirred yet.", _TITLE, bold=True)
    sheet.text(_EDGE + 180, y + 152, "The first chapter begins with /script.", SMALL, SOFT)
    return y + 230


def _legend(sheet: Sheet, y: float) -> float:
    side, x = 36, float(_EDGE)
    for state, word in _STATES.items():
        sheet.cell(x, y, side, state)
        sheet.text(x + side + 12, y + 28, word, SMALL, SOFT)
        x += side + 12 + sheet.lettering.width(word, SMALL) + 36
    return y + side + 40


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the books are laid out: how many are shown, cells in a row, the width before them, and lines of titles."""

    titles: tuple[tuple[str, ...], ...]
    columns: int
    gutter: float

    @property
    def pitch(self) -> float:
        """From one cell to the next."""
        return (_INNER - self.gutter) / self.columns

    def height(self, books: tuple[Book, ...]) -> float:
        """What it all takes, with the line that tells how many more there are."""
        height = 0.0
        for book, lines in zip(books, self.titles, strict=False):
            rows = ceil(len(_cells(book)) / self.columns)
            height += len(lines) * _TITLE * _LEAP + SMALL * _LEAP + 20 + rows * self.pitch + _AFTER_BOOK
        return height + (SMALL * _LEAP + _AFTER_BOOK if len(books) > len(self.titles) else 0)


def _planned(books: tuple[Book, ...], lettering: Lettering, room: float) -> _Plan:
    wraps = {
        lines: [tuple(_title(lettering, book, place, lines)) for place, book in enumerate(books[:MOST_BOOKS], 1)]
        for lines in (1, 2)
    }
    longest = max(len(_cells(book)) for book in books[:MOST_BOOKS])
    for shown in range(min(len(books), MOST_BOOKS), 0, -1):
        for columns, lines in _PLANS:
            numbered = longest > columns and columns <= 20
            labels = [str(book.chapters[-1].number) for book in books[:shown] if book.chapters]
            gutter = max((lettering.width(label, SMALL) for label in labels), default=0.0) + 18 if numbered else 0.0
            plan = _Plan(tuple(wraps[lines][:shown]), columns, gutter)
            if plan.height(books) <= room:
                return plan
    return plan


def _title(lettering: Lettering, book: Book, place: int, lines: int) -> list[str]:
    title = lettering.clean(book.title) or f"Book {place}"
    return lettering.wrapped(title, _TITLE, _INNER, lines=lines, bold=True)


def _cells(book: Book) -> list[Chapter]:
    """A cell for each chapter; of a very long book one for several, in the state of the one that is least far."""
    each = _each(book)
    chapters = book.chapters
    groups = (chapters[start : start + each] for start in range(0, len(chapters), each))
    return [Chapter(group[0].number, min((chapter.state for chapter in group), key=_RANKS.index)) for group in groups]


def _each(book: Book) -> int:
    return max(1, ceil(len(book.chapters) / _MOST_CELLS))


def _books(sheet: Sheet, y: float, books: tuple[Book, ...]) -> float:
    plan = _planned(books, sheet.lettering, TALLEST - _CHART - y)
    for book, title in zip(books, plan.titles, strict=False):
        for line in title:
            y += _TITLE * _LEAP
            sheet.text(_EDGE, y - 10, line, _TITLE, bold=True)
        y += SMALL * _LEAP
        sheet.text(_EDGE, y - 6, counts(book), SMALL, SOFT)
        y = _strip(sheet, y + 10, book, plan) + 10 + _AFTER_BOOK
    more = len(books) - len(plan.titles)
    if more:
        y += SMALL * _LEAP
        sheet.text(_EDGE, y - 8, f"and {more:,} more", SMALL, SOFT)
        y += _AFTER_BOOK
    return y


def counts(book: Book) -> str:
    """How far the book is, in words."""
    if not book.chapters:
        return "no chapters yet"
    each = _each(book)
    words = [f"{book.drafted:,} of {len(book.chapters):,} drafted"]
    words += [
        f"{number:,} {word}" for number, word in ((book.approved, "approved"), (book.released, "released")) if number
    ]
    return " · ".join([*words, *([f"{each} a cell"] if each > 1 else [])])


def _strip(sheet: Sheet, y: float, book: Book, plan: _Plan) -> float:
    cells = _cells(book)
    pitch = plan.pitch
    side = pitch - max(2.0, pitch * 0.12)
    for place, cell in enumerate(cells):
        row, column = divmod(place, plan.columns)
        if plan.gutter and column == 0:
            sheet.text(
                _EDGE + plan.gutter - 18, y + row * pitch + side / 2 + 10, str(cell.number), SMALL, SOFT, align="right"
            )
        sheet.cell(_EDGE + plan.gutter + column * pitch, y + row * pitch, side, cell.state)
    return y + ceil(len(cells) / plan.columns) * pitch


def _quiet(sheet: Sheet, y: float) -> float:
    sheet.box(_EDGE, y, _INNER, 2, LINE)
    sheet.text(_EDGE, y + 52, "Nothing happened in this time.", SMALL, SOFT)
    return y + 90


def _days(sheet: Sheet, y: float, days: tuple[Day, ...]) -> float:
    """Chapters as stacked bars on an axis of whole numbers; behind them all events as a faint skyline of its own scale."""
    y = _captions(sheet, y, max(day.events for day in days))
    top, floor = y, y + _PLOT
    step = _step(max(day.chapters for day in days))
    full = max(step, ceil(max(day.chapters for day in days) / step) * step)
    left = _EDGE + sheet.lettering.width(f"{full:,}", SMALL) + 16
    pitch = (WIDTH - _EDGE - left) / len(days)
    busiest = max(1, *(day.events for day in days))
    for place, day in enumerate(days):
        height = day.events / busiest * _PLOT
        sheet.box(left + place * pitch, floor - height, pitch, height, RAISED)
        sheet.box(left + place * pitch, floor - height, pitch, 3 if height else 0, "#6d6b8c")
    for tick in range(0, full + 1, step):
        at = floor - tick / full * _PLOT
        sheet.box(left, at - 1, WIDTH - _EDGE - left, 2, LINE)
        sheet.text(left - 16, at + 10, f"{tick:,}", SMALL, SOFT, align="right")
    wide = min(64.0, max(1.5, pitch * 0.66))
    for place, day in enumerate(days):
        at = floor
        for state, number in (("released", day.released), ("approved", day.approved), ("drafted", day.drafted)):
            height = number / full * (floor - top)
            _piece(sheet, left + (place + 0.5) * pitch - wide / 2, at - height, wide, height, state)
            at -= height
    _dates(sheet, left, pitch, floor + 42, [day.label for day in days])
    return floor + 80


def _captions(sheet: Sheet, y: float, most: int) -> float:
    sheet.box(_EDGE, y, _INNER, 2, LINE)
    sheet.text(_EDGE, y + 54, "Chapters", _TITLE, bold=True)
    words = f"all events, at most {most:,}"
    sheet.text(WIDTH - _EDGE, y + 52, words, SMALL, SOFT, align="right")
    x = WIDTH - _EDGE - sheet.lettering.width(words, SMALL) - 52
    sheet.box(x, y + 26, 38, 28, RAISED)
    sheet.box(x, y + 26, 38, 3, "#6d6b8c")
    return y + 92


def _step(most: int) -> int:
    """From tick to tick, so that there are at most four above nought."""
    step = 1
    while most > 4 * step:
        # 1, 2, 5, 10, 20, 50 …
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _piece(sheet: Sheet, x: float, y: float, width: float, height: float, state: str) -> None:
    gap = 2 if height > 6 else 0
    if height:
        line = 2 if width > 8 and height > 8 else 0
        sheet.box(x + line / 2, y + gap + line / 2, width - line, height - gap - line, FILLS[state], EDGES[state], line)
    if min(width, height) >= 26:
        sheet.mark(x + width / 2, y + gap / 2 + height / 2, min(width, height, 44), state)


def _dates(sheet: Sheet, left: float, pitch: float, y: float, labels: list[str]) -> None:
    """As many labels as stand apart, counted from the newest, each under its bar but never over the edge."""
    lettering = sheet.lettering
    cut = {label: (lettering.wrapped(lettering.clean(label), SMALL, 240, lines=1) or [""])[0] for label in set(labels)}

    def spans(every: int) -> list[tuple[float, float, str]]:
        found = []
        for place in range(len(labels) - 1, -1, -every):
            width = lettering.width(cut[labels[place]], SMALL)
            start = min(left + (place + 0.5) * pitch - width / 2, WIDTH - _EDGE - width)
            found.append((max(start, _EDGE), width, cut[labels[place]]))
        return found

    for every in range(1, len(labels) + 1):
        found = spans(every)
        if all(earlier + width + 26 <= later for (later, _, _), (earlier, width, _) in pairwise(found)):
            break
    for start, _, label in found:
        sheet.text(start, y, label, SMALL, SOFT)


def alt_text(data: PictureData) -> str:
    """The picture in words, at most 1,000 characters, for whoever cannot see it."""
    for longest in (80, 40, 16):
        found = _told(data, longest)
        if len(found) <= 1000:
            return found
    return f"{found[:999]}…"


def _told(data: PictureData, longest: int) -> str:
    sentences = [_short(data.heading, 100)]
    sentences += [f"{_short(book.title, longest)}: {counts(book)}" for book in data.books[:MOST_BOOKS]]
    if len(data.books) > MOST_BOOKS:
        sentences.append(f"And {len(data.books) - MOST_BOOKS:,} more books")
    if data.happened:
        drafted, approved = sum(day.drafted for day in data.days), sum(day.approved for day in data.days)
        released, events = sum(day.released for day in data.days), sum(day.events for day in data.days)
        busiest = max(data.days, key=lambda day: day.events)
        sentences.append(
            f"From {_short(data.days[0].label, 30)} to {_short(data.days[-1].label, 30)}: {drafted:,} chapters drafted,"
            f" {approved:,} approved, {released:,} released; {events:,} events, most on {_short(busiest.label, 30)}"
            f" ({busiest.events:,})"
        )
    else:
        sentences.append("Nothing happened in this time" if data.books else "Nothing has stirred yet")
    return ". ".join(sentences) + "."


def _short(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


class Pictures:
    """Draws pictures one after another in a thread of its own, so that the event loop goes on meanwhile."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")

    async def draw(self, data: PictureData) -> bytes:
        """The picture as a PNG."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, draw, data)

    async def warm_up(self) -> None:
        """Imports the drawing library, which takes a second or two, and draws once, so that the first picture comes soon."""
        await self.draw(PictureData("Progress", (), ()))

    async def close(self) -> None:
        """Waits for the picture being drawn and drops those that wait."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
