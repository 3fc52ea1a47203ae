"""Chapters as people type them: ``1-12,15``."""

import re
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Final

from bot.errors import InputError

_HINT: Final = "Type numbers and ranges such as 1-12,15; leave it empty for every chapter without a script."
_RANGE: Final = re.compile(r"(\d{1,5})(?:\s*[-–—]\s*(\d{1,5}))?")
_SHOWN: Final = 10  # of the numbers in an error message


def parse_chapters(text: str, known: Collection[int]) -> list[int]:
    """The chapters that the text names, ascending, each once. An empty text names none.

    Raises:
        InputError: the text is not a list of numbers and ranges, or the book has no such chapter.
    """
    numbers: set[int] = set()
    for piece in filter(None, (part.strip() for part in re.split(r"[,;、，]", text))):
        match = _RANGE.fullmatch(piece)
        if match is None:
            raise InputError(f"“{piece[:40]}” is not a chapter.", _HINT)
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        if last < first:
            raise InputError(f"“{piece}” runs backwards.", f"Write {last}-{first}.")
        wanted = range(first, last + 1)
        missing = [number for number in wanted if number not in known]
        if missing:
            raise InputError(f"The book has no {_name_chapters(missing)}.", f"It has {_name_chapters(known)}.")
        numbers.update(wanted)
    return sorted(numbers)


def format_chapters(numbers: Iterable[int]) -> str:
    """The numbers as people type them: ``1-12, 15``."""
    runs = []
    for _, group in groupby(enumerate(sorted(set(numbers))), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        runs.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    shown = runs[:_SHOWN]
    return ", ".join(shown) + (" and more" if len(runs) > _SHOWN else "")


def _name_chapters(numbers: Collection[int]) -> str:
    return f"{'chapter' if len(numbers) == 1 else 'chapters'} {format_chapters(numbers)}" if numbers else "chapters"
