"""Paragraphs from the lines of a PDF: by indents, gaps, sizes and lines that end early. Poems keep their lines."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.ebooks.parsed_book import SCENE_BREAK
from bot.ebooks.reading.heading_rules import ends_sentence
from bot.ebooks.reading.pdf_lines import PageLine, find_body_size
from bot.ebooks.reading.text_layout import is_scene_break, join_lines

_INDENT: Final = 0.6  # times the size of the letters, from which a line is indented
_WIDE_GAP: Final = 1.35  # times the usual distance of lines, from which a new paragraph begins
_OTHER_SIZE: Final = 0.12  # by which sizes of the same paragraph may differ
_FAR: Final = 30  # times the size, from which a line below is no longer in the same column
_LEAST_LINES: Final = 6  # of a column, to tell its edges
_WORD: Final = re.compile(r"\w+")
_HEAD: Final = re.compile(r"[^\W\d_]+-?$")  # the part of a word at the end of a line
_HYPHENATED: Final = re.compile(r"\w+(?:-\w+)+")


@dataclass(slots=True)
class Paragraph:
    """One paragraph; ``is_apart`` says that there is empty space before it."""

    text: str
    page: int
    y: float
    size: float
    is_apart: bool


@dataclass(frozen=True, slots=True)
class _Column:
    left: float
    right: float


class ParagraphBuilder:
    """Puts the lines of all pages together."""

    def __init__(self, pages: Sequence[Sequence[PageLine]]) -> None:
        self._pages = pages
        lines = [line for page in pages for line in page]
        self._size = find_body_size(lines)
        self._leading = self._find_leading()
        self._tops = self._find_tops()
        self._edges = self._find_edges(lines)
        self._above = {id(line): above for page in pages for above, line in pairwise(page)}
        self._words = frozenset(word for line in lines for word in _WORD.findall(line.text.casefold()))
        self._is_hyphenated = any(line.is_broken for line in lines)
        self._indent = self._find_indent()
        self._hyphenated = frozenset(word for line in lines for word in _HYPHENATED.findall(line.text.casefold()))

    @property
    def body_size(self) -> float:
        """The size in which most of the text is set."""
        return self._size

    def build(self) -> list[Paragraph]:
        """All paragraphs in order."""
        return [paragraph for group, column in self._group_lines() if (paragraph := self._join(group, column)).text]

    def _group_lines(self) -> Iterator[tuple[list[PageLine], _Column]]:
        group: list[PageLine] = []
        before = _Column(0, 0)
        for column, lines in self._list_columns():
            for line in lines:
                if group and self._begins(group[-1], line, before, column):
                    yield group, before
                    group = []
                group.append(line)
                before = column
        if group:
            yield group, before

    def _list_columns(self) -> Iterator[tuple[_Column, Sequence[PageLine]]]:
        """The lines between two jumps on the page, which are a column, with its edges."""
        for page in self._pages:
            start = 0
            for index in range(1, len(page) + 1):
                if index == len(page) or self._jumps(page[index - 1], page[index]):
                    lines = page[start:index]
                    yield self._measure_column(lines), lines
                    start = index

    def _jumps(self, above: PageLine, line: PageLine) -> bool:
        return line.y > above.y + line.size or line.y < above.y - line.size * _FAR

    def _measure_column(self, lines: Sequence[PageLine]) -> _Column:
        usual = [line for line in lines if self._is_body(line)]
        if len(usual) < _LEAST_LINES:
            edges = self._edges.get(lines[0].page % 2)
            return edges or _Column(min(line.left for line in lines), max(line.right for line in lines))
        return _find_column(usual)

    def _find_edges(self, lines: Sequence[PageLine]) -> dict[int, _Column]:
        """The edges on left and right pages, for columns that are too short to tell."""
        sides = defaultdict(list)
        for line in lines:
            if self._is_body(line):
                sides[line.page % 2].append(line)
        return {side: _find_column(group) for side, group in sides.items() if len(group) >= _LEAST_LINES}

    def _is_body(self, line: PageLine) -> bool:
        return abs(line.size - self._size) <= self._size * _OTHER_SIZE

    def _find_leading(self) -> float:
        steps: Counter[float] = Counter()
        for page in self._pages:
            for above, below in pairwise(page):
                step = above.y - below.y
                if self._is_body(above) and self._is_body(below) and 0 < step < self._size * 4:
                    steps[round(step * 2) / 2] += 1
        return steps.most_common(1)[0][0] if steps else self._size * 1.2

    def _find_tops(self) -> float:
        """How high the first line of a page usually stands."""
        tops = [max(line.y for line in page) for page in self._pages if page]
        return statistics.median(tops) if tops else 0.0

    def _find_indent(self) -> float:
        """How far the first lines of paragraphs are indented, 0 where they are not."""
        indents: Counter[int] = Counter()
        count = 0
        for column, lines in self._list_columns():
            count += len(lines)
            indents.update(
                round(line.left - column.left)
                for line in lines
                if _INDENT * line.size < line.left - column.left < line.size * 4
            )
        indent, times = indents.most_common(1)[0] if indents else (0, 0)
        return indent if times * 30 >= count else 0

    def _begins(self, above: PageLine, line: PageLine, before: _Column, column: _Column) -> bool:
        """Whether a paragraph begins with this line."""
        if abs(above.size - line.size) > max(above.size, line.size) * _OTHER_SIZE:
            return True
        if is_scene_break(above.text) or is_scene_break(line.text):
            return True
        if above.is_broken:
            return False
        is_full = _is_filled(above, line, before)
        indent = line.left - column.left
        is_indented = _INDENT * line.size < indent
        if above.page != line.page or self._jumps(above, line):
            if self._is_low(line):
                return True
            if self._indent and abs(indent - self._indent) <= 1 and not line.text[:1].islower():
                return True
            return ends_sentence(above.text) and (is_indented or not is_full) and not line.text[:1].islower()
        if above.y - line.y > self._leading * _WIDE_GAP * max(line.size / self._size, 0.5):
            return True
        is_level = abs((above.left - before.left) - indent) < line.size * 0.3
        if is_indented and self._indent and abs(indent - self._indent) <= 1:
            return True
        if is_indented:
            is_verse = is_level and indent > line.size * 2.5 and not is_full and not ends_sentence(above.text)
            return not (is_verse or (is_level and is_full))
        return not is_full and ends_sentence(above.text)

    def _is_low(self, line: PageLine) -> bool:
        return (
            line.y < self._tops - self._leading * 2.5
            and line.page < len(self._pages)
            and line is self._pages[line.page][0]
        )

    def _join(self, group: Sequence[PageLine], column: _Column) -> Paragraph:
        first = group[0]
        pairs = list(pairwise(group))
        open_pairs = sum(not _is_filled(above, line, column) and not above.is_broken for above, line in pairs)
        if len(group) == 1 and is_scene_break(first.text):
            text = SCENE_BREAK
        elif pairs and open_pairs * 2 > len(pairs) and self._is_body(first):
            text = "\n".join(self._mend_lines(group))
        else:
            text = join_lines(self._mend_lines(group))
        return Paragraph(text, first.page, first.y, first.size, is_apart=self._is_apart(first))

    def _is_apart(self, line: PageLine) -> bool:
        above = self._above.get(id(line))
        if above is None:
            return self._is_low(line) or not self._is_body(line)
        return above.y - line.y > self._leading * _WIDE_GAP or not self._is_body(line) or not self._is_body(above)

    def _mend_lines(self, group: Sequence[PageLine]) -> list[str]:
        """The texts of the lines, with words that were broken at a line's end put together in the line above."""
        texts: list[str] = []
        is_broken = False
        for line in group:
            head = _HEAD.search(texts[-1]) if texts else None
            is_cut = head is not None and self._is_hyphenated and head[0].endswith("-") and line.text[0].islower()
            if head and (is_broken or is_cut):
                tail = _first_word(line.text)
                hyphen = "-" if self._has_hyphen(head[0].rstrip("-"), tail) else ""
                texts[-1] = texts[-1].removesuffix("-" if is_cut else "") + hyphen + line.text
            else:
                texts.append(line.text)
            is_broken = line.is_broken
        return texts

    def _has_hyphen(self, head: str, tail: str) -> bool:
        """Whether the word is written with a hyphen elsewhere in the book and never without."""
        tail = _WORD.findall(tail)[0] if _WORD.search(tail) else tail
        return f"{head}-{tail}".casefold() in self._hyphenated and (head + tail).casefold() not in self._words


def _find_column(lines: Sequence[PageLine]) -> _Column:
    lefts = Counter(round(line.left) for line in lines)
    rights = sorted(line.right for line in lines)
    most = max(lefts.values())
    left = min(value for value, count in lefts.items() if count * 3 >= most)
    return _Column(left, rights[len(rights) * 19 // 20])


def _is_filled(above: PageLine, line: PageLine, column: _Column) -> bool:
    """Whether the first word of the line had no room in the line above."""
    word = _first_word(line.text)
    width = (line.right - line.left) / max(len(line.text), 1) * (len(word) + 1)
    return above.right + width > column.right - line.size * 0.4


def _first_word(text: str) -> str:
    return text[:1] if text[:1] >= "\u2e80" else text.split(" ", 1)[0]
