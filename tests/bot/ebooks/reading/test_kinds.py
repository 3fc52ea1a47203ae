import codecs
from pathlib import Path

import pytest

from bot.ebooks.reading.kinds import BookKind, find_kind
from bot.errors import InputError
from tests.bot.ebooks.reading.archives import pack

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "misleading.png"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pack({"mimetype": b"application/epub+zip", "x.opf": b""}), BookKind.EPUB),
        (pack({"META-INF/container.xml": b"<container/>"}), BookKind.EPUB),
        (pack({"[Content_Types].xml": b"", "word/document.xml": b""}), BookKind.DOCX),
        (b"%PDF-1.7\n", BookKind.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", BookKind.PDF),
        (b"# Chapter 1\n\nThe lantern went out.", BookKind.TEXT),
        (codecs.BOM_UTF16_LE + "Привет".encode("utf-16-le"), BookKind.TEXT),
        ("The lantern went out.".encode("utf-16-be"), BookKind.TEXT),
        ("山路を登りながら".encode("iso2022_jp"), BookKind.TEXT),
        ("Привет".encode("koi8-r"), BookKind.TEXT),
        (b"PKs are short. <html> is a tag.", BookKind.TEXT),
        (b"BM is how he signed his letters, and nothing else.", BookKind.TEXT),
    ],
)
def test_a_book_is_known_by_its_content(path: Path, content: bytes, kind: BookKind) -> None:
    """The name of the file plays no part."""
    path.write_bytes(content)
    assert find_kind(path) is kind


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "This file is empty"),
        (bytes(2_000_000), "nothing but zero bytes"),
        (bytes(2_000_000) + b"x", "not readable text"),
        (bytes(range(32)) * 20, "not readable text"),
        (OLE + bytes(500), "a Word 97–2003 document (.doc). Open it in Word or LibreOffice, save it as .docx"),
        (rb"{\rtf1\ansi Hello}", "an RTF document"),
        (b"Title".ljust(60, b"\0") + b"BOOKMOBI", "a Kindle book. Convert it to EPUB"),
        (b"\xeaDRMION\xee", "a Kindle book"),
        (b"<!DOCTYPE html><html><body>", "a web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<html xmlns="">', "a web page"),
        (b'<?xml version="1.0"?><FictionBook>', "a FictionBook"),
        (pack({"mimetype": b"application/vnd.oasis.opendocument.text"}), "an OpenDocument text (.odt)"),
        (pack({"xl/workbook.xml": b""}), "an Excel or OpenDocument table"),
        (pack({"ppt/presentation.xml": b""}), "a presentation"),
        (pack({"1.JPG": b"", "2.png": b""}), "a comic archive"),
        (pack({"book.epub": b"PK"}), "a ZIP archive that is neither an EPUB nor a DOCX file. Unpack it"),
        (pack({}), "a ZIP archive that is neither"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"RIFF\0\0\0\0WEBPVP8", "a picture"),
        (b"RIFF\0\0\0\0WAVEfmt", "a sound or video file"),
        (b"\0\0\0\x20ftypisom", "a sound or video file"),
        (b"\x1f\x8b\x08", "a packed archive"),
        (b"AT&TFORM", "a DjVu scan"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"PK\x03\x04" + b"x" * 100, "damaged: its list of contents"),
    ],
)
def test_every_other_kind_of_file_is_named(path: Path, content: bytes, expected: str) -> None:
    """A renamed file is recognised, and the person is told how to get a book from it."""
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        find_kind(path)
    assert expected in caught.value.text
    assert caught.value.hint
