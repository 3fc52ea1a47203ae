import pytest

from bot.ebooks.reading.book_file import BOOK_SUFFIXES, check_book_file
from bot.ebooks.reading.limits import MEBIBYTE
from bot.errors import InputError


@pytest.mark.parametrize("name", [*(f"Book{suffix.upper()}" for suffix in BOOK_SUFFIXES), "no ending", "一.epub"])
def test_books_are_accepted_up_to_the_last_allowed_byte(name: str) -> None:
    """The endings of books are known in any case; without an ending, the content decides after the download."""
    check_book_file(name, 50 * MEBIBYTE, 50)


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("a.epub", 50 * MEBIBYTE + 104_858, "a.epub has 50.1 MB; a book may have 50 MB."),
        ("a.epub", 0, "a.epub is empty."),
        ("a.DOC", 10, "a.DOC is a Word 97–2003 document (.doc). Open it in Word or LibreOffice, save it as .docx"),
        ("a.azw3", 10, "a.azw3 is a Kindle book. Convert it to EPUB"),
        ("cover.png", 10, "cover.png is a picture. Attach an EPUB, DOCX"),
        ("a.exe", 10, "a.exe is not a book. Attach an EPUB, DOCX"),
    ],
)
def test_other_files_are_refused_before_the_download(name: str, size: int, expected: str) -> None:
    """What Discord says about a file is enough to refuse it, with what to do instead."""
    with pytest.raises(InputError) as caught:
        check_book_file(name, size, 50)
    assert expected in caught.value.text


def test_a_long_name_does_not_fill_the_screen() -> None:
    """The sentence stays readable whatever the file is called."""
    with pytest.raises(InputError) as caught:
        check_book_file("x" * 500 + ".mobi", 10, 50)
    assert len(caught.value.text) < 200
