"""Imports the four files: every complete record once, in batches.

Each batch is one transaction with its import records, so an import that was interrupted is completed by the next one.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from stat import S_ISREG
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import InputError
from bot.event_names import LEGACY_FILES_IMPORTED
from bot.legacy.decoding import TextFile
from bot.legacy.files import FILES, LegacyFile
from bot.legacy.import_report import FileReport, make_excerpt
from bot.legacy.mapping import DocumentMapper, find_own_exports
from bot.legacy.records import Record, read_records, source_for_changed
from storage import Database, WriteTransaction, write_transaction
from storage.stores.imports import ImportRecord

BATCH: Final = 500
"""Records in one transaction: large enough that commits cost little, small enough that other writers hardly wait."""
_BATCH_CHARACTERS: Final = 4_000_000
"""Characters in one transaction, for files with very large records: keeps the memory and the transaction small."""
_UNREPORTED_KEY: Final = "import_unreported"
"""The key of the counts of what was imported and not yet reported by an event, as JSON by collection."""
_CHANGED: Final = "has changed since it was imported; kept as it was"


class _Outcome(Enum):
    IMPORTED = auto()
    KNOWN = auto()  # imported earlier, or made by this studio itself
    SKIPPED = auto()  # its raw text is kept
    NOTED = auto()  # no data: only the place where the file was cut off


@dataclass(frozen=True, slots=True)
class _Result:
    """The outcome of one record and the note about it; ``import_record`` is to be stored."""

    record: Record
    outcome: _Outcome
    note: str = ""
    import_record: ImportRecord | None = None


def check_folder(folder: Path) -> None:
    """Returns if there is something to import.

    Raises:
        InputError: the folder does not exist, or contains none of the four files.
    """
    try:
        is_folder = folder.is_dir()
        has_files = any((folder / file.name).exists() for file in FILES)
    except OSError as error:  # such as a name that is too long
        raise InputError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not is_folder:
        raise InputError(f"There is no folder {folder}.", "Name the folder that holds the JSON files.")
    if not has_files:
        names = ", ".join(file.name for file in FILES)
        raise InputError(f"The folder {folder} holds none of the files that can be imported.", f"They are {names}.")


@dataclass(frozen=True, slots=True)
class FolderImporter:
    """Imports the files of a folder; times without an offset are read in ``zone``."""

    database: Database
    zone: ZoneInfo

    async def import_folder(self, folder: Path) -> list[FileReport]:
        """Everything new in the folder's files is stored and reported by one event; returns a report for each file.

        A file that is missing or unreadable is named in its report and does not stop the others.
        """
        reports = [await self._import_file(folder / file.name, file) for file in FILES]
        await self._report_import()
        return reports

    async def _import_file(self, path: Path, file: LegacyFile) -> FileReport:
        report = FileReport(file)
        blocks = _read_text(path, report)
        importer = _FileImporter(self.database, file, DocumentMapper(file, self.zone), report)
        batch: list[Record] = []
        characters = 0
        for record in read_records(file, blocks):
            batch.append(record)
            characters += len(record.raw_text)
            if len(batch) >= BATCH or characters >= _BATCH_CHARACTERS:
                await importer.import_batch(batch)
                batch, characters = [], 0
        await importer.import_batch(batch)
        return report

    @write_transaction
    async def _report_import(self, tx: WriteTransaction) -> None:
        """The event counts also what an interrupted import has stored and not reported."""
        counts = json.loads(await tx.key_values.get(_UNREPORTED_KEY) or "{}")
        if counts:
            tx.report(LEGACY_FILES_IMPORTED, counts)
            await tx.key_values.put(_UNREPORTED_KEY, "{}")


def _read_text(path: Path, report: FileReport) -> Iterator[str]:
    """The file's text in blocks; empty with a remark in the report if it cannot be read."""
    try:
        if not S_ISREG(path.stat().st_mode) and not path.is_dir():
            report.remark = "not a file"  # reading from a pipe or a device might never end
            return iter(())
        text = TextFile.examine(path)
    except FileNotFoundError:
        report.remark = "not there"
        return iter(())
    except OSError as error:
        report.remark = f"cannot be read ({error.strerror})"
        return iter(())
    if text.damaged_line is not None:
        report.add_note(text.damaged_line, "", "from here on there are bytes that are no text; each was read as �")
    if text.is_blank:
        report.remark = "empty"
        return iter(())
    return text.read_blocks()


