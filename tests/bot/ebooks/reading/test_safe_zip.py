import os
import stat
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from bot.ebooks.reading import safe_zip
from bot.ebooks.reading.limits import MAX_ENTRIES, MAX_ENTRY_BYTES, MEBIBYTE
from bot.ebooks.reading.safe_zip import SafeZip
from bot.errors import InputError
from tests.bot.ebooks.reading.archives import entry, pack

PAGE = b"<p>The lantern went out.</p>" * 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.epub"


def read_all(path: Path) -> None:
    with SafeZip(path) as archive:
        for name in archive.names:
            archive.read(name)


def refusal_of(path: Path, content: bytes) -> str:
    """What is said about an archive with this content, at the latest when each of its files is read."""
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_all(path)
    assert caught.value.hint
    return caught.value.sentence


def test_the_files_of_an_honest_archive_are_read(path: Path) -> None:
    """Names in any script, folders, empty files and names with backslashes are no obstacle."""
    path.write_bytes(pack({"text/": b"", "text/一 章.xhtml": PAGE, "empty.css": b"", entry("a\\b.xhtml"): b"b"}))
    with SafeZip(path) as archive:
        assert archive.names == ("text/一 章.xhtml", "empty.css", "a/b.xhtml")
        assert archive.read("text/一 章.xhtml") == PAGE
        assert archive.read("empty.css") == b""
        assert archive.read("a/b.xhtml") == b"b"
        assert "text/" not in archive
        archive.verify()


def test_old_names_that_are_not_unicode_are_read(path: Path) -> None:
    """A name in another code page is kept as that of DOS, and the others stay readable."""
    path.write_bytes(pack({"caf_.xhtml": PAGE, "two.xhtml": b"2"}).replace(b"caf_", b"caf\x82"))
    with SafeZip(path) as archive:
        assert archive.names == ("café.xhtml", "two.xhtml")
        assert archive.read("café.xhtml") == PAGE


def test_a_missing_file_is_named(path: Path) -> None:
    """A name that the archive lacks is in the sentence."""
    path.write_bytes(pack({"a": b"a"}))
    with SafeZip(path) as archive, pytest.raises(InputError, match=r"incomplete: chapter\.xhtml is missing"):
        archive.read("chapter.xhtml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pack({"../../../etc/cron.d/x": b"x"}), "leads out of it"),
        (pack({entry("/etc/passwd"): b"x"}), "leads out of it"),
        (pack({entry("..\\..\\x"): b"x"}), "leads out of it"),
        (pack({entry("C:\\x"): b"x"}), "leads out of it"),
        (pack({entry("link", stat.S_IFLNK | 0o777): b"/etc/passwd"}), "a link to another file: link"),
        (pack({"a?b": b"x"}).replace(b"a?b", b"a\0b"), "control characters"),
        (pack({"ä__": b"x"}).replace("ä__".encode(), b"\xed\xa0\x80_"), "not valid text"),
        (pack({"a": PAGE}, zipfile.ZIP_LZMA), "a method that books do not use"),
        (pack({"a": bytes(5 * MEBIBYTE)}), "zip bomb: a inside it grows from 5 KB to 5 MB"),
        (pack({str(number): b"" for number in range(MAX_ENTRIES + 1)}), "contains 5,001 files"),
        (pack({"a": PAGE})[:-30], "damaged: its list of contents"),
        (b"PK\x03\x04", "damaged: its list of contents"),
        (pack({"a": PAGE}, zipfile.ZIP_STORED).replace(b"lantern", b"LANTERN", 1), "damaged: a inside it"),
    ],
    ids=[
        *("traversal", "absolute", "backslashes", "drive", "symlink", "nul", "surrogate", "method", "bomb", "many"),
        *("truncated", "header only", "checksum"),
    ],
)
def test_a_hostile_archive_is_refused_with_its_own_sentence(path: Path, content: bytes, expected: str) -> None:
    """Each kind of harm is named, so that a person with an honest book knows what to repair."""
    assert expected in refusal_of(path, content)


