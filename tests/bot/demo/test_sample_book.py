"""The book that visitors of the demo can add."""

import io
import zipfile
from pathlib import Path

from bot.demo.sample_book import BOOK_FILE, BOOK_TITLE, build_sample_book
from bot.ebooks.book_import import plan_import
from bot.ebooks.reading.epub import read_epub


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


def test_the_sample_book_is_read_with_its_chapters(tmp_path: Path) -> None:
    """Visitors are offered six chapters and two sections that are left out; the song keeps its lines."""
    (tmp_path / BOOK_FILE).write_bytes(build_sample_book())
    plan = plan_import(read_epub(tmp_path / BOOK_FILE))
    assert (plan.title, plan.author, plan.language) == (BOOK_TITLE, "M. Marrow", "en")
    assert [chapter.title for chapter in plan.chapters][::3] == ["The Last Crossing", "The Ferrywoman's Song"]
    assert [chapter.number for chapter in plan.chapters] == [1, 2, 3, 4, 5, 6]
    assert [section.title for section in plan.left_out] == ["Copyright", "About the Author"]
    assert "One for the reed and two for the rain,\nThree for" in plan.chapters[3].text
