"""Decodes one JSON value in the middle of a text, or says why that is impossible."""

import json
from typing import Any, Final

FILE_ENDS: Final = "the file ends in the middle of it"
TOO_DEEP: Final = "it is nested too deeply"
NUMBER_TOO_LONG: Final = "a number in it is too long"
_decode: Final = json.JSONDecoder().raw_decode
_FIRST_WINDOW: Final = 1_024
"""Characters that are decoded first. Most damaged places are recognised within them."""
_LONGEST_TOKEN: Final = 16
"""Characters. An error so close to the window's end may come from a token that the window cuts: the longest are ``-Infinity``
(9) and an escaped surrogate pair (12)."""
_LITERALS: Final = ("true", "false", "null", "NaN", "Infinity", "-Infinity")


class UnreadableError(Exception):
    """A value cannot be decoded; ``reason`` says why in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Decoder:
    """Decodes values of one text, whose end may be missing."""

    def __init__(self, text: str) -> None:
        self._text = text

    def decode_at(self, start: int) -> tuple[Any, int]:
        """The value that begins at ``start``, and the position of its end.

        The standard library counts the lines before each error. On the whole text that would make a file with many damaged
        places take quadratic time, so a window of the text is decoded, which doubles as long as the value does not fit.

        Raises:
            json.JSONDecodeError: there is no value; its ``pos`` counts from ``start``.
            RecursionError: the value is nested too deeply.
            ValueError: a number is too long.
        """
        size = _FIRST_WINDOW
        while start + size < len(self._text):
            window = self._text[start : start + size]
            try:
                value, length = _decode(window)
            except json.JSONDecodeError as error:
                if not _may_be_cut(error, size):
                    raise
            else:
                if length < size:  # a number that ends with the window may go on behind it
                    return value, start + length
            size *= 2
        value, length = _decode(self._text[start:])
        return value, start + length

    def decode_value(self, start: int, line: int) -> tuple[Any, int]:
        """Like ``decode_at`` for a value that begins on ``line``, with the error in words.

        Raises:
            UnreadableError: there is no value.
        """
        try:
            return self.decode_at(start)
        except json.JSONDecodeError as error:
            if self._is_at_the_end(error, start):
                raise UnreadableError(FILE_ENDS) from None
            line += self._text.count("\n", start, start + error.pos)
            problem = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
            raise UnreadableError(f"it is damaged on line {line} ({problem})") from None
        except RecursionError:
            raise UnreadableError(TOO_DEEP) from None
        except ValueError:  # Python converts no number of more than 4,300 digits
            raise UnreadableError(NUMBER_TOO_LONG) from None

    def _is_at_the_end(self, error: json.JSONDecodeError, start: int) -> bool:
        """Whether the error comes from the end of the file and not from a damaged place."""
        if error.msg.startswith("Unterminated"):
            return True
        position = start + error.pos
        remainder = self._text[position : position + _LONGEST_TOKEN].strip()
        is_cut_literal = any(literal.startswith(remainder) for literal in _LITERALS)
        is_cut_escape = "escape" in error.msg and len(remainder) < len(r"\u0000")
        return is_cut_literal or is_cut_escape


def _may_be_cut(error: json.JSONDecodeError, size: int) -> bool:
    """Whether the error may come from the end of a window of ``size`` characters."""
    return error.msg.startswith("Unterminated") or error.pos > size - _LONGEST_TOKEN
