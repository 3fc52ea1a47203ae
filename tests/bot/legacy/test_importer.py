"""Importing the predecessor's four files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.event_names import LEGACY_FILES_IMPORTED
from bot.legacy import importer
from bot.scripts.models import CueKind, Script
from storage import Database, WriteTransaction
from storage.states import ScriptState
from storage.stores.events import verify_chain
from tests.bot.legacy.samples import (
    ENTRY,
    FILES,
    GRANT,
    NOTE,
    S1,
    S2,
    SCRIPT,
    counts,
    export_files,
    get_events,
    get_scripts,
    import_files,
    write_all_files,
    write_files,
)


async def test_import_and_export_of_all_four_files(database: Database, tmp_path: Path) -> None:
    """An export after an import has the same content, plus the event of the import."""
    write_all_files(tmp_path / "seed")
    assert counts(await import_files(database, tmp_path / "seed")) == [(2, 0, 0), (1, 0, 0), (3, 0, 0), (3, 0, 0)]
    exported = await export_files(database, tmp_path / "out")
    *entries, done = exported.pop("session_progress.json")
    assert entries == FILES["session_progress.json"]
    assert exported == {name: content for name, content in FILES.items() if name != "session_progress.json"}
    assert (done["event"], done["data"]) == (
        LEGACY_FILES_IMPORTED,
        {"audio_scripts": 2, "grant_logs": 1, "notifications": 3, "session_progress": 3},
    )


async def test_repeated_import_adds_only_what_is_new(database: Database, tmp_path: Path) -> None:
    """The same files add nothing and no event; a file that has grown adds what is new, equal entries included."""
    write_all_files(tmp_path)
    await import_files(database, tmp_path)
    before = await get_events(database)
    assert counts(await import_files(database, tmp_path)) == [(0, 2, 0), (0, 1, 0), (0, 3, 0), (0, 3, 0)]
    assert await get_events(database) == before
    write_files(tmp_path, session_progress=[*FILES["session_progress.json"], ENTRY], notifications=[NOTE] * 3)
    assert counts(await import_files(database, tmp_path)) == [(0, 2, 0), (0, 1, 0), (1, 2, 0), (1, 3, 0)]
    assert [event.event for event in await get_events(database)][-2:] == ["Broadcast sent", LEGACY_FILES_IMPORTED]


async def test_imported_script_is_in_the_library(database: Database, tmp_path: Path) -> None:
    """An imported script is a draft with cues, cast and running time, with its own id, time and book."""
    write_all_files(tmp_path)
    await import_files(database, tmp_path)
    first, second = await get_scripts(database)
    assert (first.id, first.state, first.writer, first.ebook_id, first.chapter_number, first.version) == (
        S1, ScriptState.DRAFT, "gemini", "ebook_001", 1, 1,
    )  # fmt: skip
    assert first.created_at.isoformat() == "2025-12-22T08:00:00.123456+00:00"
    script = Script.from_json(first.body)
    assert [(cue.n, cue.kind, cue.speaker, cue.text, cue.direction) for cue in script.cues] == [
        (1, CueKind.NARRATION, "NARRATOR", "The lantern guttered.", ""),
        (2, CueKind.SFX, "", "A door creaks.", ""),
        (3, CueKind.MUSIC, "", "A drone.", ""),
        (4, CueKind.DIALOGUE, "HANA", "You came back.", "tired"),
        (5, CueKind.NARRATION, "NARRATOR", "A bell rang.", ""),
    ]
    assert [member.name for member in script.cast] == ["NARRATOR", "HANA"]
    assert script.running_time.low <= first.seconds <= script.running_time.high
    assert (second.writer, second.error) == ("template", "404 models/gemini-pro is not found")
    async with database.read() as tx:
        assert await tx.documents.find(S1) == SCRIPT
        assert await tx.ebooks.get_titles() == {"ebook_001": "ebook_001"}


async def test_scripts_of_one_chapter_are_versions(sqlite: Database, tmp_path: Path) -> None:
    """Two imported scripts of one chapter are two versions of it."""
    write_files(tmp_path, audio_scripts={S1: SCRIPT, S2: SCRIPT | {"id": S2}})
    await import_files(sqlite, tmp_path)
    assert [stored.version for stored in await get_scripts(sqlite)] == [1, 2]


async def test_grant_log_counts_only_with_a_full_script(database: Database, tmp_path: Path) -> None:
    """A grant log counts as a deliverable only if its chapter has a script without error."""
    write_all_files(
        tmp_path,
        grant_logs={
            "one": GRANT,
            "two": GRANT | {"metadata": {"chapter_number": 2}},
            "three": GRANT | {"metadata": None},
            "four": GRANT | {"ebookId": None},
            "five": GRANT | {"eventType": "note"},
            "six": GRANT | {"writer": "template"},
        },
    )
    await import_files(database, tmp_path)
    async with database.engines.reader.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT id FROM grant_logs WHERE counts")
        assert [row[0] for row in rows] == ["one"]


async def test_imported_event_keeps_its_time(database: Database, tmp_path: Path) -> None:
    """An imported event has its own time and book, the chain contains where it came from, and the chain verifies."""
    write_files(tmp_path, session_progress=[ENTRY, {"event": "Undated"}])
    await import_files(database, tmp_path)
    dated, undated, _ = await get_events(database)
    assert (dated.timestamp, dated.event, dated.ebook_id) == (
        "2025-12-22T08:00:00.500000+00:00", "Broadcast sent", "ebook_001",
    )  # fmt: skip
    assert json.loads(dated.data) == {
        "imported": {"at": "2026-11-22T20:00:00+00:00", "source": "session_progress.json", "entry": ENTRY}
    }
    assert (undated.timestamp[:19], undated.to_entry()) == ("2026-11-22T20:00:00", {"event": "Undated"})
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact


async def test_interrupted_import_is_completed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next import completes one that ended between two batches, and one event counts both."""
    monkeypatch.setattr(importer, "BATCH", 2)
    write_all_files(tmp_path / "in")
    write, writes_left = database.write, 3

    async def write_three_times(work: Callable[[WriteTransaction], Any]) -> Any:
        nonlocal writes_left
        writes_left -= 1
        if writes_left < 0:
            raise KeyboardInterrupt
        return await write(work)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", lambda _, work: write_three_times(work))
        with pytest.raises(KeyboardInterrupt):
            await import_files(database, tmp_path / "in")
    assert counts(await import_files(database, tmp_path / "in")) == [(0, 2, 0), (0, 1, 0), (1, 2, 0), (3, 0, 0)]
    exported = await export_files(database, tmp_path / "out")
    assert exported["session_progress.json"].pop()["data"] == {
        "audio_scripts": 2, "grant_logs": 1, "notifications": 3, "session_progress": 3,
    }  # fmt: skip
    assert exported == FILES
