"""Reads a JSON file that may be damaged: every complete element, and the segments that cannot be read.

An intact file is one array or one object and is decoded element by element. If an element cannot be decoded, the reader
tries one brace after the other until it finds an object that belongs in the file (``IsElement``), and continues behind it.
Each brace is tried once, so the time grows with the file's length times the depth of its nesting, never with its square.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.legacy.json_decoder import FILE_ENDS, Decoder, UnreadableError

IsElement = Callable[[str | None, dict[str, Any]], bool]
"""Whether an object found after a damaged place is an element, by its key (None if it has none) and its content."""

_WHITESPACE: Final = re.compile(r"[ \t\r\n]*")
_BRACE: Final = re.compile(r"\{")
_KEY_END: Final = re.compile(r'"[ \t\r\n]*:[ \t\r\n]*\Z')
_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[][{}]', re.DOTALL)
_MAX_KEY: Final = 1_000
"""Characters before a value in which its key is looked for; ids have far fewer."""
_NOTHING: Final = " \t\r\n,[]{}\x00\ufeff"
"""A segment of these characters alone contains no data and is not reported."""
FILE_CUT_OFF: Final = "the file is cut off here; whatever followed is not in it"
STRAY_TEXT: Final = "it is only a text; a quotation mark may be missing before it"
MISSING_END: Final = "it has no end; the next one seems to be inside it"
BEHIND_THE_END: Final = "it is behind the end"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text from ``start`` to ``end``, which begins on ``line`` (from 1).

    Without ``error`` it is a complete element: its ``value``, which begins at ``value_start``, and its ``key`` if the file
    is an object. Otherwise ``error`` says why it cannot be read. An empty segment with an error is the place where the file
    was cut off between two elements.
    """

    line: int
    start: int
    end: int
    key: str | None = None
    value: Any = None
    value_start: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Element:
    start: int
    end: int
    key: str | None
    value: Any
    value_start: int


def read_segments(text: str, *, keyed: bool, is_element: IsElement) -> Iterator[Segment]:
    """The text's elements and unreadable segments, in order; ``keyed`` means that an object is expected, not an array."""
    return SegmentReader(text, "{}" if keyed else "[]", is_element).read_segments()


