"""Writes the studio's data as the four files, in exactly the layout of the predecessor."""

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from bot.errors import InputError
from bot.exports import script_json
from bot.legacy.files import GRANTS, NOTIFICATIONS, PROGRESS, SCRIPTS, SKIPPED_COLLECTION, SKIPPED_FILE, LegacyFile
from bot.legacy.mapping import add_id
from bot.legacy.records import source_for_key
from bot.scripts.models import Script
from storage import Database, ReadTransaction
from storage.stores.events import EventFilter

Item = tuple[str, Any]
"""A document's key and the document; the key is empty in files that are arrays."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A written file: its name and the sentence about what is in it."""

    name: str
    sentence: str


async def export_folder(database: Database, folder: Path) -> list[ExportedFile]:
    """Writes the four files, and one with what imports have skipped if there is anything; returns them in order.

    All are written under temporary names first and renamed together, so a failed export leaves no partial file.

    Raises:
        InputError: one of the files exists already, or the folder cannot be written.
    """
    _prepare_folder(folder)
    exported: list[ExportedFile] = []
    try:
        with ExitStack() as cleanup:
            renames: list[tuple[Path, Path]] = []

            def open_temporary(name: str) -> TextIO:
                temporary = folder / f".{name}.{os.getpid()}.tmp"
                renames.append((temporary, folder / name))
                cleanup.callback(temporary.unlink, missing_ok=True)
                return temporary.open("w", encoding="utf-8", newline="\n", errors="backslashreplace")

            async with database.read() as tx:
                for file, stream in _STREAMS.items():
                    with open_temporary(file.name) as target:
                        count = await _write_json(target, stream(tx), keyed=file.keyed)
                    noun = file.noun if count == 1 else f"{file.noun}s"
                    exported.append(ExportedFile(file.name, f"{file.name}: {count} {noun}."))
                skipped = [json.loads(text) async for _, text, _ in tx.documents.stream(SKIPPED_COLLECTION)]
            if skipped:
                with open_temporary(SKIPPED_FILE) as target:
                    target.writelines(map(_format_skipped, skipped))
                sentence = f"{SKIPPED_FILE}: {len(skipped)} that an import could not read."
                exported.append(ExportedFile(SKIPPED_FILE, sentence))
            for temporary, final in renames:
                temporary.replace(final)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be written: {error.strerror}.") from error
    return exported


def _prepare_folder(folder: Path) -> None:
    names = (*(file.name for file in _STREAMS), SKIPPED_FILE)
    try:
        existing = [name for name in names if (folder / name).exists()]
        if not existing:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be created: {error.strerror}.", "Name another one.") from error
    if existing:
        raise InputError(
            f"{folder / existing[0]} is there already, and nothing is written over.", "Name a folder without it."
        )


async def _write_json(target: TextIO, items: AsyncIterator[Item], *, keyed: bool) -> int:
    """Writes what ``json.dump(…, indent=2)`` would write, but one element at a time; returns their number."""
    opening, closing = "{}" if keyed else "[]"
    count = 0
    target.write(opening)
    async for key, value in items:
        target.write(",\n  " if count else "\n  ")
        if keyed:
            target.write(f"{json.dumps(key)}: ")
        # Strings contain no line breaks in JSON, so this only indents.
        target.write(json.dumps(value, indent=2).replace("\n", "\n  "))
        count += 1
    target.write(f"\n{closing}" if count else closing)
    return count


async def _stream_scripts(tx: ReadTransaction) -> AsyncIterator[Item]:
    """Imported documents first, then the studio's own scripts."""
    sources = await tx.imports.get_sources_by_target(f"{SCRIPTS.name}/")
    async for document_id, text, created_at in tx.documents.stream(SCRIPTS.collection):
        yield _restore_item(SCRIPTS, sources.get(document_id), document_id, json.loads(text), created_at)
    titles = await tx.ebooks.get_titles()
    async for stored in tx.scripts.stream():
        if stored.id not in sources:
            script = Script.from_json(stored.body)
            ebook_title = titles.get(stored.ebook_id, stored.ebook_id)
            yield stored.id, script_json.build_document(stored, script, ebook_title)


async def _stream_grant_logs(tx: ReadTransaction) -> AsyncIterator[Item]:
    sources = await tx.imports.get_sources_by_target(f"{GRANTS.name}/")
    async for document_id, text, created_at in tx.documents.stream(GRANTS.collection):
        yield document_id, add_id(json.loads(text), document_id, created_at)
    async for log_id, text in tx.grant_logs.stream():
        yield _restore_item(GRANTS, sources.get(log_id), log_id, json.loads(text))


async def _stream_notifications(tx: ReadTransaction) -> AsyncIterator[Item]:
    async for _, text, _ in tx.documents.stream(NOTIFICATIONS.collection):
        yield "", json.loads(text)
    async for broadcast in tx.broadcasts.stream_sent():
        yield "", broadcast.to_entry()


async def _stream_events(tx: ReadTransaction) -> AsyncIterator[Item]:
    async for event in tx.events.stream(EventFilter()):
        yield "", event.to_entry()


_STREAMS: Final[dict[LegacyFile, Callable[[ReadTransaction], AsyncIterator[Item]]]] = {
    SCRIPTS: _stream_scripts,
    GRANTS: _stream_grant_logs,
    NOTIFICATIONS: _stream_notifications,
    PROGRESS: _stream_events,
}
"""What is written into each file, in the order of the report."""


def _restore_item(
    file: LegacyFile,
    source: str | None,
    document_id: str,
    document: dict[str, Any],
    created_at: datetime | None = None,
) -> Item:
    """An imported document exactly as it was, under the key it had; one of our own (``source`` is None) with its id added."""
    if source is None:
        return document_id, add_id(document, document_id, created_at)
    key = source.removeprefix(f"{file.name}/=")
    if key != source:
        return key, document
    # The source contains only the key's hash, because the key was too long or cannot be stored; the id inside may match it.
    own_id = document.get("id")
    if isinstance(own_id, str) and source_for_key(file, own_id) == source:
        return own_id, document
    return document_id, document


def _format_skipped(skipped: dict[str, Any]) -> str:
    return f"--- {skipped['file']}, line {skipped['line']}: {skipped['why']}\n{skipped['text']}\n\n"
