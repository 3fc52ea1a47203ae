"""How a plain text marks its paragraphs, and the paragraphs without line ends that only filled the width of a page."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bot.ebooks.parsed_book import SCENE_BREAK
from bot.ebooks.reading.heading_rules import ends_sentence

_SCENE_BREAK: Final = re.compile(r"(?:[*＊•·●◆◇○☆★✻✽❦❧#~～_=+oO–—―-]\s*){3,}|[#⁂☙❦❧✻✽◆◇☆★]|\*{1,2}|…{2,}")
_GLUED_END: Final = re.compile(r"\w-$|--$|[—–]$")  # of a line, after which no space is needed
_LEAST_WIDTH: Final = 36  # columns
_MOST_WIDTH: Final = 112
_LEAST_PAIRS: Final = 3  # of lines, to tell the width
_SLACK: Final = 4  # columns by which lines that fill the width may differ
_FEW_BLANKS: Final = 0.06  # of all lines
_VERSE_WIDTH: Final = 50  # characters of a verse at most, in a text whose other lines are paragraphs
_LONG_LINE: Final = 112  # columns; a longer line is a paragraph


def is_scene_break(text: str) -> bool:
    """Whether a line is nothing but the signs that stand between two scenes."""
    text = text.strip()
    return len(text) <= 60 and not text.isalnum() and _SCENE_BREAK.fullmatch(text) is not None


def measure_width(text: str) -> int:
    """Columns of a text where letters are equally wide and Chinese signs are twice as wide."""
    if text.isascii() or max(text) < "\u1100":  # where wide characters begin
        return len(text)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def join_lines(lines: Sequence[str]) -> str:
    """One paragraph of lines that only fill the width: with a space, where the language has them and no word is broken."""
    parts: list[str] = []
    end = ""
    for line in lines:
        part = " ".join(line.split())
        is_glued = not end or _GLUED_END.search(end) or (_has_no_spaces(end[-1]) and _has_no_spaces(part[:1]))
        parts.append(part if is_glued else f" {part}")
        end = part[-2:] or end
    return "".join(parts)


def _has_no_spaces(character: str) -> bool:
    return "\u2e80" <= character < "\uac00" or character > "\uf8ff"


class TextLayout:
    """What the line ends of one text mean, measured once and then used for any piece of it."""

    def __init__(self, lines: Sequence[str]) -> None:
        blocks = list(_list_blocks(lines))
        pairs = [(above, below) for block in blocks for above, below in pairwise(block)]
        widths = sorted(measure_width(above.rstrip()) for above, _ in pairs)
        self._width = widths[len(widths) * 19 // 20] if len(widths) >= _LEAST_PAIRS else 0
        filled = sum(self._is_filled(above, below) for above, below in pairs)
        self._is_wrapped = _LEAST_WIDTH <= self._width <= _MOST_WIDTH and filled * 10 >= len(pairs) * 5
        written = [line for line in lines if line.strip()]
        indented = sum(line[0].isspace() for line in written)
        self._has_indents = (
            len(lines) - len(written) < len(lines) * _FEW_BLANKS and len(written) * 0.03 < indented < len(written) * 0.8
        )
        ended = sum(bool(ends_sentence(above.rstrip())) for above, _ in pairs)
        is_long = any(width > _LONG_LINE for width in widths)
        self._has_paragraph_lines = is_long or ended * 10 >= len(pairs) * 6

    def join(self, lines: Sequence[str]) -> str:
        """The paragraphs of these lines with one empty line between them; poems keep their lines."""
        return "\n\n".join(paragraph for block in _list_blocks(lines) for paragraph in self._join_block(block))

    def _join_block(self, block: Sequence[str]) -> Iterator[str]:
        if not self._is_wrapped:
            lines = [" ".join(line.split()) for line in block]
            lines = [SCENE_BREAK if is_scene_break(line) else line for line in lines]
            yield from _join_verse(lines) if self._has_paragraph_lines else ["\n".join(lines)]
            return
        for paragraph in self._split_block(block):
            if len(paragraph) == 1 and is_scene_break(paragraph[0]):
                yield SCENE_BREAK
            elif self._keeps_lines(paragraph):
                yield "\n".join(" ".join(line.split()) for line in paragraph)
            else:
                yield join_lines(paragraph)

    def _split_block(self, block: Sequence[str]) -> Iterator[Sequence[str]]:
        """The paragraphs of lines without an empty one among them: scene breaks and indented lines begin a new one."""
        start = 0
        for index, line in enumerate(block):
            begins = (self._has_indents and line[0].isspace()) or is_scene_break(line)
            if index > start and (begins or is_scene_break(block[index - 1])):
                yield block[start:index]
                start = index
        yield block[start:]

    def _keeps_lines(self, paragraph: Sequence[str]) -> bool:
        """Whether most lines end before the width is filled, as in a poem or an address."""
        pairs = list(pairwise(paragraph))
        return sum(not self._is_filled(above, below) for above, below in pairs) * 2 > len(pairs)

    def _is_filled(self, above: str, below: str) -> bool:
        """Whether the first word of the line below had no room in the line above."""
        words = below.split()
        first = below.strip()[:1] if words and _has_no_spaces(below.strip()[0]) else words[0]
        return measure_width(above.rstrip()) + 1 + measure_width(first) > self._width - _SLACK


def _join_verse(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs of one line each, except for short lines that do not end a sentence: they are verses with the next line."""
    verses: list[str] = []
    for line in lines:
        is_short = len(line) <= _VERSE_WIDTH and line != SCENE_BREAK
        if verses and not (is_short and not ends_sentence(verses[-1])):
            yield "\n".join(verses)
            verses = []
        if not is_short:
            yield line
        else:
            verses.append(line)
    if verses:
        yield "\n".join(verses)


def _list_blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block
