"""Sample files of the predecessor, and functions that import and export them."""

import asyncio
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.legacy.exporter import export_folder
from bot.legacy.files import SKIPPED_COLLECTION
from bot.legacy.import_report import FileReport
from bot.legacy.importer import FolderImporter
from storage import Database
from storage.stores.events import Event, EventFilter
from storage.stores.scripts import StoredScript

BERLIN = ZoneInfo("Europe/Berlin")
S1, S2, G1 = "audio_scripts_20251222_090000_123456", "audio_scripts_0123456789abcdef", "grant_logs_0123456789abcdef"

SCRIPT: dict[str, Any] = {
    "title": "The Midnight Summoning",
    "script": [
        {"type": "narration", "text": "The lantern guttered.", "timing": "0:00-0:05"},
        {"type": "sfx", "description": "A door creaks."},
        {"type": "music", "description": "A drone."},
        {"type": "dialogue", "character": "Hana", "text": "You came back.", "emotion": "tired"},
        "A bell rang.",
        {"type": "narration", "text": "  "},
    ],
    "estimated_duration": "5 minutes",
    "theme": "fox-demon horror",
    "ebookId": "ebook_001",
    "chapterNumber": 1,
    "created_at": "2025-12-22T09:00:00.123456",
    "id": S1,
}
TEMPLATE = SCRIPT | {"id": S2, "error": "404 models/gemini-pro is not found", "chapterNumber": 2}
GRANT: dict[str, Any] = {
    "eventType": "ebook_created",
    "ebookId": "ebook_001",
    "metadata": {"chapter_number": 1, "theme": "fox-demon horror", "affiliate_hook": ""},
    "created_at": "2025-12-22T09:00:00.200000",
    "id": G1,
}
NOTE = {"title": "New Lore: x", "message": "Share.", "metadata": {"z": 1, "a": [1.0]}, "timestamp": "2025-12-22T09:00"}
ENTRY = {"timestamp": "2025-12-22T09:00:00.5", "event": "Broadcast sent", "data": {"ebookId": "ebook_001", "n": 1}}
FILES: dict[str, Any] = {
    "audio_scripts.json": {S1: SCRIPT, S2: TEMPLATE},
    "grant_logs.json": {G1: GRANT},
    "notifications.json": [NOTE, NOTE | {"title": "Second"}, NOTE],
    "session_progress.json": [ENTRY, ENTRY, ENTRY | {"event": "Third", "data": None}],
}


def write_files(folder: Path, **files: Any) -> None:
    """Writes files by their name without extension; values become JSON, texts and bytes are written as they are."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str | bytes) else json.dumps(content, indent=2)
        (folder / f"{name}.json").write_bytes(text.encode() if isinstance(text, str) else text)


def write_all_files(folder: Path, **changed: Any) -> None:
    """Writes the four sample files, some of them changed."""
    write_files(folder, **({name.removesuffix(".json"): content for name, content in FILES.items()} | changed))


async def import_files(database: Database, folder: Path) -> dict[str, FileReport]:
    """Imports the folder and returns the report of each file by collection."""
    return {report.file.collection: report for report in await FolderImporter(database, BERLIN).import_folder(folder)}


def counts(reports: dict[str, FileReport]) -> list[tuple[int, int, int]]:
    """The numbers of imported, known and skipped records of each file."""
    return [(report.imported, report.known, report.skipped) for report in reports.values()]


async def export_files(database: Database, folder: Path) -> dict[str, Any]:
    """Exports into the folder and returns the content of each file by name."""
    await export_folder(database, folder)
    return await asyncio.to_thread(
        lambda: {
            path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in folder.iterdir()
            if path.suffix == ".json"
        }
    )


async def get_events(database: Database) -> list[Event]:
    """Every event, oldest first."""
    async with database.read() as tx:
        return [event async for event in tx.events.stream(EventFilter())]


async def get_scripts(database: Database) -> list[StoredScript]:
    """Every script, oldest first."""
    async with database.read() as tx:
        return [stored async for stored in tx.scripts.stream()]


async def get_skipped(database: Database) -> list[dict[str, Any]]:
    """The kept raw texts of skipped records, with file, line and reason."""
    async with database.read() as tx:
        return [json.loads(text) async for _, text, _ in tx.documents.stream(SKIPPED_COLLECTION)]
