"""The records of a file: each segment with the identity by which it is imported only once, and why it is skipped, if it is.

A record's ``source`` identifies it. In a file of documents by id it consists of the file and the id; in a file that is a
list, of the file, the content's digest and a count of the records with the same content. So importing the same file again,
or one that has grown, adds only what is new.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.legacy.decoding import MAX_DEPTH, content_digest, is_too_deep, remove_unstorable
from bot.legacy.files import PROGRESS, LegacyFile
from bot.legacy.json_recovery import Segment
from bot.legacy.json_stream import stream_segments
from bot.legacy.occurrences import OccurrenceCounter

_MAX_PLAIN_KEY: Final = 150
"""Characters. With the file's name, a longer key might not fit into the column of sources; it is hashed instead."""


@dataclass(frozen=True, slots=True)
class Record:
    """The ``number``-th segment of a file (from 0) with its raw JSON text.

    ``skip_reason`` says why it cannot be imported; empty if it can. ``duplicate_source`` is the source to use if the key is
    already taken by different content; only records with keys have one.
    """

    number: int
    segment: Segment
    raw_text: str
    digest: str
    source: str
    duplicate_source: str = ""
    skip_reason: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The record's JSON object; only for records without ``skip_reason``."""
        document: dict[str, Any] = self.segment.value
        return document

    @property
    def key(self) -> str:
        """The record's key, or the id inside it if it has lost its key, or an empty text."""
        return key_of(self.segment)


def key_of(segment: Segment) -> str:
    """The segment's key, or the id inside it if it has lost its key, or an empty text."""
    key = segment.key
    if key is None and isinstance(segment.value, dict):
        key = segment.value.get("id")
    return key if isinstance(key, str) else ""


def source_for_key(file: LegacyFile, key: str) -> str:
    """The source of the document with this key. It contains the key, or the key's hash if the key cannot be stored."""
    if len(key) <= _MAX_PLAIN_KEY and remove_unstorable(key) == key:
        return f"{file.name}/={key}"
    return f"{file.name}/~{hashlib.sha256(key.encode(errors='backslashreplace')).hexdigest()}"


def source_for_duplicate(file: LegacyFile, source: str, digest: str) -> str:
    """The source of different content, with this digest, under a key whose own source is ``source``."""
    return f"{file.name}/+{hashlib.sha256(f'{source} {digest}'.encode()).hexdigest()}"


def source_for_changed(file: LegacyFile, record: Record) -> str:
    """The source of the raw text of a record that has changed since it was imported."""
    return f"{file.name}/leftover/{record.duplicate_source.rpartition('+')[2]}/1"


def read_records(file: LegacyFile, blocks: Iterator[str]) -> Iterator[Record]:
    """Every segment of the text that the blocks make up as a record, in order."""
    occurrences = OccurrenceCounter()
    segments = stream_segments(blocks, keyed=file.keyed, is_element=file.is_element)
    for number, (segment, text) in enumerate(segments):
        value_text = text[segment.value_start or segment.start : segment.end]
        skip_reason = segment.error or _find_skip_reason(file, segment, value_text)
        raw_text = text[segment.start : segment.end] if skip_reason else value_text
        if skip_reason:
            digest = hashlib.sha256(raw_text.encode(errors="backslashreplace")).hexdigest()
        else:
            digest = content_digest(segment.value)
        if skip_reason or not file.keyed:
            source = f"{file.name}/leftover/{digest}" if skip_reason else f"{file.name}/{digest}"
            source = f"{source}/{occurrences.add(source)}"
            yield Record(number, segment, raw_text, digest, source, skip_reason=skip_reason)
        else:
            source = source_for_key(file, key_of(segment))
            duplicate_source = source_for_duplicate(file, source, digest)
            yield Record(number, segment, raw_text, digest, source, duplicate_source)


def _find_skip_reason(file: LegacyFile, segment: Segment, value_text: str) -> str:
    if not isinstance(segment.value, dict):
        return "it is not an object"
    if is_too_deep(segment.value, value_text):
        return f"it is nested more than {MAX_DEPTH} levels deep"
    if file is PROGRESS:
        event = segment.value.get("event")
        if not isinstance(event, str) or not event.strip():
            return "it names no event"
    return ""
