"""SHARD_IDS: numbers and ranges of numbers."""

import re
from typing import Final

_RANGE: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def parse_shard_ids(text: str) -> tuple[int, ...]:
    """The numbers in ``0,2`` or ``0-3``, in order and each once; nothing for an empty text.

    Raises:
        ValueError: the text is something else.
    """
    found: set[int] = set()
    for part in filter(None, map(str.strip, text.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError("must be numbers and ranges, such as 0,1 or 0-3")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise ValueError("has a range whose end is before its beginning")
        found.update(range(first, last + 1))
    return tuple(sorted(found))
