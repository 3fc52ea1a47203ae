"""Files that wait on disk, and how they are divided into archives that Discord accepts."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.archive import is_packed, write_archive

_ENTRY_BYTES: Final = 120
"""What an archive needs for each file beside its content and twice its name; a little more than it is."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file on disk with the name that it gets in an archive; ``size`` is what it takes there at most."""

    name: str
    path: Path
    size: int

    def load(self) -> Download:
        """The file with its content."""
        return Download(self.name, self.path.read_bytes())


@dataclass(slots=True)
class Staging:
    """A folder in which files wait, so that a book of any length needs the memory of one chapter."""

    folder: Path
    _count: int = field(default=0)

    def add(self, file: Download) -> StagedFile:
        """Writes the file to disk under a number, which is a safe name everywhere."""
        self._count += 1
        path = self.folder / f"{self._count:06}"
        path.write_bytes(file.content)
        return StagedFile(file.name, path, measure_entry(file))


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


def write_part(path: Path, readme: Download, files: Sequence[StagedFile]) -> None:
    """Writes one archive to disk: the README, then the files, loaded one by one."""

    def load() -> Iterator[Download]:
        yield readme
        for file in files:
            yield file.load()

    with path.open("wb") as target:
        write_archive(target, load())
