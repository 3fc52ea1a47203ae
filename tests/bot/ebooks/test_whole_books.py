"""A text with several chapters is told from one chapter, in a time that nobody notices."""

import pytest

from bot.ebooks.whole_books import count_chapters


@pytest.mark.parametrize(("chapters", "counted"), [(1, 1), (3, 3), (9_000, 1)])
def test_chapters_are_counted_by_their_headings(chapters: int, counted: int) -> None:
    """A text with thousands of lines is not searched, because that could take a minute."""
    text = "\n\n".join(f"Chapter {number}\n\nThe bell rang {number} times." for number in range(1, chapters + 1))
    assert count_chapters(text.encode(), "book.txt") == counted
