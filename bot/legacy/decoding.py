"""Bytes to text, and the few conversions that imported values need."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

from bot.ebooks.encodings import BOMS
from bot.ebooks.text import UNSTORABLE_CHARACTERS

_BLOCK: Final = 1_000_000
"""Characters that are read at a time."""
MAX_DEPTH: Final = 200
"""Levels of nesting. Deeper values might exceed Python's recursion limit when they are read back from a deeper call stack."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file that can be read again and again, block by block.

    ``damaged_line`` is the first line (from 1) with undecodable bytes, which are read as ``�``; None if there are none.
    """

    path: Path
    encoding: str
    damaged_line: int | None
    is_blank: bool

    @classmethod
    def examine(cls, path: Path) -> Self:
        """Reads the file once to find its encoding and damaged bytes.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            start = file.read(4)
        encoding = next((name for bom, name in BOMS if start.startswith(bom)), None) or _guess_encoding(start)
        line, blank = 1, True
        try:
            for block in _decode(path, encoding, "strict"):
                line += block.count("\n")
                blank = blank and is_blank(block)
        except UnicodeDecodeError as error:
            # The decoder's bytes include what was left of the block before.
            line += error.object[: error.start].decode(encoding.removesuffix("-sig"), errors="replace").count("\n")
            return cls(path, encoding, line, all(map(is_blank, _decode(path, encoding, "replace"))))
        return cls(path, encoding, None, blank)

    def read_blocks(self) -> Iterator[str]:
        """The text."""
        return _decode(self.path, self.encoding, "strict" if self.damaged_line is None else "replace")


def _decode(path: Path, encoding: str, errors: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        while block := file.read(_BLOCK):
            yield block


def _guess_encoding(content: bytes) -> str:
    """UTF-16 without a byte order mark is recognised by its zero bytes, because JSON begins with an ASCII character."""
    start = content[:2]
    if len(start) < 2 or start.count(0) != 1:
        return "utf-8"
    return "utf-16-be" if start[0] == 0 else "utf-16-le"


def is_blank(text: str) -> bool:
    """Whether the text has nothing but whitespace and zeros: a power cut can leave a file full of zeros."""
    return not text.strip(" \t\r\n\x00\ufeff")


def remove_unstorable(text: str) -> str:
    """The text without the characters that no database accepts: NULs and halves of surrogate pairs."""
    return UNSTORABLE_CHARACTERS.sub("", text)


def parse_time(value: object, zone: ZoneInfo) -> datetime | None:
    """The UTC time of an ISO 8601 text, read in ``zone`` if it has no offset; None if it is not a time."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return (time if time.tzinfo is not None else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def content_digest(value: object) -> str:
    """SHA-256 of a JSON value, independent of its layout and of the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_too_deep(value: object, raw_text: str) -> bool:
    """Whether the value is nested more than ``MAX_DEPTH`` levels; ``raw_text`` is its JSON text."""
    if raw_text.count("{") + raw_text.count("[") <= MAX_DEPTH:
        return False  # the common case, without walking through the value
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)
