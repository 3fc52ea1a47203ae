"""Gives the studio's memory out as the four files, in the very layout the predecessor wrote."""

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from bot.errors import InputError
from bot.exports import script_json
from bot.legacy.files import GRANTS, LEFTOVERS, LEFTOVERS_FILE, NOTIFICATIONS, PROGRESS, SCRIPTS, LegacyFile
from bot.legacy.mapping import named
from bot.legacy.records import source_of
from bot.scripts.models import Script
from storage import Database, ReadTransaction
from storage.stores.events import EventFilter

Item = tuple[str, Any]
"""A document's key and the document; in arrays the key is empty."""

_ORDER: Final = (SCRIPTS, GRANTS, NOTIFICATIONS, PROGRESS)


async def export_folder(database: Database, folder: Path) -> list[str]:
    """Writes the files and returns what is to be said; ``InputError`` where one is there already or none can be written."""
    _check(folder)
    sources: dict[LegacyFile, Callable[[ReadTransaction], AsyncIterator[Item]]] = {
        SCRIPTS: _scripts,
        GRANTS: _grants,
        NOTIFICATIONS: _notifications,
        PROGRESS: _progress,
    }
    said: list[str] = []
    try:
        with ExitStack() as leaving:
            made: list[tuple[Path, Path]] = []
            async with database.read() as tx:
                for file in _ORDER:
                    made.append(_names(folder, file.name))
                    leaving.callback(made[-1][0].unlink, missing_ok=True)
                    with _opened(made[-1][0]) as target:
                        count = await _write(target, sources[file](tx), "{}" if file.keyed else "[]")
                    said.append(f"{file.name}: {count} {file.noun if count == 1 else file.noun + 's'}.")
                leftovers = [json.loads(text) async for _, text, _ in tx.documents.stream(LEFTOVERS)]
            if leftovers:
                made.append(_names(folder, LEFTOVERS_FILE))
                leaving.callback(made[-1][0].unlink, missing_ok=True)
                with _opened(made[-1][0]) as target:
                    target.writelines(map(_leftover, leftovers))
                said.append(f"{LEFTOVERS_FILE}: {len(leftovers)} that an import could not read.")
            for temporary, final in made:
                temporary.replace(final)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be written: {error.strerror}.") from error
    return said


def _check(folder: Path) -> None:
    there = [name for name in (*(file.name for file in _ORDER), LEFTOVERS_FILE) if (folder / name).exists()]
    if there:
        raise InputError(
            f"{folder / there[0]} is there already, and nothing is written over.", "Name a folder without it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.", "Name another one.") from error


def _names(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f".{name}.{os.getpid()}.tmp", folder / name


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="\n", errors="backslashreplace")


async def _write(target: TextIO, items: AsyncIterator[Item], brackets: str) -> int:
    """Writes what ``json.dump(…, indent=2)`` would have written, one element at a time; how many there were."""
    count = 0
    target.write(brackets[0])
    async for key, value in items:
        target.write(",\n  " if count else "\n  ")
        if brackets == "{}":
            target.write(f"{json.dumps(key)}: ")
        target.write(json.dumps(value, indent=2).replace("\n", "\n  "))  # no line ends stand inside JSON's strings
        count += 1
    target.write(f"\n{brackets[1]}" if count else brackets[1])
    return count


async def _scripts(tx: ReadTransaction) -> AsyncIterator[Item]:
    came_from = await tx.imports.sources(f"{SCRIPTS.name}/")
    async for document_id, text, made in tx.documents.stream(SCRIPTS.collection):
        yield _item(SCRIPTS, came_from.get(document_id), document_id, json.loads(text), made)
    titles = await tx.ebooks.titles()
    async for stored in tx.scripts.stream():
        if stored.id not in came_from:
            script = Script.from_json(stored.body)
            yield stored.id, script_json.document(stored, script, titles.get(stored.ebook_id, stored.ebook_id))


async def _grants(tx: ReadTransaction) -> AsyncIterator[Item]:
    came_from = await tx.imports.sources(f"{GRANTS.name}/")
    async for document_id, text, made in tx.documents.stream(GRANTS.collection):
        yield document_id, named(json.loads(text), document_id, made)
    async for log_id, text in tx.scripts.stream_grant_logs():
        yield _item(GRANTS, came_from.get(log_id), log_id, json.loads(text))


async def _notifications(tx: ReadTransaction) -> AsyncIterator[Item]:
    async for _, text, _ in tx.documents.stream(NOTIFICATIONS.collection):
        yield "", json.loads(text)
    async for broadcast in tx.broadcasts.stream_sent():
        yield "", broadcast.to_entry()


async def _progress(tx: ReadTransaction) -> AsyncIterator[Item]:
    async for event in tx.events.stream(EventFilter()):
        yield "", event.to_entry()


def _item(
    file: LegacyFile, source: str | None, document_id: str, document: dict[str, Any], made: datetime | None = None
) -> Item:
    """An imported document just as it came and under the key it had; our own with its id in it."""
    if source is None:
        return document_id, named(document, document_id, made)
    key = source.removeprefix(f"{file.name}/=")
    if key != source:
        return key, document
    own = document.get("id")  # a key too long or too odd for its mark is known again by the mark's digest
    return (own if isinstance(own, str) and source_of(file, own) == source else document_id), document


def _leftover(found: dict[str, Any]) -> str:
    return f"--- {found['file']}, line {found['line']}: {found['why']}\n{found['text']}\n\n"
