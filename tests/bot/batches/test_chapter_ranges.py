"""Chapters as people type them."""

import pytest

from bot.batches.chapter_ranges import format_chapters, parse_chapters
from bot.errors import InputError

KNOWN = range(1, 21)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("3", [3]),
        ("1-3,15", [1, 2, 3, 15]),
        (" 2 – 4 ; 3 ,, 20 ", [2, 3, 4, 20]),
        ("1、2", [1, 2]),
    ],
)
def test_numbers_and_ranges_are_understood(text: str, numbers: list[int]) -> None:
    """Numbers and ranges in any order, with any comma, each chapter once."""
    assert parse_chapters(text, KNOWN) == numbers


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zzz", "“zzz” is not a chapter"),
        ("3-1", "“3-1” runs backwards"),
        ("999", "The book has no chapter 999"),
        ("19-22", "The book has no chapters 21-22"),
        ("-1", "is not a chapter"),
        ("1.5", "is not a chapter"),
        ("1-", "is not a chapter"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    """Whoever mistypes reads what was wrong."""
    with pytest.raises(InputError, match=sentence):
        parse_chapters(text, KNOWN)


def test_numbers_are_shown_as_ranges() -> None:
    """Long lists stay short."""
    assert format_chapters([5, 1, 2, 3, 9]) == "1-3, 5, 9"
    assert format_chapters([]) == ""
    assert format_chapters(range(1, 60, 2)).endswith("19 and more")
