"""A script or the progress as a file that somebody takes home."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

MAX_UPLOAD = 9_500_000
"""Bytes; Discord takes 10 MiB with a message, and the message itself counts."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name and its bytes."""

    name: str
    content: bytes


def neutral(cell: str) -> str:
    """A CSV cell as text: what a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def packed(files: list[Download], limit: int, name: str) -> list[Download]:
    """The files, or one ZIP of them called ``name`` where they have more than ``limit`` bytes together."""
    if sum(len(file.content) for file in files) <= limit:
        return files
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return [Download(name, content.getvalue())]


def file_name(*parts: str, ending: str) -> str:
    """A short file name that every system takes: ``ebook_001-ch1-the-midnight-summoning.md``."""
    plain = unicodedata.normalize("NFKC", "-".join(part for part in parts if part))
    slug = re.sub(r"[^\w]+", "-", plain.casefold()).strip("-")[:80] or "script"
    return f"{slug}.{ending}"
