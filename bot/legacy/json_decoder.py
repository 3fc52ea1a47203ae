"""One JSON value out of the middle of a text, or why there is none."""

import json
from typing import Any, Final

CUT_OFF: Final = "the file ends in the middle of it"
TOO_DEEP: Final = "it is nested too deeply"
TOO_LONG_A_NUMBER: Final = "a number in it is too long"
_DECODE: Final = json.JSONDecoder().raw_decode
_WORDS: Final = ("true", "false", "null", "NaN", "Infinity", "-Infinity")


class BrokenError(Exception):
    """No value can be decoded; ``why`` is the reason in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Decoder:
    """Decodes values of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._uncounted = _Uncounted(text)

    def plain(self, at: int) -> tuple[Any, int]:
        """The value that begins at ``at`` and where it ends; ``ValueError`` or ``RecursionError`` where there is none."""
        return _DECODE(self._uncounted, at)

    def value(self, at: int, line: int) -> tuple[Any, int]:
        """The same for a value that begins on ``line``; ``BrokenError`` where there is none."""
        try:
            return self.plain(at)
        except json.JSONDecodeError as error:
            if self._at_the_end(error):
                raise BrokenError(CUT_OFF) from None
            line += self._text.count("\n", at, error.pos)
            what = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
            raise BrokenError(f"it is damaged on line {line} ({what})") from None
        except RecursionError:
            raise BrokenError(TOO_DEEP) from None
        except ValueError:  # Python reads no whole number of more than 4,300 digits
            raise BrokenError(TOO_LONG_A_NUMBER) from None

    def _at_the_end(self, error: json.JSONDecodeError) -> bool:
        if error.msg.startswith("Unterminated"):
            return True
        rest = self._text[error.pos : error.pos + 16].strip()
        return any(word.startswith(rest) for word in _WORDS) or ("escape" in error.msg and len(rest) < 6)


class _Uncounted(str):
    """Each ``JSONDecodeError`` counts lines from the text's beginning: a million of them would take for ever."""

    __slots__ = ()

    def count(self, *_: object) -> int:
        return 0

    def rfind(self, *_: object) -> int:
        return 0
