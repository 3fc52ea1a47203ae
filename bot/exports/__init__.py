"""A script or the progress as a file that somebody takes home."""

import re
import unicodedata
from dataclasses import dataclass

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name and its bytes."""

    name: str
    content: bytes


def neutral(cell: str) -> str:
    """A CSV cell as text: what a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def file_name(*parts: str, ending: str) -> str:
    """A short file name that every system takes: ``ebook_001-ch1-the-midnight-summoning.md``."""
    plain = unicodedata.normalize("NFKC", "-".join(part for part in parts if part))
    slug = re.sub(r"[^\w]+", "-", plain.casefold()).strip("-")[:80] or "script"
    return f"{slug}.{ending}"
