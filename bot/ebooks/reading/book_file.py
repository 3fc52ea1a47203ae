"""Checks an attached book before it is downloaded."""

from pathlib import PurePath
from typing import Final

from bot.ebooks.reading.foreign_kinds import KINDS_BY_SUFFIX, USE_INSTEAD, foreign_kind_error
from bot.ebooks.reading.limits import MEBIBYTE
from bot.errors import InputError

BOOK_SUFFIXES: Final = (".epub", ".docx", ".pdf", ".md", ".markdown", ".txt", ".text")
_MAX_SHOWN_NAME: Final = 80  # characters of a file's name in a sentence, so that the sentence stays readable


def check_book_file(name: str, size: int, max_mb: int) -> None:
    """Checks what Discord says about a file. ``size`` is in bytes, ``max_mb`` the setting ``MAX_BOOK_MB``.

    A name without an ending is accepted: what the file really is, its content tells.

    Raises:
        InputError: by its name or its size the file cannot be a book.
    """
    shown = shorten_name(name)
    suffix = PurePath(name).suffix.lower()
    if suffix in KINDS_BY_SUFFIX:
        raise foreign_kind_error(KINDS_BY_SUFFIX[suffix], shown)
    if suffix and suffix not in BOOK_SUFFIXES:
        raise InputError(f"{shown} is not a book.", USE_INSTEAD)
    if size > max_mb * MEBIBYTE:
        raise InputError(
            f"{shown} has {size / MEBIBYTE:,.1f} MB; a book may have {max_mb} MB.",
            "Pictures take most of the space: export the book without them, or in volumes.",
        )
    if size == 0:
        raise InputError(f"{shown} is empty.", "Export it again, then attach it once more.")


def shorten_name(name: str) -> str:
    """The name as it is shown in sentences."""
    return name if len(name) <= _MAX_SHOWN_NAME else name[: _MAX_SHOWN_NAME - 3] + "…"
