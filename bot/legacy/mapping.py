"""What becomes of one element of each of the four files, and whether this studio made it itself."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.legacy.files import GRANTS, NOTIFICATIONS, PROGRESS, SCRIPTS, LegacyFile, digest, moment, storable
from bot.legacy.records import Record
from bot.legacy.script_conversion import UNKNOWN_BOOK, book_of, chapter_of, converted
from storage import ReadTransaction, WriteTransaction
from storage.ids import new_id
from storage.stores.events import IMPORTED_KEY, canonical_json

MOST_EVENT: Final = 200
_UNNAMED: Final = "Imported entry"
_MOST_SCRIPT_ID, _MOST_ID, _MOST_BOOK = 40, 140, 100


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """Where an element is now (an id, or the event's name), and what is to be said about it."""

    target: str
    note: str = ""


@dataclass(slots=True)
class DocumentMapper:
    """Puts elements where they belong."""

    file: LegacyFile
    zone: ZoneInfo

    async def store_record(self, tx: WriteTransaction, given: Record, *, fresh_id: bool) -> MappedRecord:
        """The element is in the database; with ``fresh_id`` under an id of its own, since its key is taken."""
        if self.file is SCRIPTS:
            return await self._script(tx, given, fresh_id=fresh_id)
        if self.file is GRANTS:
            return await self._grant(tx, given, fresh_id=fresh_id)
        if self.file is PROGRESS:
            return self._entry(tx, given)
        target = new_id(NOTIFICATIONS.collection)
        await tx.documents.keep(target, NOTIFICATIONS.collection, given.raw, _kept_at(tx, given))
        return MappedRecord(target)

    async def leave(self, tx: WriteTransaction, given: Record, collection: str, why: str) -> str:
        """What was skipped, kept as its raw text with where it stood and why."""
        about = {"file": self.file.name, "line": given.piece.line, "why": why, "text": given.raw}
        target = new_id(collection)
        await tx.documents.keep(target, collection, json.dumps(about), _kept_at(tx, given))
        return target

    async def _script(self, tx: WriteTransaction, given: Record, *, fresh_id: bool) -> MappedRecord:
        found = converted(given.document)
        wanted = _usable(given.key, _MOST_ID if found is None else _MOST_SCRIPT_ID)
        taken = await tx.documents.taken([given.key]) if wanted else set()
        target = _derived(SCRIPTS, given) if fresh_id or taken or not wanted else given.key
        await tx.documents.keep(target, SCRIPTS.collection, given.raw, _kept_at(tx, given))
        note = "" if target == given.key or fresh_id else f"its id cannot be kept; it is {target} now"
        if found is None:
            return MappedRecord(target, "kept as a document, but it has no lines to make a script of")
        await tx.ebooks.add(found.ebook_id, found.ebook_id, found.theme)
        version = await tx.runs.next_version(found.ebook_id, found.chapter_number)
        made = moment(given.document.get("created_at"), self.zone) or tx.now
        await tx.scripts.add(**found.columns(target, version, made))
        return MappedRecord(target, note)

    async def _grant(self, tx: WriteTransaction, given: Record, *, fresh_id: bool) -> MappedRecord:
        taken = await tx.scripts.grant_logs_by_id([given.key]) if _usable(given.key, _MOST_ID) else {}
        keep = _usable(given.key, _MOST_ID) and not taken and not fresh_id
        target = given.key if keep else _derived(GRANTS, given)
        document, metadata = given.document, given.document.get("metadata")
        ebook_id = book_of(document)
        chapter = chapter_of(metadata.get("chapter_number")) if isinstance(metadata, dict) else 0
        counts = (
            ebook_id != UNKNOWN_BOOK
            and document.get("eventType") == "ebook_created"
            and document.get("writer") != "template"
            and await tx.scripts.fully_written(ebook_id, chapter)
        )
        made = moment(document.get("created_at"), self.zone) or tx.now
        await tx.scripts.keep_grant_log(target, given.raw, ebook_id=ebook_id, counts=counts, created_at=made)
        return MappedRecord(target, "" if keep or fresh_id else f"its id cannot be kept; it is {target} now")

    def _entry(self, tx: WriteTransaction, given: Record) -> MappedRecord:
        entry = given.document
        event = storable(entry["event"]).strip()[:MOST_EVENT] or _UNNAMED
        about: dict[str, Any] = {"at": tx.now.isoformat(), "source": self.file.name}
        about |= {"entry": entry} if _canonical(entry) else {"text": json.dumps(entry)}
        data = entry.get("data")
        book = (data.get("ebook_id") or data.get("ebookId")) if isinstance(data, dict) else None
        fits = isinstance(book, str) and 0 < len(book) <= _MOST_BOOK and storable(book) == book
        happened_at = moment(entry.get("timestamp"), self.zone)
        tx.report_past(event, {IMPORTED_KEY: about}, happened_at, book if fits else None)
        return MappedRecord(event[:_MOST_ID])


def named(document: dict[str, Any], document_id: str, created_at: datetime | None = None) -> dict[str, Any]:
    """The document as the files have it, which this studio keeps without its id and its moment."""
    more = {} if created_at is None else {"created_at": created_at.isoformat()}
    return document | {name: value for name, value in ({"id": document_id} | more).items() if name not in document}


async def native(tx: ReadTransaction, file: LegacyFile, batch: Sequence[Record]) -> set[str]:
    """Sources of those elements that this studio made itself: its own export that comes home."""
    sound = [given for given in batch if not given.fault]
    if file is PROGRESS:
        stamps = [str(given.document.get("timestamp")) for given in sound]
        there = {
            digest({"timestamp": event.timestamp, "event": event.event, "data": json.loads(event.data)})
            for event in await tx.events.find_by_timestamps(
                [stamp for stamp in stamps if len(stamp) <= 40 and stamp.isascii()]
            )
        }
        return {given.source for given in sound if given.digest in there}
    if file is NOTIFICATIONS:
        moments = [moment(given.document.get("timestamp"), ZoneInfo("UTC")) for given in sound]
        sent = {digest(entry) for entry in await tx.broadcasts.list_entries_of([at for at in moments if at])}
        return {given.source for given in sound if given.digest in sent}
    by_key = {given.key: given for given in sound if _usable(given.key, _MOST_ID)}
    if file is SCRIPTS:
        found = await tx.scripts.taken(list(by_key))
        for key, text, made in await tx.documents.some(list(by_key), SCRIPTS.collection):
            document = json.loads(text)
            if by_key[key].digest in {digest(document), digest(named(document, key, made))}:
                found.add(key)
    else:
        logs = await tx.scripts.grant_logs_by_id(list(by_key))
        found = set()
        for key, text in logs.items():
            document = json.loads(text)
            if by_key[key].digest in {digest(document), digest(named(document, key))}:
                found.add(key)
    return {by_key[key].source for key in found}


def _kept_at(tx: WriteTransaction, given: Record) -> datetime:
    """Documents keep the order of their file by a microsecond each."""
    return tx.now + timedelta(microseconds=given.number)


def _derived(file: LegacyFile, given: Record) -> str:
    """An id for what cannot keep its own; always the same, so that a dry run names the one that it will be."""
    return f"{file.collection}_{hashlib.sha256(f'{given.again} {given.digest}'.encode()).hexdigest()[:16]}"


def _usable(key: str, most: int) -> bool:
    return 0 < len(key) <= most and storable(key) == key


def _canonical(entry: dict[str, Any]) -> bool:
    try:
        canonical_json(entry).encode()
    except ValueError:  # no number, or half a surrogate pair
        return False
    return True
