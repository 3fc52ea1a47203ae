"""Opens a ZIP archive that may be hostile. Limits are checked before anything is unpacked; nothing is written to disk."""

import stat
import struct
import unicodedata
import zipfile
import zlib
from functools import partial
from pathlib import Path
from typing import Final, Self

from bot.ebooks.reading.limits import (
    LEAST_BOMB_BYTES,
    MAX_ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MEBIBYTE,
)
from bot.errors import InputError

# What zipfile and zlib raise for damaged archives: each of these was seen with mutated books.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CONTROLS: Final = ("Cc", "Cs")  # control characters and halves of surrogate pairs
_ENCRYPTED: Final = 0x1  # of ZipInfo.flag_bits
_NOTHING_STORED: Final = "Nothing was stored."
_EXPORT_AGAIN: Final = "Export the book again from the program that made it."


class SafeZip:
    """The files inside an archive, by name. Use it as a context manager.

    Names are those of the archive with ``/`` as the only separator. Folders are not among them.
    """

    def __init__(self, path: Path) -> None:
        """Opens the archive.

        Raises:
            InputError: it is damaged, or it breaks one of the limits in ``bot/ebooks/reading/limits.py``.
        """
        self._archive = _open(path)
        try:
            self._entries = _check_entries(self._archive, path.stat().st_size)
        except BaseException:
            self._archive.close()
            raise
        self._unpacked = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files, in the order of the archive."""
        return tuple(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """The content of the file with exactly this name.

        Raises:
            InputError: there is no such file, or it is damaged or too large.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise InputError(f"This file is incomplete: {_shorten(name)} is missing in it.", _EXPORT_AGAIN)
        if entry.file_size > MAX_ENTRY_BYTES:
            raise InputError(
                f"{_shorten(name)} inside this file has {entry.file_size / MEBIBYTE:,.0f} MB unpacked;"
                f" one part of a book may have {MAX_ENTRY_BYTES // MEBIBYTE} MB.",
                _NOTHING_STORED,
            )
        self._unpacked += entry.file_size
        if self._unpacked > MAX_UNPACKED_BYTES:  # the same file, read again and again
            raise _too_large(self._unpacked)
        try:
            with self._archive.open(entry) as file:
                # With a size, zipfile never unpacks more than this, whatever the archive says about itself.
                content = file.read(entry.file_size + 1)
        except _DAMAGES as error:
            raise _damaged(f"{_shorten(name)} inside it cannot be unpacked") from error
        if len(content) != entry.file_size:
            raise _damaged(f"{_shorten(name)} inside it ends too early")
        return content

    def verify(self) -> None:
        """Unpacks every file once, for a library that opens the archive by itself and trusts what it says.

        Raises:
            InputError: a file is damaged.
        """
        for name, entry in self._entries.items():
            try:
                with self._archive.open(entry) as file:
                    length = sum(len(block) for block in iter(partial(file.read, MEBIBYTE), b""))
            except _DAMAGES as error:
                raise _damaged(f"{_shorten(name)} inside it cannot be unpacked") from error
            if length != entry.file_size:
                raise _damaged(f"{_shorten(name)} inside it ends too early")

    def close(self) -> None:
        """Closes the archive."""
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _open(path: Path) -> zipfile.ZipFile:
    try:
        try:
            return zipfile.ZipFile(path, metadata_encoding="utf-8")
        except UnicodeDecodeError:
            return zipfile.ZipFile(path)  # old archives have names in the code page of DOS
    except UnicodeDecodeError as error:
        raise InputError("This file contains a file whose name is not valid text.", _EXPORT_AGAIN) from error
    except _DAMAGES as error:
        raise _damaged("its list of contents cannot be read, so it may have been cut off") from error


def _check_entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(
            f"This file contains {len(entries):,} files; a book may have {MAX_ENTRIES:,}.",
            "Split the book into volumes and add them one at a time.",
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise _too_large(total)
    for entry in entries:
        _check_entry(entry)
    _check_overlaps(entries, size)
    return {_normalise(entry): entry for entry in entries if not entry.is_dir()}


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = _normalise(entry)
    shown = _shorten(name)
    # orig_filename is the name as it is written; zipfile itself cuts names at a NUL.
    if any(unicodedata.category(character) in _CONTROLS for character in entry.orig_filename):
        raise InputError(f"This file contains a file whose name has control characters: {shown}.", _EXPORT_AGAIN)
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        raise InputError(
            f"This file contains a name that leads out of it: {shown}.", f"{_NOTHING_STORED} {_EXPORT_AGAIN}"
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError(f"This file contains a link to another file: {shown}.", f"{_NOTHING_STORED} {_EXPORT_AGAIN}")
    if entry.flag_bits & _ENCRYPTED:
        raise InputError(f"{shown} inside this file is locked with a password.", "Save the book without a password.")
    if entry.compress_type not in _METHODS:
        raise InputError(f"{shown} inside this file is packed with a method that books do not use.", _EXPORT_AGAIN)
    if entry.file_size > LEAST_BOMB_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
        raise InputError(
            f"This file looks like a zip bomb: {shown} inside it grows from {entry.compress_size / 1024:,.0f} KB"
            f" to {entry.file_size / MEBIBYTE:,.0f} MB.",
            _NOTHING_STORED,
        )


def _check_overlaps(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuses entries that share their packed bytes, with which a small archive unpacks to an enormous one."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise InputError(
                "This file looks like a zip bomb: several files inside it share the same bytes.", _NOTHING_STORED
            )
        end = entry.header_offset + entry.compress_size
    if end > size:
        raise _damaged("files inside it are longer than the whole")


def _normalise(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/")


def _shorten(name: str) -> str:
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
    return printable if len(printable) <= 80 else f"{printable[:40]}…{printable[-39:]}"


def _too_large(total: int) -> InputError:
    return InputError(
        f"This file looks like a zip bomb: it would unpack to {total / MEBIBYTE:,.0f} MB,"
        f" and a book may have {MAX_UNPACKED_BYTES // MEBIBYTE} MB.",
        _NOTHING_STORED,
    )


def _damaged(detail: str) -> InputError:
    return InputError(f"This file is damaged: {detail}.", "Download or export it again, then attach it once more.")
