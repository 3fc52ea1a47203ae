"""Text files that people attach."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ebooks.text import FILE_SUFFIXES, MAX_FILE_BYTES, check_file, check_text, read_chapter_file
from bot.errors import InputError

LIMIT = 5_000
CHAPTER = "The lantern guttered.\n\n“You came back,” said Hana. Ächz. 月が出た。"


@given(st.binary(max_size=400), st.text(max_size=120))
@example(b"\xff\xfe\x00", "a.txt")
@example(b"\x00\xd8\x41\x00", "a.txt")
@example(b"\xff\xfe\x00\x00\xff\xff\xff\xff", "a.txt")
@example(b"\x81\x8d\x8f\x90\x9d" * 3, "a.txt")
@example(codecs.BOM_UTF8 + b"\xff\xfeabc", "a.txt")
def test_any_file_is_decoded_or_refused(content: bytes, name: str) -> None:
    """Any file becomes storable text of the allowed length, or is refused with a sentence."""
    try:
        texts = [each.content for each in read_chapter_file(name, content, LIMIT)]
    except InputError as error:
        assert error.hint  # noqa: PT017
        return
    assert 1 <= len(texts) <= 2
    for text in texts:
        assert text == text.strip()
        assert 0 < len(text) <= LIMIT
        assert "\x00" not in text
        assert "\r" not in text
        text.encode()


def read_sure(content: bytes) -> str:
    """The text of a file whose encoding is certain."""
    (text,) = read_chapter_file("a.txt", content, LIMIT)
    return text.content


@given(st.text(st.characters(), max_size=200))
@example("The fox\ud800 came.")
def test_any_pasted_text_is_storable_or_refused(text: str) -> None:
    """Any pasted text, broken emoji included, can be stored afterwards or is refused with a sentence."""
    try:
        checked = check_text(text, LIMIT)
    except InputError:
        return
    checked.encode()
    assert "\x00" not in checked


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [CHAPTER, "Only plain words, and many of them. " * 20])
def test_unicode_is_decoded_in_every_encoding(encoding: str, text: str) -> None:
    """A file in any encoding of Unicode is decoded exactly."""
    if encoding in {"utf-16-le", "utf-16-be"} and "月" in text:
        text = "Mostly western letters, so that it can be told. " + text
    assert read_sure(text.encode(encoding)) == text.strip()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(lambda t: t[0] != "\ufeff"))
def test_utf8_is_decoded_exactly(text: str) -> None:
    """Text in UTF-8 is decoded exactly, without the white space around it."""
    if any(character.isalnum() for character in text):
        assert read_sure(text.encode()) == text.strip()


def test_windows_1252_is_decoded() -> None:
    """A file from an older Windows keeps its quotation marks and umlauts."""
    text = "“You came back,” said Hänsel – slowly…"
    assert read_sure(text.encode("cp1252")) == text


def test_line_ends_are_normalised() -> None:
    """Line ends of every system become a line feed."""
    assert read_sure(b"one\r\ntwo\rthree\nfour\r\n") == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"\xff\xd8\xff\xe0....", "a JPEG picture"),
        (b"%PDF-1.7 ....", "a PDF"),
        (b"PK\x03\x04....", "a ZIP, EPUB or DOCX file"),
        (b"\x1f\x8b\x08....", "a compressed file"),
        (b"RIFF....WAVE", "a sound or video file"),
    ],
)
def test_other_kinds_of_files_are_named(content: bytes, what: str) -> None:
    """A file that is something else despite its name is refused as what it is."""
    with pytest.raises(InputError, match=f"chapter.txt is {what}, not a text file"):
        read_chapter_file("chapter.txt", content, LIMIT)


def test_binary_data_is_refused() -> None:
    """Bytes that are not text are refused."""
    with pytest.raises(InputError, match="not readable text"):
        read_sure(bytes(range(1, 9)) * 100)


@pytest.mark.parametrize(
    "content", [b"", b"  \n\t ", b"\x00\x00", b"... --- ***", codecs.BOM_UTF8, codecs.BOM_UTF16_LE]
)
def test_an_empty_file_is_refused(content: bytes) -> None:
    """A file without a letter or a digit is refused as empty."""
    with pytest.raises(InputError, match="empty"):
        read_sure(content)


def test_the_limit_is_exact() -> None:
    """A text of exactly the allowed length is accepted; one more character is refused with both numbers."""
    assert len(read_sure(b"x" * LIMIT)) == LIMIT
    with pytest.raises(InputError, match=r"a\.txt has 5,001 characters; one chapter may have 5,000\."):
        read_sure(b"x" * (LIMIT + 1))


@pytest.mark.parametrize("ending", FILE_SUFFIXES)
def test_text_files_are_accepted(ending: str) -> None:
    """Text files are recognised by their names, in any case, up to the last allowed byte."""
    check_file(f"Chapter One{ending.upper()}", MAX_FILE_BYTES)


@pytest.mark.parametrize("name", ["book.epub", "txt", "chapter.txt.exe", "", "x" * 500 + ".pdf"])
def test_other_files_are_refused_before_the_download(name: str) -> None:
    """Another kind of file is refused by its name, in a short message."""
    with pytest.raises(InputError, match="is not a text file") as caught:
        check_file(name, 10)
    assert len(caught.value.text) < 200


def test_too_large_files_are_refused_before_the_download() -> None:
    """A file that is too large is refused with its size and the limit."""
    with pytest.raises(InputError, match=r"a\.txt has 9\.0 MB; a chapter's file may have 8 MB"):
        check_file("a.txt", 9 * 1024 * 1024)
