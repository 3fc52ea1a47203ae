"""The numbers of a book's chapters: those that their titles state where they make sense, else consecutive ones."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

MAX_NUMBER: Final = 9999
"""The highest number of a chapter that ``/script`` takes."""


def number_chapters(stated: Sequence[int | None], first: int | None = None) -> list[int]:
    """One number for each chapter in reading order; ``stated`` is what the titles say.

    A prologue before chapter 1 is number 0. Numbers are consecutive from ``first`` where a person has chosen it, and from 1
    where those stated do not increase or leave no room for a chapter without one, or where most titles state none: then one
    such as "Twelve" is a title and no number.
    """
    if first is not None:
        return list(range(first, first + len(stated)))
    return _follow_stated(stated) or list(range(1, len(stated) + 1))


def _follow_stated(stated: Sequence[int | None]) -> list[int]:
    """Numbers that keep all stated ones; empty where there is no such row."""
    leading = next((index for index, number in enumerate(stated) if number is not None), None)
    if leading is None or 2 * sum(number is not None for number in stated) < len(stated):
        return []
    first = stated[leading] or 0
    if first < leading:
        return []
    numbers = list(range(first - leading, first))
    for number in stated[leading:]:
        numbers.append(number if number is not None else numbers[-1] + 1)
        if numbers[-1] > MAX_NUMBER or (len(numbers) > 1 and numbers[-1] <= numbers[-2]):
            return []
    return numbers


def find_gaps(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The ranges of numbers that are missing between the first and the last, each with both ends."""
    ordered = sorted(numbers)
    return [(low + 1, high - 1) for low, high in pairwise(ordered) if high - low > 1]
