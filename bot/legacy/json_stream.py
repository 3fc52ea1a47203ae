"""Reads a JSON file of any size block by block: an intact file never stands in memory as a whole.

As long as every element is complete, only the current block is kept. From the first damaged place on, the rest of the file is
read at once, because finding the next element may need all of it (``json_recovery``).
"""

from collections.abc import Iterator
from typing import Final

from bot.legacy.json_recovery import IsElement, Segment, SegmentReader

_LARGEST_ELEMENT: Final = 8_000_000
"""Characters. A longer one counts as damaged here, and is read with the rest of the file."""


def stream_segments(blocks: Iterator[str], *, keyed: bool, is_element: IsElement) -> Iterator[tuple[Segment, str]]:
    """The segments of the text that ``blocks`` make up, in order, each with the text that its positions count in."""
    brackets = "{}" if keyed else "[]"
    source = _Source(blocks)
    source.drop_whitespace()
    if not source.text.startswith(brackets[0]):
        yield from _read_all(source.text + source.read_rest(), brackets, is_element, source.line)
        return
    source.drop(1)
    while True:
        at = 0
        reader = SegmentReader(source.text, brackets, is_element, source.line)
        for segment in reader.read_intact(is_complete=source.is_complete):
            yield segment, source.text
            at = reader.position
        source.drop(at)
        if source.is_complete or (not at and len(source.text) > _LARGEST_ELEMENT):
            break
        source.extend()
    # With the bracket in front it is a file that begins with the first element that has not been read.
    yield from _read_all(brackets[0] + source.text + source.read_rest(), brackets, is_element, source.line)


def _read_all(text: str, brackets: str, is_element: IsElement, line: int) -> Iterator[tuple[Segment, str]]:
    for segment in SegmentReader(text, brackets, is_element, line).read_segments():
        yield segment, text


class _Source:
    """The part of the text that is in memory; it begins on ``line``."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self.text = ""
        self.line = 1
        self.is_complete = False
        self.extend()

    def extend(self) -> None:
        """Adds at least one block, and as much as there is already: trying again costs no quadratic time."""
        wanted = 2 * len(self.text)
        parts = [self.text]
        size = len(self.text)
        while not self.is_complete and (len(parts) == 1 or size < wanted):
            block = next(self._blocks, None)
            if block is None:
                self.is_complete = True
            else:
                parts.append(block)
                size += len(block)
        self.text = "".join(parts)

    def drop(self, length: int) -> None:
        """Forgets the beginning."""
        self.line += self.text.count("\n", 0, length)
        self.text = self.text[length:]

    def drop_whitespace(self) -> None:
        """The text begins with the first character that means something."""
        while True:
            self.drop(1 if self.text.startswith("\ufeff") else 0)
            self.drop(len(self.text) - len(self.text.lstrip(" \t\r\n")))
            if self.text or self.is_complete:
                return
            self.extend()

    def read_rest(self) -> str:
        """Everything that is not in memory yet."""
        self.is_complete = True
        return "".join(self._blocks)
