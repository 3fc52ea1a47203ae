"""What one record of each of the four files becomes, and whether this studio has exported it itself."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.legacy.decoding import content_digest, parse_time, remove_unstorable
from bot.legacy.files import GRANTS, NOTIFICATIONS, PROGRESS, SCRIPTS, SKIPPED_COLLECTION, LegacyFile
from bot.legacy.records import Record
from bot.legacy.script_conversion import UNKNOWN_EBOOK, convert_document, parse_chapter_number, parse_ebook_id
from storage import ReadTransaction, WriteTransaction
from storage.ids import new_id
from storage.stores.events import IMPORTED_KEY, canonical_json

MAX_EVENT_NAME: Final = 200
"""Characters; the column's width. A longer name is cut, and the entry itself stays complete."""
_UNNAMED_EVENT: Final = "Imported entry"
_MAX_SCRIPT_ID: Final = 40
_MAX_DOCUMENT_ID: Final = 140
_MAX_EBOOK_ID: Final = 100  # these three are the widths of the columns
_MAX_TIMESTAMP: Final = 40
"""Characters; longer than any ISO 8601 time. This studio's own timestamps have 32."""


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """The id under which a record is stored, empty for an event, and a note for the report."""

    target: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DocumentMapper:
    """Stores the records of one file; times without an offset are read in ``zone``."""

    file: LegacyFile
    zone: ZoneInfo

    async def store_record(self, tx: WriteTransaction, record: Record, *, fresh_id: bool) -> MappedRecord:
        """The record is in the database; with ``fresh_id`` it gets a new id, because its key is already taken."""
        if self.file is SCRIPTS:
            return await self._store_script(tx, record, fresh_id=fresh_id)
        if self.file is GRANTS:
            return await self._store_grant_log(tx, record, fresh_id=fresh_id)
        if self.file is PROGRESS:
            return self._store_event(tx, record)
        target = new_id(NOTIFICATIONS.collection)
        await tx.documents.import_document(
            target, NOTIFICATIONS.collection, record.raw_text, _creation_time(tx, record)
        )
        return MappedRecord(target)

    async def keep_skipped(self, tx: WriteTransaction, record: Record, reason: str) -> str:
        """The raw text of a skipped record is kept with its place and the reason; returns the new document's id."""
        document = {"file": self.file.name, "line": record.segment.line, "why": reason, "text": record.raw_text}
        target = new_id(SKIPPED_COLLECTION)
        await tx.documents.import_document(target, SKIPPED_COLLECTION, json.dumps(document), _creation_time(tx, record))
        return target

    async def _store_script(self, tx: WriteTransaction, record: Record, *, fresh_id: bool) -> MappedRecord:
        """The document is kept as it is; if it has lines, it also becomes a script of the library."""
        converted = convert_document(record.document)
        has_usable_id = _is_usable_id(record.key, _MAX_DOCUMENT_ID if converted is None else _MAX_SCRIPT_ID)
        is_taken = has_usable_id and bool(await tx.documents.find_existing_ids([record.key]))
        can_keep_id = has_usable_id and not is_taken and not fresh_id
        target = record.key if can_keep_id else _derive_id(SCRIPTS, record)
        await tx.documents.import_document(target, SCRIPTS.collection, record.raw_text, _creation_time(tx, record))
        if converted is None:
            return MappedRecord(target, "kept as a document, but it has no lines to make a script of")
        await tx.ebooks.get_or_add(converted.ebook_id, converted.ebook_id, converted.theme)
        version = await tx.runs.next_version(converted.ebook_id, converted.chapter_number)
        created_at = parse_time(record.document.get("created_at"), self.zone) or tx.now
        await tx.scripts.add(converted.to_new_script(target, version, created_at))
        return MappedRecord(target, _note_about_id(record, target, fresh_id=fresh_id))

    async def _store_grant_log(self, tx: WriteTransaction, record: Record, *, fresh_id: bool) -> MappedRecord:
        """The grant log counts as a deliverable if its chapter has a script that Gemini has written completely."""
        has_usable_id = _is_usable_id(record.key, _MAX_DOCUMENT_ID)
        is_taken = has_usable_id and bool(await tx.grant_logs.get_many([record.key]))
        can_keep_id = has_usable_id and not is_taken and not fresh_id
        target = record.key if can_keep_id else _derive_id(GRANTS, record)
        document, metadata = record.document, record.document.get("metadata")
        ebook_id = parse_ebook_id(document)
        chapter_number = parse_chapter_number(metadata.get("chapter_number")) if isinstance(metadata, dict) else 0
        counts = (
            ebook_id != UNKNOWN_EBOOK
            and document.get("eventType") == "ebook_created"
            and document.get("writer") != "template"
            and await tx.scripts.has_full_script(ebook_id, chapter_number)
        )
        created_at = parse_time(document.get("created_at"), self.zone) or tx.now
        await tx.grant_logs.import_log(target, record.raw_text, ebook_id=ebook_id, counts=counts, created_at=created_at)
        return MappedRecord(target, _note_about_id(record, target, fresh_id=fresh_id))

    def _store_event(self, tx: WriteTransaction, record: Record) -> MappedRecord:
        """The event is part of the chain, at the time when it happened; its data contain the entry as it was."""
        entry = record.document
        event = remove_unstorable(entry["event"]).strip()[:MAX_EVENT_NAME] or _UNNAMED_EVENT
        about: dict[str, Any] = {"at": tx.now.isoformat(), "source": self.file.name}
        about |= {"entry": entry} if _can_be_hashed(entry) else {"text": json.dumps(entry)}
        data = entry.get("data")
        ebook_id = (data.get("ebook_id") or data.get("ebookId")) if isinstance(data, dict) else None
        has_usable_ebook = isinstance(ebook_id, str) and _is_usable_id(ebook_id, _MAX_EBOOK_ID)
        happened_at = parse_time(entry.get("timestamp"), self.zone)
        tx.report_past(event, {IMPORTED_KEY: about}, happened_at, ebook_id if has_usable_ebook else None)
        return MappedRecord("")


