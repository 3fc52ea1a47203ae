"""Running heads and page numbers: what stands at the top and the bottom of pages without being part of the text."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.ebooks.reading.numbering import ROMAN_NUMERAL, read_numeral
from bot.ebooks.reading.pdf_lines import PageLine, group_rows

_ROWS: Final = 2  # at either end of a page that can be a running head
_NEAR: Final = 8  # pages on which the same running head comes again
_LEAST_PAGES: Final = 3  # with the same running head
_LEAST_SHARE: Final = 0.15  # of all pages with a running head, from which all that stands at its height is one
_NUMBER: Final = re.compile(
    rf"^\W*(\d{{1,4}}|{ROMAN_NUMERAL})(?=\W|$)|(?<!\w)(\d{{1,4}}|{ROMAN_NUMERAL})\W*$", re.IGNORECASE
)
_PAGE_OF: Final = re.compile(
    r"(?:page|p|seite|стр|страница|página|pagina|halaman)?\W*(?:(?:of|von|de|sur|из|/)\W*\d+)?\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row at the end of a page: ``place`` is 0 for the outermost, and ``label`` the text without the page's number."""

    page: int
    is_top: bool
    place: int
    indexes: tuple[int, ...]
    text: str
    label: str
    y: float
    size: float


def drop_margins(pages: Sequence[list[PageLine]]) -> list[list[PageLine]]:
    """The lines of each page without running heads and page numbers."""
    rows = _list_rows(pages)
    offsets = _find_offsets(rows)
    rows = [_label_row(row, offsets) for row in rows]
    dropped = _find_repeated(rows) | {_name(row) for row in rows if row.text and not row.label}
    dropped |= _find_aligned(rows, dropped, len(pages))
    lines_of: dict[int, set[int]] = defaultdict(set)
    for row in rows:  # the outermost first
        is_reached = row.place == 0 or (row.page, row.is_top, row.place - 1) in dropped
        if _name(row) in dropped and is_reached:
            lines_of[row.page] |= set(row.indexes)
    return [
        [line for index, line in enumerate(lines) if index not in lines_of[page]] for page, lines in enumerate(pages)
    ]


def _name(row: _Row) -> tuple[int, bool, int]:
    return row.page, row.is_top, row.place


def _list_rows(pages: Sequence[list[PageLine]]) -> list[_Row]:
    found = []
    for page, lines in enumerate(pages):
        rows = group_rows(lines)
        for is_top, ordered in ((True, rows), (False, rows[::-1])):
            for place, row in enumerate(ordered[:_ROWS]):
                first = lines[row[0]]
                text = " ".join(lines[index].text for index in sorted(row, key=lambda index: lines[index].left))
                found.append(_Row(page, is_top, place, tuple(row), text, text, first.y, first.size))
    return sorted(found, key=lambda row: row.place)


def _find_offsets(rows: Sequence[_Row]) -> set[int]:
    """By how much printed page numbers differ from the pages' places in the file; front matter has its own numbers."""
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update({number - row.page for number in _read_numbers(row.text)})
    least = max(_LEAST_PAGES, max(counts.values(), default=0) // 20)
    return {offset for offset, count in counts.items() if count >= least}


def _read_numbers(text: str) -> list[int]:
    return [number for match in _NUMBER.finditer(text) if (number := read_numeral(match[1] or match[2])) is not None]


def _label_row(row: _Row, offsets: set[int]) -> _Row:
    label = row.text
    for match in _NUMBER.finditer(row.text):
        number = read_numeral(match[1] or match[2])
        if number is not None and number - row.page in offsets:
            label = row.text[: match.start()] + row.text[match.end() :]
            label = "" if _PAGE_OF.fullmatch(label) else label
            break
    return _Row(
        row.page, row.is_top, row.place, row.indexes, row.text, label.strip(" |·•–—-").casefold(), row.y, row.size
    )


def _find_repeated(rows: Sequence[_Row]) -> set[tuple[int, bool, int]]:
    """Rows with the same text at the same height on pages near each other."""
    groups: dict[tuple[bool, str], list[_Row]] = defaultdict(list)
    ends = {
        is_top: statistics.median(outer)
        for is_top in (True, False)
        if (outer := [row.y for row in rows if row.is_top is is_top and row.place == 0])
    }
    for row in rows:
        inside = (ends[row.is_top] - row.y) * (1 if row.is_top else -1)
        if row.label and inside < row.size * (1 + row.place * 1.5):  # a chapter's heading stands lower
            groups[row.is_top, row.label].append(row)
    dropped = set()
    for group in groups.values():
        if len({row.page for row in group}) < _LEAST_PAGES:
            continue
        size, y = statistics.median(row.size for row in group), statistics.median(row.y for row in group)
        alike = sorted((row for row in group if abs(row.size - size) < size * 0.08 and abs(row.y - y) < 4), key=_name)
        for index, row in enumerate(alike):
            near = [other for other in alike[max(index - 2, 0) : index + 3] if 0 < abs(other.page - row.page) <= _NEAR]
            if len(near) >= _LEAST_PAGES - 1:
                dropped.add(_name(row))
    return dropped


def _find_aligned(rows: Sequence[_Row], dropped: set[tuple[int, bool, int]], pages: int) -> set[tuple[int, bool, int]]:
    """Rows at the height of running heads: the title of a chapter that has only a page or two."""
    found = set()
    for is_top in (True, False):
        outer = [row for row in rows if row.is_top is is_top and row.place == 0]
        heads = Counter(_level(row) for row in outer if _name(row) in dropped and row.label)
        levels = {level for level, count in heads.items() if count >= max(_LEAST_PAGES, pages * _LEAST_SHARE)}
        found |= {_name(row) for row in outer if _level(row) in levels}
    return found


def _level(row: _Row) -> tuple[int, float]:
    return round(row.y), row.size
