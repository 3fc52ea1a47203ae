"""Taking the predecessor's four files in."""

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
    events,
    gave,
    put,
    put_all,
    scripts,
    took,
)


async def test_all_four_come_in_and_go_out(database: Database, tmp_path: Path) -> None:
    """Each file's documents are imported, and an export gives the very same back, with the import's own event behind."""
    put_all(tmp_path / "seed")
    assert counts(await took(database, tmp_path / "seed")) == [(2, 0, 0), (1, 0, 0), (3, 0, 0), (3, 0, 0)]
    found = await gave(database, tmp_path / "out")
    *entries, done = found.pop("session_progress.json")
    assert entries == FILES["session_progress.json"]
    assert found == {name: content for name, content in FILES.items() if name != "session_progress.json"}
    assert (done["event"], done["data"]) == (
        LEGACY_FILES_IMPORTED,
        {"audio_scripts": 2, "grant_logs": 1, "notifications": 3, "session_progress": 3},
    )


async def test_an_import_is_done_once(database: Database, tmp_path: Path) -> None:
    """The same files again bring nothing and no event; a file that has grown brings what is new, equal entries too."""
    put_all(tmp_path)
    await took(database, tmp_path)
    before = await events(database)
    assert counts(await took(database, tmp_path)) == [(0, 2, 0), (0, 1, 0), (0, 3, 0), (0, 3, 0)]
    assert await events(database) == before
    put(tmp_path, session_progress=[*FILES["session_progress.json"], ENTRY], notifications=[NOTE] * 3)
    assert counts(await took(database, tmp_path)) == [(0, 2, 0), (0, 1, 0), (1, 2, 0), (1, 3, 0)]
    assert [event.event for event in await events(database)][-2:] == ["Broadcast sent", LEGACY_FILES_IMPORTED]


async def test_a_script_is_in_the_library(database: Database, tmp_path: Path) -> None:
    """An imported script is a draft with cues, cast and running time, under its id, at its moment, in its book."""
    put_all(tmp_path)
    await took(database, tmp_path)
    first, second = await scripts(database)
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
        assert await tx.documents.get(S1) == SCRIPT
        assert await tx.ebooks.titles() == {"ebook_001": "ebook_001"}


async def test_versions_go_on(sqlite: Database, tmp_path: Path) -> None:
    """Two imported scripts of one chapter are two versions of it."""
    put(tmp_path, audio_scripts={S1: SCRIPT, S2: SCRIPT | {"id": S2}})
    await took(sqlite, tmp_path)
    assert [stored.version for stored in await scripts(sqlite)] == [1, 2]


async def test_only_what_was_written_counts(database: Database, tmp_path: Path) -> None:
    """A grant log counts as a deliverable only where its chapter has a script that carries no error."""
    put_all(
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
    await took(database, tmp_path)
    async with database.engines.reader.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT id FROM grant_logs WHERE counts")
        assert [row[0] for row in rows] == ["one"]


async def test_history_stands_where_it_happened(database: Database, tmp_path: Path) -> None:
    """An entry's event is of its own moment and book, its provenance is inside the chain, and the chain is unbroken."""
    put(tmp_path, session_progress=[ENTRY, {"event": "Undated"}])
    await took(database, tmp_path)
    dated, undated, _ = await events(database)
    assert (dated.timestamp, dated.event, dated.ebook_id) == (
        "2025-12-22T08:00:00.500000+00:00", "Broadcast sent", "ebook_001",
    )  # fmt: skip
    assert json.loads(dated.data) == {
        "imported": {"at": "2026-11-22T20:00:00+00:00", "source": "session_progress.json", "entry": ENTRY}
    }
    assert (undated.timestamp[:19], undated.to_entry()) == ("2026-11-22T20:00:00", {"event": "Undated"})
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact


async def test_a_killed_import_is_completed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that dies between two batches is completed by the next one, and the one event counts both."""
    monkeypatch.setattr(importer, "BATCH", 2)
    put_all(tmp_path / "in")
    write, left = database.write, 3

    async def dying(work: Callable[[WriteTransaction], Any]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return await write(work)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", lambda _, work: dying(work))
        with pytest.raises(KeyboardInterrupt):
            await took(database, tmp_path / "in")
    assert counts(await took(database, tmp_path / "in")) == [(0, 2, 0), (0, 1, 0), (1, 2, 0), (3, 0, 0)]
    found = await gave(database, tmp_path / "out")
    assert found["session_progress.json"].pop()["data"] == {
        "audio_scripts": 2, "grant_logs": 1, "notifications": 3, "session_progress": 3,
    }  # fmt: skip
    assert found == FILES
