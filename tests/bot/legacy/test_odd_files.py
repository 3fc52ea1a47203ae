"""Files as they really are: damaged, doubled, changed, in any encoding."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.exports import script_json
from bot.legacy.exporter import export_folder
from bot.scripts.models import Script
from storage import Database
from storage.stores.events import verify_chain
from tests.bot.legacy.samples import ENTRY, NOTE, S1, SCRIPT, counts, events, gave, leftovers, put, scripts, took


async def test_odd_entries_come_back(database: Database, tmp_path: Path) -> None:
    """Entries that no database takes as they are come back sign for sign."""
    odd: list[dict[str, Any]] = [
        {"timestamp": "0001-01-01T00:00:00", "event": "\x00", "data": {"ebook_id": "\x00"}},
        {"timestamp": "9999-12-31T23:59:59-14:00", "event": "half \ud800 " + "x" * 300, "data": ["\udfff", "\x00"]},
        {"timestamp": {}, "event": "E", "data": {"imported": {"source": "session_progress.json", "entry": {}}}},
        {"timestamp": "2025-12-22T10:00:00+05:30", "event": "Infinite", "data": {"ebookId": "x" * 101, "n": [1e999]}},
    ]
    put(tmp_path / "in", session_progress=odd)
    reports = await took(database, tmp_path / "in")
    assert reports["session_progress"].imported == 4
    assert (await gave(database, tmp_path / "out"))["session_progress.json"][:-1] == odd
    found = await events(database)
    assert [len(event.event) for event in found[:2]] == [len("Imported entry"), 200]
    assert [event.ebook_id for event in found] == [None] * 5
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact


async def test_odd_documents_come_back(database: Database, tmp_path: Path) -> None:
    """Documents with odd ids, odd fields or no lines are kept word for word and go out under the ids they came with."""
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
    put(tmp_path / "in", audio_scripts=odd, grant_logs=odd | {"z": {}})
    reports = await took(database, tmp_path / "in")
    assert counts(reports)[:2] == [(8, 0, 0), (9, 0, 0)]
    assert any("has no lines" in note or "no lines" in note for note in reports["audio_scripts"].notes)
    found = await gave(database, tmp_path / "out")
    assert found["audio_scripts.json"] == odd
    assert found["grant_logs.json"] == odd | {"z": {}}
    stored = await scripts(database)
    assert len(stored) == 7
    assert all(len(script.id) <= 40 and Script.from_json(script.body).cues for script in stored)
    assert {script.ebook_id for script in stored} == {"ebook_001", "imported"}
    assert counts(await took(database, tmp_path / "in"))[:2] == [(0, 8, 0), (0, 9, 0)]


async def test_a_second_content_is_kept(database: Database, tmp_path: Path) -> None:
    """Where one id stands twice in a file with different content, both are kept, and the second is named."""
    other = SCRIPT | {"title": "Another"}
    text = f'{{"{S1}": {json.dumps(SCRIPT)}, "{S1}": {json.dumps(other)}, "{S1}": {json.dumps(SCRIPT)}}}'
    put(tmp_path, audio_scripts=text)
    reports = await took(database, tmp_path)
    assert counts(reports)[0] == (2, 1, 0)
    (note,) = reports["audio_scripts"].notes
    assert "more than once" in note
    assert [stored.title for stored in await scripts(database)] == ["The Midnight Summoning", "Another"]
    assert counts(await took(database, tmp_path))[0] == (0, 3, 0)
    found = (await gave(database, tmp_path / "out"))["audio_scripts.json"]
    assert list(found.values()) == [SCRIPT, other]


async def test_a_changed_document_is_named(database: Database, tmp_path: Path) -> None:
    """A document that has changed since its import is not imported over the old one; it is named and kept aside."""
    put(tmp_path, audio_scripts={S1: SCRIPT})
    await took(database, tmp_path)
    put(tmp_path, audio_scripts={S1: SCRIPT | {"title": "Another"}})
    for _ in range(2):
        reports = await took(database, tmp_path)
        assert counts(reports)[0] == (0, 0, 1)
        (note,) = reports["audio_scripts"].notes
        assert note == f"  line 2: “{S1}” has changed since it was imported; kept as it was."
    async with database.read() as tx:
        assert await tx.documents.get(S1) == SCRIPT
    (left,) = await leftovers(database)
    assert json.loads(left["text"])["title"] == "Another"


async def test_leftovers_are_kept_and_named(database: Database, tmp_path: Path) -> None:
    """What cannot be imported is named with line and reason, kept word for word once, and given out as a text."""
    text = json.dumps([ENTRY, 5, {"event": ""}, {"data": 1}, {"event": 7}, {"event": "E", "data": []}], indent=1)
    deep = '{"event": "Deep", "data": ' + "[" * 300 + "]" * 300 + "}"
    put(tmp_path / "in", session_progress=text[:-2] + ",\n" + deep + ',\n{"timestamp": "x')
    for _ in range(2):
        reports = await took(database, tmp_path / "in")
        assert reports["session_progress"].notes == [
            "  line 10: “5” skipped, since it is no object.",
            '  line 11: “{ "event": "" }” skipped, since it names no event.',
            '  line 14: “{ "data": 1 }” skipped, since it names no event.',
            '  line 17: “{ "event": 7 }” skipped, since it names no event.',
            '  line 24: “{"event": "Deep", "data": '
            + "[" * 34
            + "…” skipped, since it is nested more than 200 levels deep.",
            '  line 25: “{"timestamp": "x” skipped, since the file ends in the middle of it.',
        ]
    assert [left["text"] for left in await leftovers(database)][4:] == [deep, '{"timestamp": "x']
    await export_folder(database, tmp_path / "out")
    told = await asyncio.to_thread((tmp_path / "out" / "import_leftovers.txt").read_text)
    assert told.count("--- session_progress.json, line ") == 6
    assert deep in told


async def test_many_leftovers_are_counted(sqlite: Database, tmp_path: Path) -> None:
    """Of many things that were skipped the first twenty are named and the others counted; nothing imported, no event."""
    put(tmp_path, notifications=list(range(27)))
    report = (await took(sqlite, tmp_path))["notifications"]
    assert report.sentences()[0] == "notifications.json: 0 announcements imported, 0 were there already, 27 skipped."
    assert report.sentences()[20:] == ["  line 21: “19” skipped, since it is no object.", "  and 7 more."]
    assert await events(sqlite) == []


@pytest.mark.parametrize(
    ("content", "said"),
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
async def test_bytes_of_every_kind(sqlite: Database, tmp_path: Path, content: bytes, said: str) -> None:
    """A file in any of Unicode's encodings, empty, or with the wrong thing in it, is read as far as it goes."""
    put(tmp_path, notifications=content)
    sentences = [report.sentences()[0] for report in (await took(sqlite, tmp_path)).values()]
    assert sentences[2] == f"notifications.json: {said}"
    assert sentences[3] == "session_progress.json: not there."


async def test_what_cannot_be_opened_is_told(sqlite: Database, tmp_path: Path) -> None:
    """A file that cannot be opened is told, and the others come in."""
    put(tmp_path, notifications=[NOTE])
    (tmp_path / "grant_logs.json").mkdir()
    reports = await took(sqlite, tmp_path)
    assert reports["grant_logs"].sentences() == ["grant_logs.json: cannot be read (Is a directory)."]
    assert reports["notifications"].imported == 1


async def test_a_damaged_document_of_ours_is_read_by_its_lines(sqlite: Database, tmp_path: Path) -> None:
    """A document of our own whose cues have been tampered with is read by the predecessor's lines beside them."""
    document = SCRIPT | {"schema": script_json.SCHEMA, "cues": [{"n": "x"}], "writer": "template"}
    put(tmp_path, audio_scripts={S1: document})
    await took(sqlite, tmp_path)
    (stored,) = await scripts(sqlite)
    assert (len(Script.from_json(stored.body).cues), stored.writer, bool(stored.error)) == (5, "template", True)