class SegmentReader:
    """Reads one text, which begins on ``line``; ``brackets`` are those around the file's elements."""

    def __init__(self, text: str, brackets: str, is_element: IsElement, line: int = 1) -> None:
        self._text = text
        self._decoder = Decoder(text)
        self._open, self._close = brackets[0], brackets[1]
        self._is_element = is_element
        # Braces that are never closed inside a nesting that is too deep; trying each would take quadratic time.
        self._unclosed_braces: set[int] = set()
        self._line, self._line_position = line, 0
        self.position = 0

    def read_intact(self, *, is_complete: bool) -> Iterator[Segment]:
        """Elements from the text's beginning, which lies between two of them, until one cannot be read.

        ``position`` is where the next one begins. Without ``is_complete`` more text follows, so an element counts only if
        something stands behind it.
        """
        at = self._skip_whitespace(0)
        while at < len(self._text) and not self._text.startswith(self._close, at):
            element, _ = self._try_element(at)
            if element is None or (not is_complete and self._skip_whitespace(element.end) == len(self._text)):
                return
            at = self.position = self._skip_separator(element.end)
            line = self._line_of(element.start)
            yield Segment(line, element.start, element.end, element.key, element.value, element.value_start)

    def read_segments(self) -> Iterator[Segment]:
        """The elements and the unreadable segments of a whole file."""
        at = self._skip_whitespace(1 if self._text.startswith("\ufeff") else 0)
        if at == len(self._text):
            return
        error = ""
        is_closed = not self._text.startswith(self._open, at)
        if is_closed:
            error = f"{'an object' if self._open == '{' else 'an array'} was expected here"
        else:
            at = self._skip_whitespace(at + 1)
        while error or at < len(self._text):
            if not error and self._text.startswith(self._close, at):
                at, is_closed, error = at + 1, True, BEHIND_THE_END
            element, error = (None, error) if error else self._try_element(at)
            if element is None:  # the unreadable segment reaches to the next element, where normal reading continues
                element = self._find_next_element(at)
                end = len(self._text) if element is None else element.start
                if self._text[at:end].strip(_NOTHING):
                    yield Segment(self._line_of(at), at, end, error=error)
                    is_closed = is_closed or element is None
                if element is None:
                    break
            line, value = self._line_of(element.start), element.value
            yield Segment(line, element.start, element.end, element.key, value, element.value_start)
            at, error = self._skip_separator(element.end), ""
        if not is_closed:
            yield Segment(self._line_of(at), at, at, error=FILE_CUT_OFF)

    def _try_element(self, at: int) -> tuple[_Element | None, str]:
        """The element at ``at``, or None and why it cannot be read."""
        try:
            return self._read_element(at), ""
        except UnreadableError as error:
            return None, error.reason

    def _read_element(self, start: int) -> _Element:
        at, key = start, None
        if self._open == "{":
            key, at = self._decoder.decode_value(at, self._line_of(at))
            at = self._skip_whitespace(at)
            if not isinstance(key, str) or not self._text.startswith(":", at):
                raise UnreadableError("it has no name" if at < len(self._text) else FILE_ENDS)
            at = self._skip_whitespace(at + 1)
        value, end = self._decoder.decode_value(at, self._line_of(at))
        if self._open == "[" and isinstance(value, str) and "{" in value:
            raise UnreadableError(
                STRAY_TEXT
            )  # a quotation mark is missing: this text contains the next element's brace
        if self._contains_element(value):
            raise UnreadableError(MISSING_END)
        return _Element(start, end, key, value, at)

    def _contains_element(self, value: object) -> bool:
        """Whether a document lacks its closing brace, so that the next document has become a member of it."""
        if self._open != "{" or not isinstance(value, dict):
            return False
        return any(isinstance(inner, dict) and self._is_element(key, inner) for key, inner in value.items())

    def _find_next_element(self, at: int) -> _Element | None:
        """The first element at or behind ``at``."""
        search_start = at
        while brace := _BRACE.search(self._text, at):
            at = brace.start()
            if at in self._unclosed_braces:
                at += 1
                continue
            try:
                value, end = self._decoder.decode_at(at)
            except RecursionError:
                at = self._skip_deep_nesting(at)
                continue
            except ValueError:
                at += 1
                continue
            start, key = self._find_key_before(at, search_start)
            if self._is_element(key, value) and not self._contains_element(value):
                return _Element(start, end, key, value, at)
            at += 1
        return None

    def _find_key_before(self, value_start: int, search_start: int) -> tuple[int, str | None]:
        """The position and the text of the key of the value at ``value_start``; without a key, that position and None."""
        window = max(search_start, value_start - _MAX_KEY)
        key_end = _KEY_END.search(self._text[window:value_start]) if self._open == "{" else None
        if key_end is None:
            return value_start, None
        quote = window + key_end.start()
        start = self._text.rfind('"', window, quote)
        while start > window and self._text[start - 1] == "\\":
            start = self._text.rfind('"', window, start)
        if start < 0:
            return value_start, None
        try:
            key, end = self._decoder.decode_at(start)
        except ValueError:
            return value_start, None
        return (start, key) if isinstance(key, str) and end == quote + 1 else (value_start, None)

    def _skip_deep_nesting(self, at: int) -> int:
        """Where to continue behind a nesting that is too deep: behind its end, or at the next brace if it has no end."""
        open_brackets: list[int] = []
        for token in _STRING_OR_BRACKET.finditer(self._text, at):
            character = token.group()
            if character in "{[":
                open_brackets.append(token.start())
            elif character in "}]":
                open_brackets.pop()
                if not open_brackets:
                    return token.end()
        self._unclosed_braces.update(open_brackets)
        return at + 1

    def _skip_separator(self, at: int) -> int:
        """Where the next element begins, with or without a comma."""
        at = self._skip_whitespace(at)
        return self._skip_whitespace(at + 1) if self._text.startswith(",", at) else at

    def _skip_whitespace(self, at: int) -> int:
        match = _WHITESPACE.match(self._text, at)
        return match.end() if match else at

    def _line_of(self, at: int) -> int:
        """The line of ``at``; positions must not decrease from call to call, so that each line is counted once."""
        self._line += self._text.count("\n", self._line_position, at) if at > self._line_position else 0
        self._line_position = max(self._line_position, at)
        return self._line
