"""Files that wait on disk, and how they are divided into archives that Discord accepts."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO, Final

from bot.exports.files import Download
from bot.exports.pack.archive import is_packed, write_archive

_ENTRY_BYTES: Final = 120
"""What an archive needs for each file beside its content and twice its name; a little more than it is."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that waits on disk with the name that it gets in an archive; ``size`` is what it takes there at most."""

    name: str
    size: int
    store: BinaryIO
    offset: int = 0
    length: int = 0

    def load(self) -> Download:
        """The file with its content."""
        self.store.seek(self.offset)
        return Download(self.name, self.store.read(self.length))


@dataclass(slots=True)
class Staging:
    """One file on disk in which others wait, so that a book of any length needs the memory of one chapter."""

    store: BinaryIO

    def add(self, file: Download) -> StagedFile:
        """Appends the file's content."""
        offset = self.store.seek(0, SEEK_END)
        self.store.write(file.content)
        return StagedFile(file.name, measure_entry(file), self.store, offset, len(file.content))


def measure_entry(file: Download) -> int:
    """The most bytes that the file takes in an archive."""
    content = len(file.content)
    if not is_packed(file.name):
        content = len(zlib.compress(file.content)) + len(file.content) // 1_000
    return content + 2 * len(file.name.encode()) + _ENTRY_BYTES


def divide(groups: Sequence[Sequence[StagedFile]], limit: int) -> tuple[list[list[StagedFile]], list[StagedFile]]:
    """The files in as many parts as it takes, and those that are too large for any part.

    A group of files stays together where it fits into one part.
    """
    parts: list[list[StagedFile]] = []
    left = 0
    too_large = [file for group in groups for file in group if file.size > limit]
    for group in groups:
        fitting = [file for file in group if file.size <= limit]
        total = sum(file.size for file in fitting)
        if left < total <= limit:
            left = 0
        for file in fitting:
            if file.size > left or not parts:
                parts.append([])
                left = limit
            parts[-1].append(file)
            left -= file.size
    return parts, too_large


def write_part(target: BinaryIO, readme: Download, files: Sequence[StagedFile]) -> None:
    """Writes one archive to disk: the README, then the files, loaded one by one. ``target`` stands at its beginning then."""

    def load() -> Iterator[Download]:
        yield readme
        for file in files:
            yield file.load()

    write_archive(target, load())
    target.seek(0)