def add_id(document: dict[str, Any], document_id: str, created_at: datetime | None = None) -> dict[str, Any]:
    """The document with its id and time, as the files have it; this studio stores those outside the document."""
    missing = {"id": document_id}
    if created_at is not None:
        missing["created_at"] = created_at.isoformat()
    return document | {name: value for name, value in missing.items() if name not in document}


async def find_own_exports(tx: ReadTransaction, file: LegacyFile, batch: Sequence[Record]) -> set[str]:
    """The sources of those records that this studio has itself and that were exported from it."""
    records = [record for record in batch if not record.skip_reason]
    if file is PROGRESS:
        return await _find_own_events(tx, records)
    if file is NOTIFICATIONS:
        return await _find_own_broadcasts(tx, records)
    by_key = {record.key: record for record in records if _is_usable_id(record.key, _MAX_DOCUMENT_ID)}
    own_keys = await (_find_own_scripts(tx, by_key) if file is SCRIPTS else _find_own_grant_logs(tx, by_key))
    return {by_key[key].source for key in own_keys}


async def _find_own_events(tx: ReadTransaction, records: Sequence[Record]) -> set[str]:
    timestamps = [str(record.document.get("timestamp")) for record in records]
    plausible = [text for text in timestamps if len(text) <= _MAX_TIMESTAMP and text.isascii()]
    digests = {
        content_digest({"timestamp": event.timestamp, "event": event.event, "data": json.loads(event.data)})
        for event in await tx.events.find_by_timestamps(plausible)
    }
    return {record.source for record in records if record.digest in digests}


async def _find_own_broadcasts(tx: ReadTransaction, records: Sequence[Record]) -> set[str]:
    times = [parse_time(record.document.get("timestamp"), ZoneInfo("UTC")) for record in records]
    digests = {content_digest(entry) for entry in await tx.broadcasts.list_entries_of([time for time in times if time])}
    return {record.source for record in records if record.digest in digests}


async def _find_own_scripts(tx: ReadTransaction, by_key: dict[str, Record]) -> set[str]:
    keys = list(by_key)
    own_keys = set(await tx.scripts.find_existing_ids(keys))
    for key, text, created_at in await tx.documents.get_in_collection(keys, SCRIPTS.collection):
        document = json.loads(text)
        if by_key[key].digest in {content_digest(document), content_digest(add_id(document, key, created_at))}:
            own_keys.add(key)
    return own_keys


async def _find_own_grant_logs(tx: ReadTransaction, by_key: dict[str, Record]) -> set[str]:
    own_keys: set[str] = set()
    for key, text in (await tx.grant_logs.get_many(list(by_key))).items():
        document = json.loads(text)
        if by_key[key].digest in {content_digest(document), content_digest(add_id(document, key))}:
            own_keys.add(key)
    return own_keys


def _creation_time(tx: WriteTransaction, record: Record) -> datetime:
    """A microsecond later for each record, so that documents keep the order of their file."""
    return tx.now + timedelta(microseconds=record.number)


def _derive_id(file: LegacyFile, record: Record) -> str:
    """An id for a record that cannot keep its own. It is not random, so that a dry run names the id of the import."""
    text = f"{record.duplicate_source} {record.digest}"
    return f"{file.collection}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _note_about_id(record: Record, target: str, *, fresh_id: bool) -> str:
    """Empty if the record has kept its id; also with ``fresh_id``, where the importer writes its own note."""
    return "" if target == record.key or fresh_id else f"its id cannot be kept; it is {target} now"


def _is_usable_id(key: str, max_length: int) -> bool:
    return 0 < len(key) <= max_length and remove_unstorable(key) == key


def _can_be_hashed(entry: dict[str, Any]) -> bool:
    """Whether the entry has the canonical form that the chain hashes."""
    try:
        canonical_json(entry).encode()
    except ValueError:  # an infinite number, or half of a surrogate pair
        return False
    return True
