"""Files divided into archives."""

import io
import random
import zipfile

import pytest

from bot.exports.book.parts import StagedFile, Staging, divide, write_part
from bot.exports.files import Download


def make_file(name: str, size: int) -> StagedFile:
    """A file of which only the size matters."""
    return StagedFile(name, size, io.BytesIO())


def divide_names(limit: int, *groups: list[int]) -> list[list[str]]:
    """The parts of groups of files with these sizes; files are called by group and place."""
    files = [
        [make_file(f"{group}{place}", size) for place, size in enumerate(sizes)]
        for group, sizes in zip("abcdef", groups, strict=False)
    ]
    parts, too_large = divide(files, limit)
    assert not too_large
    return [[file.name for file in part] for part in parts]


@pytest.mark.parametrize(
    ("groups", "parts"),
    [
        ([[3, 3], [4]], [["a0", "a1", "b0"]]),
        ([[3, 3], [3, 2]], [["a0", "a1"], ["b0", "b1"]]),
        ([[6, 6], [3]], [["a0"], ["a1", "b0"]]),
        ([[], [10], []], [["b0"]]),
        ([], []),
    ],
)
def test_the_files_of_a_chapter_stay_together_where_they_fit(groups: list[list[int]], parts: list[list[str]]) -> None:
    """A part holds ten here; a chapter that is larger than a part goes on in the next."""
    assert divide_names(10, *groups) == parts


def test_what_fits_into_no_part_is_named() -> None:
    """The others are divided as if it were not there."""
    parts, too_large = divide([[make_file("a", 4), make_file("b", 11), make_file("c", 4)]], 10)
    assert [[file.name for file in part] for part in parts] == [["a", "c"]]
    assert [file.name for file in too_large] == ["b"]


def test_an_archive_is_never_larger_than_its_files_were_measured() -> None:
    """Text, what cannot be compressed, long names in any writing system and empty files."""
    staging = Staging(io.BytesIO())
    noise = random.Random(1).randbytes(50_000)
    contents = {"a.md": b"word " * 9_000, "b.pdf": noise, "c.bin": noise, "空" * 80: b"", "d.csv": b"x"}
    files = [staging.add(Download(name, content)) for name, content in contents.items()]
    part = io.BytesIO()
    write_part(part, Download("README.txt", b""), files)
    assert len(part.getvalue()) <= sum(file.size for file in files) + 200
    with zipfile.ZipFile(part) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"README.txt": b"", **contents}
