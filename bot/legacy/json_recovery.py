"""Reads a JSON file that may be damaged: everything complete comes back, and the stretches that cannot be read.

A sound file is one array or one object, decoded element by element. Where an element cannot be decoded, the reader goes from
brace to brace until it finds one that decodes to something that belongs there (``Accepts``), and goes on behind it. Each
brace is tried once, so the time grows with the file's length times the depth of its nesting, never with its square.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.legacy.json_decoder import CUT_OFF, BrokenError, Decoder

Accepts = Callable[[str | None, dict[str, Any]], bool]
"""Whether an object found after a damage is an element, judged by its key (None where it has none) and its content."""

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_BRACE: Final = re.compile(r"\{")
_MEMBER: Final = re.compile(r'"[ \t\r\n]*:[ \t\r\n]*\Z')
_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[][{}]', re.DOTALL)
_LONGEST_KEY: Final = 1_000
_NOTHING: Final = " \t\r\n,[]{}\x00\ufeff"
CUT_AFTER: Final = "the file is cut off here; whatever followed is not in it"
TEXT: Final = "it is a mere text; a quotation mark may be missing before it"
NO_END: Final = "it has no end; the next one seems to stand in it"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text, ``start`` to ``end``, beginning on ``line`` (from 1).

    Without ``fault`` it is a complete element with its ``value``, which begins at ``body``, and in an object its ``key``;
    else ``fault`` says why it cannot be read. An empty stretch with a fault is the place where the file was cut off between
    two elements.
    """

    line: int
    start: int
    end: int
    key: str | None = None
    value: Any = None
    body: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Element:
    start: int
    end: int
    key: str | None
    value: Any
    body: int


def pieces(text: str, *, keyed: bool, accepts: Accepts) -> Iterator[Piece]:
    """The text's elements and unreadable stretches, in order; ``keyed``: an object of elements is expected, not an array."""
    return _Reader(text, "{}" if keyed else "[]", accepts).pieces()


class _Reader:
    def __init__(self, text: str, brackets: str, accepts: Accepts) -> None:
        self._text = text
        self._decoder = Decoder(text)
        self._open, self._close = brackets[0], brackets[1]
        self._accepts = accepts
        self._hopeless: set[int] = set()  # braces of a nest too deep to be read that are never closed
        self._line, self._counted = 1, 0

    def pieces(self) -> Iterator[Piece]:
        at = self._after_blank(1 if self._text.startswith("\ufeff") else 0)
        if at == len(self._text):
            return
        why, closed = "", True
        if self._text.startswith(self._open, at):
            at, closed = self._after_blank(at + 1), False
        else:
            why = f"{'an object' if self._open == '{' else 'an array'} was expected here"
        while why or at < len(self._text):
            if not why and self._text.startswith(self._close, at):
                at, closed, why = at + 1, True, "it stands behind the end"
            found, why = (None, why) if why else self._sound(at)
            if found is None:  # from a damage on: the stretch up to the next element, which is read as sound again
                found = self._next(at)
                end = len(self._text) if found is None else found.start
                if self._text[at:end].strip(_NOTHING):
                    yield Piece(self._line_of(at), at, end, fault=why)
                    closed = closed or found is None
                if found is None:
                    break
            yield Piece(self._line_of(found.start), found.start, found.end, found.key, found.value, found.body)
            at, why = self._after_blank(found.end), ""
            if self._text.startswith(",", at):
                at = self._after_blank(at + 1)
        if not closed:
            yield Piece(self._line_of(at), at, at, fault=CUT_AFTER)

    def _sound(self, at: int) -> tuple[_Element | None, str]:
        try:
            return self._element(at), ""
        except BrokenError as broken:
            return None, broken.why

    def _element(self, at: int) -> _Element:
        start, key = at, None
        if self._open == "{":
            key, at = self._decoder.value(at, self._line_of(at))
            at = self._after_blank(at)
            if not isinstance(key, str) or not self._text.startswith(":", at):
                raise BrokenError("it has no name" if at < len(self._text) else CUT_OFF)
            at = self._after_blank(at + 1)
        value, end = self._decoder.value(at, self._line_of(at))
        if self._open == "[" and isinstance(value, str) and "{" in value:
            raise BrokenError(TEXT)  # a quotation mark too few before it: the next element's first brace is in it
        if self._swallows(value):
            raise BrokenError(NO_END)
        return _Element(start, end, key, value, at)

    def _swallows(self, value: object) -> bool:
        """Whether a document has lost its closing brace, so that the next one has become a member of it."""
        if self._open != "{" or not isinstance(value, dict):
            return False
        return any(isinstance(inner, dict) and self._accepts(key, inner) for key, inner in value.items())

    def _next(self, at: int) -> _Element | None:
        """The first element at or behind ``at`` that belongs here."""
        floor = at
        while brace := _BRACE.search(self._text, at):
            at = brace.start()
            if at in self._hopeless:
                at += 1
                continue
            try:
                value, end = self._decoder.plain(at)
            except RecursionError:
                at = self._behind_nest(at)
                continue
            except ValueError:
                at += 1
                continue
            start, key = self._key_before(at, floor)
            if self._accepts(key, value) and not self._swallows(value):
                return _Element(start, end, key, value, at)
            at += 1
        return None

    def _key_before(self, at: int, floor: int) -> tuple[int, str | None]:
        """Where the member of an object begins whose value begins at ``at``, and its key; ``at`` itself and None without."""
        window = max(floor, at - _LONGEST_KEY)
        before = _MEMBER.search(self._text[window:at]) if self._open == "{" else None
        if before is None:
            return at, None
        quote = window + before.start()
        start = self._text.rfind('"', window, quote)
        while start > window and self._text[start - 1] == "\\":
            start = self._text.rfind('"', window, start)
        try:
            key, end = self._decoder.plain(start) if start >= 0 else (None, 0)
        except ValueError:
            return at, None
        return (start, key) if isinstance(key, str) and end == quote + 1 else (at, None)

    def _behind_nest(self, at: int) -> int:
        """Where to look on behind a nest that is too deep: behind its end, or where it has none, at its next brace.

        The braces that are never closed are remembered, since trying each of them would take for ever.
        """
        stack: list[int] = []
        for token in _TOKEN.finditer(self._text, at):
            sign = token.group()
            if sign in "{[":
                stack.append(token.start())
            elif sign in "}]":
                stack.pop()
                if not stack:
                    return token.end()
        self._hopeless.update(stack)
        return at + 1

    def _after_blank(self, at: int) -> int:
        blank = _BLANK.match(self._text, at)
        return blank.end() if blank else at

    def _line_of(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at) if at > self._counted else 0
        self._counted = max(self._counted, at)
        return self._line