@dataclass(slots=True)
class _FileImporter:
    """Imports the records of one file, batch by batch."""

    database: Database
    file: LegacyFile
    mapper: DocumentMapper
    report: FileReport
    confirmed_sources: set[str] = field(default_factory=set)
    """Sources whose stored content has occurred in this file. Different content under such a source is a second document in
    the same file, and not a change of the stored one."""

    async def import_batch(self, batch: list[Record]) -> None:
        """The records and their import records are stored, or nothing is; the report counts them."""
        if not batch:
            return
        for result in await self._store_batch(batch):
            self.report.imported += result.outcome is _Outcome.IMPORTED
            self.report.known += result.outcome is _Outcome.KNOWN
            self.report.skipped += result.outcome is _Outcome.SKIPPED
            if result.note:
                subject = make_excerpt(result.record.key or result.record.raw_text)
                self.report.add_note(result.record.segment.line, subject, result.note)

    @write_transaction
    async def _store_batch(self, tx: WriteTransaction, batch: list[Record]) -> list[_Result]:
        sources = {source for record in batch for source in (record.source, record.duplicate_source) if source}
        known = await tx.imports.get_by_source(list(sources))
        own_sources = await find_own_exports(tx, self.file, batch)
        results: list[_Result] = []
        for record in batch:
            result = await self._store_record(tx, record, known, own_sources)
            results.append(result)
            if result.import_record is not None:
                known[result.import_record.source] = result.import_record
        await tx.imports.add([result.import_record for result in results if result.import_record is not None])
        await self._count_unreported(tx, sum(result.outcome is _Outcome.IMPORTED for result in results))
        return results

    async def _count_unreported(self, tx: WriteTransaction, imported: int) -> None:
        if imported:
            counts = Counter(json.loads(await tx.key_values.get(_UNREPORTED_KEY) or "{}"))
            counts[self.file.collection] += imported
            await tx.key_values.put(_UNREPORTED_KEY, json.dumps(counts))

    async def _store_record(
        self, tx: WriteTransaction, record: Record, known: dict[str, ImportRecord], own_sources: set[str]
    ) -> _Result:
        if record.skip_reason:
            if not record.raw_text:  # the place where the file was cut off
                return _Result(record, _Outcome.NOTED, record.skip_reason)
            return await self._skip(tx, record, record.source, known, f"skipped, since {record.skip_reason}")
        earlier = known.get(record.source)
        if self.file.keyed and (earlier is None or earlier.digest == record.digest):
            self.confirmed_sources.add(record.source)
        is_unchanged = earlier is not None and earlier.digest == record.digest
        is_own_export = earlier is None and record.source in own_sources
        if is_unchanged or is_own_export or record.duplicate_source in known:
            return _Result(record, _Outcome.KNOWN)
        if earlier is None:
            stored = await self.mapper.store_record(tx, record, fresh_id=False)
            import_record = ImportRecord(record.source, stored.target, record.digest)
            return _Result(record, _Outcome.IMPORTED, stored.note, import_record)
        if record.source not in self.confirmed_sources:
            return await self._skip(tx, record, source_for_changed(self.file, record), known, _CHANGED)
        stored = await self.mapper.store_record(tx, record, fresh_id=True)
        note = f"occurs more than once with different content; this one is kept as {stored.target}"
        import_record = ImportRecord(record.duplicate_source, stored.target, record.digest)
        return _Result(record, _Outcome.IMPORTED, note, import_record)

    async def _skip(
        self, tx: WriteTransaction, record: Record, source: str, known: dict[str, ImportRecord], reason: str
    ) -> _Result:
        """Keeps the record's raw text, unless an earlier import has kept it."""
        if source in known or source in await tx.imports.get_by_source([source]):
            return _Result(record, _Outcome.SKIPPED, reason)
        target = await self.mapper.keep_skipped(tx, record, reason)
        return _Result(record, _Outcome.SKIPPED, reason, ImportRecord(source, target, record.digest))
