"""Importing files that are damaged, doubled, changed or in any encoding."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.exports.script_document import SCHEMA, SCHEMA_VERSION
from bot.legacy.exporter import export_folder
from bot.scripts.models import Script
from storage import Database
from storage.stores.events import verify_chain
from tests.bot.legacy.samples import (
    ENTRY,
    NOTE,
    S1,
    SCRIPT,
    counts,
    export_files,
    get_events,
    get_scripts,
    get_skipped,
    import_files,
    write_files,
)


async def test_odd_entries_are_exported_unchanged(database: Database, tmp_path: Path) -> None:
    """Entries that no database can store directly are exported character for character."""
    odd: list[dict[str, Any]] = [
        {"timestamp": "0001-01-01T00:00:00", "event": "\x00", "data": {"ebook_id": "\x00"}},
        {"timestamp": "9999-12-31T23:59:59-14:00", "event": "half \ud800 " + "x" * 300, "data": ["\udfff", "\x00"]},
        {"timestamp": {}, "event": "E", "data": {"imported": {"source": "session_progress.json", "entry": {}}}},
        {"timestamp": "2025-12-22T10:00:00+05:30", "event": "Infinite", "data": {"ebookId": "x" * 101, "n": [1e999]}},
    ]
    write_files(tmp_path / "in", session_progress=odd)
    reports = await import_files(database, tmp_path / "in")
    assert reports["session_progress"].imported == 4
    assert (await export_files(database, tmp_path / "out"))["session_progress.json"][:-1] == odd
    imported = await get_events(database)
    assert [len(event.event) for event in imported[:2]] == [len("Imported entry"), 200]
    assert [event.ebook_id for event in imported] == [None] * 5
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact


async def test_odd_documents_are_exported_unchanged(database: Database, tmp_path: Path) -> None:
    """Documents with odd ids, odd fields or no lines are exported unchanged under their own ids."""
    odd = {
        "1": {"title": 5, "script": [1.5, None, {"text": "a"}, {"description": "b"}, {"character": "C", "text": "d"}]},
        "": {"script": "One line.\nAnother."},
        "x" * 41: SCRIPT,
        "y" * 200: SCRIPT | {"id": "y" * 200, "ebookId": "e" * 101, "chapterNumber": "3"},
        "\x00\ud800": {"id": "\x00\ud800", "script": [{"type": "narration", "text": "\x00a\ud800"}]},
        "nothing": {"script": {"no": "lines"}, "n": 1e999},
        "late": SCRIPT | {"chapterNumber": 10**20, "created_at": "yesterday", "ebookId": 7, "title": ""},
        "long": SCRIPT | {"script": [{"type": "narration", "text": "words " * 1_000}], "chapterNumber": 4.0},
    }
    write_files(tmp_path / "in", audio_scripts=odd, grant_logs=odd | {"z": {}})
    reports = await import_files(database, tmp_path / "in")
    assert counts(reports)[:2] == [(8, 0, 0), (9, 0, 0)]
    assert any("has no lines" in note or "no lines" in note for note in reports["audio_scripts"].notes)
    found = await export_files(database, tmp_path / "out")
    assert found["audio_scripts.json"] == odd
    assert found["grant_logs.json"] == odd | {"z": {}}
    stored = await get_scripts(database)
    assert len(stored) == 7
    assert all(len(script.id) <= 40 and Script.from_json(script.body).cues for script in stored)
    assert {script.ebook_id for script in stored} == {"ebook_001", "imported"}
    assert counts(await import_files(database, tmp_path / "in"))[:2] == [(0, 8, 0), (0, 9, 0)]


async def test_two_contents_under_one_id_are_both_kept(database: Database, tmp_path: Path) -> None:
    """If an id occurs twice in a file with different content, both are kept, and the report names the second."""
    other = SCRIPT | {"title": "Another"}
    text = f'{{"{S1}": {json.dumps(SCRIPT)}, "{S1}": {json.dumps(other)}, "{S1}": {json.dumps(SCRIPT)}}}'
    write_files(tmp_path, audio_scripts=text)
    reports = await import_files(database, tmp_path)
    assert counts(reports)[0] == (2, 1, 0)
    (note,) = reports["audio_scripts"].notes
    assert "more than once" in note
    assert [stored.title for stored in await get_scripts(database)] == ["The Midnight Summoning", "Another"]
    assert counts(await import_files(database, tmp_path))[0] == (0, 3, 0)
    found = (await export_files(database, tmp_path / "out"))["audio_scripts.json"]
    assert list(found.values()) == [SCRIPT, other]


async def test_changed_document_is_skipped_and_named(database: Database, tmp_path: Path) -> None:
    """A document that has changed since its import does not replace the old one; it is named, and its text is kept."""
    write_files(tmp_path, audio_scripts={S1: SCRIPT})
    await import_files(database, tmp_path)
    write_files(tmp_path, audio_scripts={S1: SCRIPT | {"title": "Another"}})
    for _ in range(2):
        reports = await import_files(database, tmp_path)
        assert counts(reports)[0] == (0, 0, 1)
        (note,) = reports["audio_scripts"].notes
        assert note == f"  line 2: “{S1}” has changed since it was imported; kept as it was."
    async with database.read() as tx:
        assert await tx.documents.find(S1) == SCRIPT
    (skipped,) = await get_skipped(database)
    assert json.loads(skipped["text"])["title"] == "Another"


async def test_skipped_records_are_kept_and_named(database: Database, tmp_path: Path) -> None:
    """A record that cannot be imported is named with line and reason, kept once as it is, and exported as text."""
    text = json.dumps([ENTRY, 5, {"event": ""}, {"data": 1}, {"event": 7}, {"event": "E", "data": []}], indent=1)
    deep = '{"event": "Deep", "data": ' + "[" * 300 + "]" * 300 + "}"
    write_files(tmp_path / "in", session_progress=text[:-2] + ",\n" + deep + ',\n{"timestamp": "x')
    for _ in range(2):
        reports = await import_files(database, tmp_path / "in")
        assert reports["session_progress"].notes == [
            "  line 10: “5” skipped, since it is not an object.",
            '  line 11: “{ "event": "" }” skipped, since it names no event.',
            '  line 14: “{ "data": 1 }” skipped, since it names no event.',
            '  line 17: “{ "event": 7 }” skipped, since it names no event.',
            '  line 24: “{"event": "Deep", "data": '
            + "[" * 34
            + "…” skipped, since it is nested more than 200 levels deep.",
            '  line 25: “{"timestamp": "x” skipped, since the file ends in the middle of it.',
        ]
    assert [skipped["text"] for skipped in await get_skipped(database)][4:] == [deep, '{"timestamp": "x']
    await export_folder(database, tmp_path / "out")
    exported = await asyncio.to_thread((tmp_path / "out" / "import_leftovers.txt").read_text)
    assert exported.count("--- session_progress.json, line ") == 6
    assert deep in exported


async def test_many_skipped_records_are_counted(sqlite: Database, tmp_path: Path) -> None:
    """The first twenty skipped records are named and the others counted; an import of nothing has no event."""
    write_files(tmp_path, notifications=list(range(27)))
    report = (await import_files(sqlite, tmp_path))["notifications"]
    assert report.sentences()[0] == "notifications.json: 0 announcements imported, 0 were there already, 27 skipped."
    assert report.sentences()[20:] == ["  line 21: “19” skipped, since it is not an object.", "  and 7 more."]
    assert await get_events(sqlite) == []


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        (b"", "empty."),
        (b"\x00" * 99, "empty."),
        (json.dumps([NOTE]).encode("utf-8-sig"), "1 announcement imported, 0 were there already, 0 skipped."),
        (json.dumps([NOTE]).encode("utf-16"), "1 announcement imported, 0 were there already, 0 skipped."),
        (json.dumps([NOTE]).encode("utf-16-le"), "1 announcement imported, 0 were there already, 0 skipped."),
        (json.dumps([NOTE]).encode("utf-16-be"), "1 announcement imported, 0 were there already, 0 skipped."),
        (json.dumps([NOTE]).encode("utf-32"), "1 announcement imported, 0 were there already, 0 skipped."),
        (json.dumps([NOTE]).encode("utf-16")[:-3], "0 announcements imported, 0 were there already, 1 skipped."),
        (b'[{"title": "caf\xe9"}]', "1 announcement imported, 0 were there already, 0 skipped."),
        (b"{}", "0 announcements imported, 0 were there already, 0 skipped."),
        (b'"text"', "0 announcements imported, 0 were there already, 1 skipped."),
        (json.dumps(NOTE).encode(), "1 announcement imported, 0 were there already, 0 skipped."),
    ],
)
async def test_every_encoding_is_read(sqlite: Database, tmp_path: Path, content: bytes, summary: str) -> None:
    """A file in any Unicode encoding, an empty one, or one with the wrong content is read as far as possible."""
    write_files(tmp_path, notifications=content)
    sentences = [report.sentences()[0] for report in (await import_files(sqlite, tmp_path)).values()]
    assert sentences[2] == f"notifications.json: {summary}"
    assert sentences[3] == "session_progress.json: not there."


async def test_unreadable_file_is_named(sqlite: Database, tmp_path: Path) -> None:
    """A file that cannot be opened is named, and the others are imported."""
    write_files(tmp_path, notifications=[NOTE])
    (tmp_path / "grant_logs.json").mkdir()
    reports = await import_files(sqlite, tmp_path)
    assert reports["grant_logs"].sentences() == ["grant_logs.json: cannot be read (Is a directory)."]
    assert reports["notifications"].imported == 1


async def test_own_document_with_damaged_cues_is_read_by_its_lines(sqlite: Database, tmp_path: Path) -> None:
    """If the cues in an exported document are invalid, the lines in the predecessor's format are used."""
    document = SCRIPT | {"schema": SCHEMA, "version": SCHEMA_VERSION, "cues": [{"n": "x"}], "writer": "template"}
    write_files(tmp_path, audio_scripts={S1: document})
    await import_files(sqlite, tmp_path)
    (stored,) = await get_scripts(sqlite)
    assert (len(Script.from_json(stored.body).cues), stored.writer, bool(stored.error)) == (5, "template", True)