def test_a_password_is_named(path: Path) -> None:
    """An entry with the flag of encryption is refused before anything is unpacked."""
    content = bytearray(pack({"a": PAGE}))
    directory = content.find(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    assert "a inside this file is locked with a password" in refusal_of(path, bytes(content))


def with_directory_field(content: bytes, offset: int, value: int) -> bytes:
    """The archive with a four-byte number of its first directory entry changed: sizes at 20 and 24, position at 42."""
    changed = bytearray(content)
    at = changed.find(b"PK\x01\x02") + offset
    changed[at : at + 4] = struct.pack("<I", value)
    return bytes(changed)


@pytest.mark.parametrize(
    ("offset", "value", "expected"),
    [
        (24, 3_000_000_000, "would unpack to 2,861 MB"),
        (24, 100_000, "damaged: a inside it"),
        (24, 10, "damaged: a inside it"),
        (20, 50_000, "longer than the whole"),
        (42, 4_000_000, "longer than the whole"),
        (24, 0xFFFFFFFF, "would unpack to 4,096 MB"),
    ],
)
def test_an_archive_that_lies_about_its_sizes_is_refused(path: Path, offset: int, value: int, expected: str) -> None:
    """Sizes are not believed: neither those that are too large nor those that are too small."""
    assert expected in refusal_of(path, with_directory_field(pack({"a": PAGE}), offset, value))


def test_zip64_sizes_are_checked_as_well(path: Path) -> None:
    """The long form of a size, in the extra field, is subject to the same limit."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a", "w", force_zip64=True) as file:
        file.write(PAGE)
    content = bytearray(buffer.getvalue())
    at = content.find(b"PK\x01\x02")
    long_size = struct.pack("<HHQ", 1, 8, 1 << 50)
    content[at + 24 : at + 28] = b"\xff\xff\xff\xff"
    content[at + 30 : at + 32] = struct.pack("<H", len(long_size))
    content[at + 47 : at + 47] = long_size
    end = content.find(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<I", end - at)
    assert "would unpack to 1,073,741,824 MB" in refusal_of(path, bytes(content))


def test_entries_that_share_bytes_are_refused(path: Path) -> None:
    """Overlapping entries are the trick of the smallest bombs."""
    content = bytearray(pack({"a": PAGE, "b": PAGE}, zipfile.ZIP_STORED))
    second = content.find(b"PK\x01\x02", content.find(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = bytes(4)
    assert "share the same bytes" in refusal_of(path, bytes(content))


def test_one_file_that_is_too_large_is_refused(path: Path) -> None:
    """A file inside the archive may only be as large as memory allows, even if it is honest."""
    content = os.urandom(MEBIBYTE) * (MAX_ENTRY_BYTES // MEBIBYTE) + b"x"
    assert "one part of a book may have 32 MB" in refusal_of(path, pack({"a": content}, zipfile.ZIP_STORED))


def test_reading_the_same_file_for_ever_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that names one large file a thousand times costs no more than the limit of the whole."""
    monkeypatch.setattr(safe_zip, "MAX_UNPACKED_BYTES", 3 * len(PAGE))
    path.write_bytes(pack({"a": PAGE}))
    with SafeZip(path) as archive:
        for _ in range(3):
            archive.read("a")
        with pytest.raises(InputError, match="zip bomb"):
            archive.read("a")


def test_verifying_finds_what_a_library_would_trip_over(path: Path) -> None:
    """A wrong checksum anywhere is found, although no reader has asked for the file."""
    path.write_bytes(pack({"ok": b"x", "a": PAGE}, zipfile.ZIP_STORED).replace(b"lantern", b"LANTERN", 1))
    with SafeZip(path) as archive, pytest.raises(InputError, match="a inside it cannot be unpacked"):
        archive.verify()
