"""What all exports share: a file for download, its name, CSV cells and ZIP archives."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Final

from bot.errors import InputError

MAX_UPLOAD_BYTES: Final = 9_500_000
"""The most bytes of one upload. Discord accepts 10 MiB with a message, and the message itself counts."""

_MAX_STEM_CHARS: Final = 80
_MAX_STEM_BYTES: Final = 220
"""Of a file's name before its ending. File systems take 255 bytes; archives put a word before it."""
_VIRAMA: Final = 9
"""The combining class of marks that join two consonants."""
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
"""Names that Windows keeps for devices, with any ending."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name and its bytes. ``notes`` are sentences that a person should read beside it."""

    name: str
    content: bytes
    notes: tuple[str, ...] = ()


def escape_csv_cell(cell: str) -> str:
    """The cell as text for a spreadsheet: what would be read as a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def zip_if_larger(files: list[Download], limit: int, name: str) -> list[Download]:
    """The files, or one ZIP archive of them called ``name`` where they have more than ``limit`` bytes together."""
    if sum(len(file.content) for file in files) <= limit:
        return files
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return [Download(name, content.getvalue())]


def fit_into_upload(download: Download, limit: int) -> Download:
    """The file, or a ZIP archive with it where it has more than ``limit`` bytes.

    Raises:
        InputError: the archive is too large as well.
    """
    (fitting,) = zip_if_larger([download], limit, f"{download.name}.zip")
    if len(fitting.content) > limit:
        size, most = (f"{count / 1_000_000:.1f} MB" for count in (len(fitting.content), limit))
        raise InputError(f"This file has {size}, and Discord takes {most} here.", "Choose another format.")
    return Download(fitting.name, fitting.content, download.notes)


def build_file_name(*parts: str, ending: str) -> str:
    """A short file name that is valid on every system, such as ``ebook_001-ch1-the-midnight-summoning.md``.

    It consists of the parts that are not empty and the ending (without a dot), in small letters with all their marks.
    """
    plain = unicodedata.normalize("NFKC", "-".join(part for part in parts if part)).lower()
    slug = ""
    for character in plain:
        category = unicodedata.category(character)
        if character.isalnum() or character == "_" or (category.startswith("M") and slug and slug[-1] != "-"):
            slug += character
        elif category != "Cf" and not slug.endswith("-"):  # an invisible joiner stands inside a word
            slug += "-"
    stem = _shorten(slug.strip("-")).strip("-")
    return f"{f'script-{stem}' if stem in _RESERVED else stem or 'script'}.{ending}"


def _shorten(stem: str) -> str:
    """The beginning of a name, up to the end of a letter with all its marks and of what is joined to it."""
    end = min(len(stem), _MAX_STEM_CHARS)
    while len(stem[:end].encode()) > _MAX_STEM_BYTES:
        end -= 1
    while 0 < end < len(stem) and (
        unicodedata.category(stem[end]).startswith("M") or unicodedata.combining(stem[end - 1]) == _VIRAMA
    ):
        end -= 1
    return stem[:end]
