import pytest

from bot.ebooks.parsed_book import Heading, ParsedBook, Section
from bot.ebooks.reading.child import check_book
from bot.ebooks.reading.limits import MAX_SECTIONS, MAX_TEXT_CHARS, MAX_WARNINGS
from bot.errors import InputError


def book_of(*texts: str) -> ParsedBook:
    sections = tuple(Section(title="C", text=text, headings=(Heading(title="H", offset=2),)) for text in texts)
    return ParsedBook(title="T", author="A", language="en", sections=sections)


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        (book_of(), "no readable text"),
        (book_of("* * *", " \n"), "no readable text"),
        (book_of("x" * MAX_TEXT_CHARS, "x"), "has 12,000,001 characters; a book may have 12,000,000"),
        (book_of(*["x"] * (MAX_SECTIONS + 1)), "has 5,001 sections; a book may have 5,000"),
    ],
    ids=["nothing", "no letter", "long", "many"],
)
def test_a_book_without_text_or_with_too_much_is_refused(book: ParsedBook, expected: str) -> None:
    """The limits are exact and named."""
    with pytest.raises(InputError, match=expected):
        check_book(book)


def test_the_largest_allowed_book_passes() -> None:
    """Exactly as much as is allowed is allowed."""
    book = book_of("x" * MAX_TEXT_CHARS, *[""] * (MAX_SECTIONS - 1))
    assert check_book(book) == book


def test_unstorable_characters_are_replaced_in_place() -> None:
    """No database stores a NUL or half a surrogate pair; headings keep their places in the text."""
    dirty = book_of("a\0b\ud800c").model_copy(update={"title": "T\0", "author": "\udfff"})
    book = check_book(dirty)
    assert (book.title, book.author) == ("T\ufffd", "\ufffd")
    assert book.sections[0].text == "a\ufffdb\ufffdc"
    assert book.sections[0].headings == (Heading(title="H", offset=2),)


def test_endless_warnings_are_cut() -> None:
    """A file can cause a warning for each of its tags; a person reads a few."""
    book = check_book(book_of("x").model_copy(update={"warnings": ("Page 1 has no text.",) * 1000}))
    assert len(book.warnings) == MAX_WARNINGS
