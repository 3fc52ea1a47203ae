"""The book that visitors of the demo can add."""

import io
import zipfile

from bot.demo.sample_book import build_sample_book


def test_the_sample_book_is_an_epub_with_its_type_first() -> None:
    """The first entry is the uncompressed type, as the EPUB standard asks; each of the eight sections is a file of its own."""
    with zipfile.ZipFile(io.BytesIO(build_sample_book())) as archive:
        first, *names = archive.infolist()
        assert archive.read(first) == b"application/epub+zip"
        assert first.compress_type == zipfile.ZIP_STORED
        assert sum(entry.filename.startswith("section") for entry in names) == 8


def test_the_sample_book_is_the_same_each_time() -> None:
    """So a visitor who adds it twice is told that nothing has changed."""
    assert build_sample_book() == build_sample_book()
