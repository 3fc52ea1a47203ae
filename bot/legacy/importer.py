"""Takes the four files in: every complete element once, in batches that are each one transaction with their marks.

An element's mark is its file and key, or its file, digest and occurrence where elements have no keys, so that the same file
taken in again, or one that has grown, brings only what is new.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import InputError
from bot.event_names import LEGACY_FILES_IMPORTED
from bot.legacy.files import FILES, LEFTOVERS, LegacyFile, decoded, is_empty
from bot.legacy.import_report import FileReport, excerpt
from bot.legacy.mapping import DocumentMapper, native
from bot.legacy.records import Record, read_records
from storage import Database, WriteTransaction
from storage.stores.imports import ImportRecord

BATCH: Final = 500
_BATCH_SIGNS: Final = 4_000_000
_UNREPORTED: Final = "import_unreported"
_CHANGED: Final = "has changed since it was imported; kept as it was"


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of one piece: 'imported', 'known', 'skipped' or '' for a mere note."""

    given: Record
    counted: str
    note: str = ""


def check_folder(folder: Path) -> None:
    """``InputError`` where the folder is none or holds none of the four files."""
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Name the folder that holds the JSON files.")
    if not any((folder / file.name).exists() for file in FILES):
        names = ", ".join(file.name for file in FILES)
        raise InputError(f"The folder {folder} holds none of the files that can be imported.", f"They are {names}.")


async def import_folder(database: Database, folder: Path, zone: ZoneInfo) -> list[FileReport]:
    """Takes over what is new in the folder's files and reports it in one event; the outcome by file."""
    reports = [await _file(database, folder / file.name, file, zone) for file in FILES]

    async def finish(tx: WriteTransaction) -> None:
        counts = json.loads(await tx.key_values.get(_UNREPORTED) or "{}")
        if counts:
            tx.report(LEGACY_FILES_IMPORTED, counts)
            await tx.key_values.put(_UNREPORTED, "{}")

    await database.write(finish)
    return reports


async def _file(database: Database, path: Path, file: LegacyFile, zone: ZoneInfo) -> FileReport:
    report = FileReport(file)
    text = _text(path, report)
    intake = _FileImporter(database, file, DocumentMapper(file, zone), report)
    batch: list[Record] = []
    signs = 0
    for given in read_records(file, text):
        batch.append(given)
        signs += len(given.raw)
        if len(batch) >= BATCH or signs >= _BATCH_SIGNS:
            await intake.take(batch)
            batch, signs = [], 0
    await intake.take(batch)
    return report


def _text(path: Path, report: FileReport) -> str:
    """What stands in the file; nothing, and why, where nothing can be read."""
    try:
        text, damaged = decoded(path.read_bytes())
    except FileNotFoundError:
        report.remark = "not there"
        return ""
    except OSError as error:
        report.remark = f"cannot be read ({error.strerror})"
        return ""
    if damaged is not None:
        report.note(damaged, "", "from here on there are bytes that are no text; each was read as �")
    if is_empty(text):
        report.remark = "empty"
        return ""
    return text


@dataclass(slots=True)
class _FileImporter:
    """One file on its way in."""

    database: Database
    file: LegacyFile
    mapper: DocumentMapper
    report: FileReport
    met: set[str] = field(default_factory=set)
    """Marks whose very content has stood in the file already: what differs then is no change but a second content."""

    async def take(self, batch: list[Record]) -> None:
        """The batch is in, with its marks, or nothing of it is."""

        async def work(tx: WriteTransaction) -> list[_Fate]:
            return await self._batch(tx, batch)

        for fate in await self.database.write(work) if batch else ():
            self.report.imported += fate.counted == "imported"
            self.report.known += fate.counted == "known"
            self.report.skipped += fate.counted == "skipped"
            if fate.note:
                self.report.note(fate.given.piece.line, excerpt(fate.given.key or fate.given.raw), fate.note)

    async def _batch(self, tx: WriteTransaction, batch: list[Record]) -> list[_Fate]:
        sources = {source for given in batch for source in (given.source, given.again) if source}
        known = await tx.imports.known(list(sources))
        own = await native(tx, self.file, batch)
        marks: list[ImportRecord] = []
        fates: list[_Fate] = []
        for given in batch:
            fate, mark = await self._one(tx, given, known, own)
            fates.append(fate)
            if mark is not None:
                known[mark.source] = mark
                marks.append(mark)
        await tx.imports.add(marks)
        imported = sum(fate.counted == "imported" for fate in fates)
        if imported:
            counts = Counter(json.loads(await tx.key_values.get(_UNREPORTED) or "{}"))
            counts[self.file.collection] += imported
            await tx.key_values.put(_UNREPORTED, json.dumps(counts))
        return fates

    async def _one(
        self, tx: WriteTransaction, given: Record, known: dict[str, ImportRecord], own: set[str]
    ) -> tuple[_Fate, ImportRecord | None]:
        if given.fault:
            if not given.raw:  # the file's sudden end: nothing stands there
                return _Fate(given, "", given.fault), None
            return await self._leave(tx, given, given.source, known, f"skipped, since {given.fault}")
        before = known.get(given.source)
        own_export = before is None and given.source in own
        if before is None or before.digest == given.digest:
            self.met.add(given.source)
        if (before and before.digest == given.digest) or given.again in known or own_export:
            return _Fate(given, "known"), None
        if before is not None and given.source not in self.met:
            source = f"{self.file.name}/leftover/{given.again.rpartition('+')[2]}/1"
            return await self._leave(tx, given, source, known, _CHANGED)
        filed = await self.mapper.store_record(tx, given, fresh_id=before is not None)
        note = filed.note
        if before is not None:
            note = f"stands there more than once with different content; this one is kept as {filed.target}"
        mark = ImportRecord(given.source if before is None else given.again, filed.target, given.digest)
        return _Fate(given, "imported", note), mark

    async def _leave(
        self, tx: WriteTransaction, given: Record, source: str, known: dict[str, ImportRecord], why: str
    ) -> tuple[_Fate, ImportRecord | None]:
        """Skipped and named; its raw text is kept, once."""
        fate = _Fate(given, "skipped", why)
        if source in known or source in await tx.imports.known([source]):
            return fate, None
        target = await self.mapper.leave(tx, given, LEFTOVERS, why)
        return fate, ImportRecord(source, target, given.digest)
