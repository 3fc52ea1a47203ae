"""The pieces of a file on their way in: each with the source of its mark, and why it cannot be taken where it cannot."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.legacy.files import MOST_DEPTH, PROGRESS, LegacyFile, digest, storable, too_deep
from bot.legacy.json_recovery import Piece, pieces

_LONGEST_PLAIN_KEY: Final = 150  # with the file's name it fits the column of sources


@dataclass(frozen=True, slots=True)
class Record:
    """The ``number``-th piece of a file with its mark's ``source``; ``fault`` says why it is a leftover.

    ``again`` is the mark's source of another content under a key that was there before.
    """

    number: int
    piece: Piece
    raw: str
    digest: str
    source: str
    again: str = ""
    fault: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The element, which is an object where there is no fault."""
        found: dict[str, Any] = self.piece.value
        return found

    @property
    def key(self) -> str:
        """Its id in an object of documents; behind a damage it may stand without, and goes by the one it has within."""
        return key_of(self.piece)


def key_of(piece: Piece) -> str:
    """The piece's key, else the id that stands within it, else nothing."""
    key = piece.key if piece.key is not None or not isinstance(piece.value, dict) else piece.value.get("id")
    return key if isinstance(key, str) else ""


def source_of(file: LegacyFile, key: str) -> str:
    """The mark's source of a document by its key, which stands in it where it fits."""
    if len(key) <= _LONGEST_PLAIN_KEY and storable(key) == key:
        return f"{file.name}/={key}"
    return f"{file.name}/~{hashlib.sha256(key.encode(errors='backslashreplace')).hexdigest()}"


def second_source(file: LegacyFile, source: str, found: str) -> str:
    """The mark's source of other content under the same key; ``found`` is its digest."""
    return f"{file.name}/+{hashlib.sha256(f'{source} {found}'.encode()).hexdigest()}"


def read_records(file: LegacyFile, text: str) -> Iterator[Record]:
    """The file's pieces with their marks' sources."""
    seen: Counter[str] = Counter()
    for number, piece in enumerate(pieces(text, keyed=file.keyed, accepts=file.accepts)):
        raw = text[piece.body or piece.start : piece.end]
        fault = piece.fault or _fault(file, piece, raw)
        raw = text[piece.start : piece.end] if fault else raw
        found = hashlib.sha256(raw.encode(errors="backslashreplace")).hexdigest() if fault else digest(piece.value)
        if fault or not file.keyed:
            root = f"{file.name}/leftover/{found}" if fault else f"{file.name}/{found}"
            seen[root] += 1
            yield Record(number, piece, raw, found, f"{root}/{seen[root]}", fault=fault)
        else:
            source = source_of(file, key_of(piece))
            yield Record(number, piece, raw, found, source, again=second_source(file, source, found))


def _fault(file: LegacyFile, piece: Piece, raw: str) -> str:
    if not isinstance(piece.value, dict):
        return "it is no object"
    if too_deep(piece.value, raw):
        return f"it is nested more than {MOST_DEPTH} levels deep"
    if file is PROGRESS:
        event = piece.value.get("event")
        if not isinstance(event, str) or not event.strip():
            return "it names no event"
    return ""
