"""Files of exports: names, cells, archives."""

import io
import random
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.exports.files import (
    MAX_UPLOAD_BYTES,
    Download,
    build_file_name,
    escape_csv_cell,
    fit_into_upload,
    zip_if_larger,
)


def check_plain(name: str, ending: str) -> None:
    """It is valid on every system: letters, digits, marks on them, hyphens, and never a device of Windows."""
    stem = name.removesuffix(f".{ending}")
    assert 1 <= len(stem) <= 87
    assert len(name.encode()) < 240
    assert all(each.isalnum() or each in "-_" or unicodedata.category(each)[0] == "M" for each in stem)
    assert unicodedata.category(stem[0])[0] != "M"
    assert stem.upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c:d", "…", "", "NUL\x00", "CON", "lpt9", "x" * 300, "月の 出", "𒀀" * 90]
)
def test_odd_titles_become_plain_file_names(name: str) -> None:
    """Whatever a title contains, the file name is short and has no path in it."""
    check_plain(build_file_name(name, ending="md"), "md")


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_file_name_is_plain(one: str, two: str) -> None:
    """Any text becomes a file name that is valid on every system."""
    check_plain(build_file_name(one, two, ending="json"), "json")


@pytest.mark.parametrize("start", ["-", "=", "+", "@", "\t", "\r"])
@pytest.mark.parametrize("rest", ["", "1+2", "SUM(A1)"])
def test_a_cell_that_begins_like_a_formula_becomes_text(start: str, rest: str) -> None:
    """A spreadsheet must not compute what somebody typed."""
    assert escape_csv_cell(start + rest) == f"'{start}{rest}"


@pytest.mark.parametrize("cell", ["", "plain", "a=1", "a-b", " =1", "'=1", '{"a":"=1"}', "1@2"])
def test_any_other_cell_stays(cell: str) -> None:
    """Only the first character matters."""
    assert escape_csv_cell(cell) == cell


FILES = [Download("a.json", b"aaaa" * 50), Download("b.csv", b"bbbb" * 50)]


def test_files_up_to_the_limit_stay_as_they_are() -> None:
    """The limit is for all files together and includes its last byte."""
    assert zip_if_larger(FILES, 400, "all.zip") == FILES


def test_files_over_the_limit_become_one_compressed_archive() -> None:
    """One byte more, and there is one ZIP file with every file in it."""
    (archive,) = zip_if_larger(FILES, 399, "all.zip")
    assert archive.name == "all.zip"
    assert len(archive.content) < 399
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert [Download(name, opened.read(name)) for name in opened.namelist()] == FILES


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("ebook_001", "ch1", "The Midnight Summoning"), "ebook_001-ch1-the-midnight-summoning.md"),
        (("", "ch1", ""), "ch1.md"),
        (("…",), "script.md"),
        (("x" * 81,), "x" * 80 + ".md"),
        (("ＡＢ", "ÄÖ"), "ab-äö.md"),
        (("Ο ΔΡΟΜΟΣ ΤΗΣ ΝΥΧΤΑΣ",), "ο-δρομος-της-νυχτας.md"),
        (("हिन्दी की रात",), "हिन्दी-की-रात.md"),
        (("น้ำท่วม",), "น้ําท่วม.md"),
        (("می\u200cخواهم",), "میخواهم.md"),
        (("Straße",), "straße.md"),
        (("x" * 79 + "कि",), "x" * 79 + ".md"),
        (("क्ष" * 40,), "क्ष" * 24 + ".md"),
    ],
)
def test_a_file_is_named_after_its_parts(parts: tuple[str, ...], name: str) -> None:
    """The name consists of the parts that are not empty, in lower case, joined by hyphens."""
    assert build_file_name(*parts, ending="md") == name


def test_an_upload_leaves_room_for_the_message() -> None:
    """Discord takes 10 MiB with a message; the limit stays below it and is not needlessly small."""
    assert 9_000_000 < MAX_UPLOAD_BYTES < 10 * 2**20


def test_a_file_over_the_limit_is_compressed_and_keeps_its_notes() -> None:
    """A file that fits stays; one that does not comes as an archive with the same notes."""
    download = Download("a.json", b"a" * 1_000, ("Mind the gap.",))
    assert fit_into_upload(download, 1_000) == download
    archive = fit_into_upload(download, 999)
    assert (archive.name, archive.notes) == ("a.json.zip", download.notes)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert opened.read("a.json") == download.content


def test_a_file_that_never_fits_is_refused_with_its_size() -> None:
    """What is too large even when it is compressed gets a sentence with both sizes."""
    with pytest.raises(InputError, match=r"has 2\.0 MB, and Discord takes 1\.0 MB here"):
        fit_into_upload(Download("a.bin", random.Random(1).randbytes(2_000_000)), 1_000_000)
