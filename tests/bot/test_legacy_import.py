"""Taking the predecessor's four files in, and giving them out again."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import InputError
from bot.events import IMPORT_DONE
from bot.exports import script_json
from bot.generation.models import CueKind, Script
from bot.legacy import taking_in
from bot.legacy.files import LEFTOVERS
from bot.legacy.giving_out import give_out
from bot.legacy.report import FileReport
from bot.legacy.taking_in import take_in
from storage import Database, Reading, Writing
from storage.events import Event, EventFilter, verify
from storage.scripts import StoredScript
from storage.states import ScriptState
from tests.conftest import StillClock

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


def put(folder: Path, **files: Any) -> None:
    """Files by their name without its ending; text and bytes as they are."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str | bytes) else json.dumps(content, indent=2)
        (folder / f"{name}.json").write_bytes(text.encode() if isinstance(text, str) else text)


def put_all(folder: Path, **changed: Any) -> None:
    """All four files."""
    put(folder, **({name.removesuffix(".json"): content for name, content in FILES.items()} | changed))


async def took(database: Database, folder: Path) -> dict[str, FileReport]:
    """What the import tells of each file."""
    return {report.file.collection: report for report in await take_in(database, folder, BERLIN)}


def counts(reports: dict[str, FileReport]) -> list[tuple[int, int, int]]:
    """Imported, known, skipped; file by file."""
    return [(report.imported, report.known, report.skipped) for report in reports.values()]


async def gave(database: Database, folder: Path) -> dict[str, Any]:
    """The exported files' content by their name."""
    await give_out(database, folder)
    return await asyncio.to_thread(
        lambda: {
            path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in folder.iterdir()
            if path.suffix == ".json"
        }
    )


async def events(database: Database) -> list[Event]:
    """Every event, oldest first."""
    async with database.read() as reading:
        return [event async for event in reading.events.stream(EventFilter())]


async def scripts(database: Database) -> list[StoredScript]:
    """Every script, oldest first."""
    async with database.read() as reading:
        return [stored async for stored in reading.scripts.stream()]


async def leftovers(database: Database) -> list[dict[str, Any]]:
    """What was skipped and kept."""
    async with database.read() as reading:
        return [json.loads(text) async for _, text, _ in reading.documents.stream(LEFTOVERS)]


async def test_all_four_come_in_and_go_out(database: Database, tmp_path: Path) -> None:
    """Each file's documents are imported, and an export gives the very same back, with the import's own event behind."""
    put_all(tmp_path / "seed")
    assert counts(await took(database, tmp_path / "seed")) == [(2, 0, 0), (1, 0, 0), (3, 0, 0), (3, 0, 0)]
    found = await gave(database, tmp_path / "out")
    *entries, done = found.pop("session_progress.json")
    assert entries == FILES["session_progress.json"]
    assert found == {name: content for name, content in FILES.items() if name != "session_progress.json"}
    assert (done["event"], done["data"]) == (
        IMPORT_DONE,
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
    assert [event.event for event in await events(database)][-2:] == ["Broadcast sent", IMPORT_DONE]


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
    async with database.read() as reading:
        assert await reading.documents.get(S1) == SCRIPT
        assert await reading.ebooks.titles() == {"ebook_001": "ebook_001"}


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
    assert (undated.timestamp[:19], undated.entry()) == ("2026-11-22T20:00:00", {"event": "Undated"})
    async with database.read() as reading:
        assert (await verify(reading.events)).intact


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
    async with database.read() as reading:
        assert (await verify(reading.events)).intact


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
    async with database.read() as reading:
        assert await reading.documents.get(S1) == SCRIPT
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
    await give_out(database, tmp_path / "out")
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


async def test_a_killed_import_is_completed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that dies between two batches is completed by the next one, and the one event counts both."""
    monkeypatch.setattr(taking_in, "BATCH", 2)
    put_all(tmp_path / "in")
    write, left = database.write, 3

    async def dying(work: Callable[[Writing], Any]) -> Any:
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


async def native(database: Database, clock: StillClock) -> None:
    """A studio that has worked by itself: a script, its grant log, a document, two announcements, events."""
    script = Script.model_validate(
        {
            "title": "The *Fox*", "logline": "A bell.", "language": "de",
            "cast": [{"name": "HANA", "voice": "low"}],
            "cues": [{"n": 1, "kind": "dialogue", "text": "Ja.", "speaker": "HANA", "direction": "c", "seconds": 1.5}],
            "running_time": {"low": 3, "high": 5},
        }
    )  # fmt: skip

    async def work(writing: Writing) -> None:
        await writing.ebooks.add("ebook_009", "The Fox")
        script_id = await writing.scripts.add(
            ebook_id="ebook_009", chapter_number=1, version=1, title="The Fox", theme="t", writer="gemini", model="m",
            body=script.model_dump_json(), seconds=4,
        )  # fmt: skip
        await writing.scripts.add_grant_log(
            GRANT | {"ebookId": "ebook_009", "id": "own"}, ebook_id="ebook_009", script_id=script_id, counts=True
        )
        await writing.scripts.add_grant_log({"eventType": "x"}, ebook_id="ebook_009", script_id=None, counts=False)
        await writing.documents.add("audio_scripts", {"script": ["Spoken."]})
        await writing.broadcasts.add(title="Draft", message="m")
        sent = await writing.broadcasts.add(title="Sent", message="m", metadata={"ebookId": "ebook_009"})
        await writing.broadcasts.confirm(sent.id, None)
        member_id = await writing.members.remember(7, "Hana")
        for _ in range(2):
            writing.report("Takes recorded", {"n": 1.0, "ebook_id": "ebook_009"}, member_id=member_id)

    await database.write(work)
    clock.forward(seconds=5)


async def test_our_own_export_comes_home(
    sqlite: Database, postgres_url: str, clock: StillClock, tmp_path: Path
) -> None:
    """A studio's export, taken into an empty database of the other kind, is given out again as it was."""
    await native(sqlite, clock)
    first = await gave(sqlite, tmp_path / "first")
    assert [note["title"] for note in first["notifications.json"]] == ["Sent"]
    assert all(key == document["id"] for key, document in first["audio_scripts.json"].items())
    other = await Database.open(postgres_url, clock)
    assert counts(await took(other, tmp_path / "first")) == [(2, 0, 0), (2, 0, 0), (1, 0, 0), (2, 0, 0)]
    second = await gave(other, tmp_path / "second")
    assert second["session_progress.json"].pop()["event"] == IMPORT_DONE
    assert second == first
    (mine,), theirs = await scripts(sqlite), await scripts(other)
    (same,) = [stored for stored in theirs if stored.id == mine.id]
    assert Script.from_json(same.body) == Script.from_json(mine.body)
    assert (same.model, same.theme, same.created_at) == (mine.model, mine.theme, mine.created_at)
    await other.close()


async def test_a_studio_knows_its_own_export(database: Database, clock: StillClock, tmp_path: Path) -> None:
    """A studio that is given its own export takes nothing twice."""
    await native(database, clock)
    await gave(database, tmp_path / "out")
    assert counts(await took(database, tmp_path / "out")) == [(0, 2, 0), (0, 2, 0), (0, 1, 0), (0, 2, 0)]


async def test_a_damaged_document_of_ours_is_read_by_its_lines(sqlite: Database, tmp_path: Path) -> None:
    """A document of our own whose cues have been tampered with is read by the predecessor's lines beside them."""
    document = SCRIPT | {"schema": script_json.SCHEMA, "cues": [{"n": "x"}], "writer": "template"}
    put(tmp_path, audio_scripts={S1: document})
    await took(sqlite, tmp_path)
    (stored,) = await scripts(sqlite)
    assert (len(Script.from_json(stored.body).cues), stored.writer, bool(stored.error)) == (5, "template", True)


async def test_an_export_writes_over_nothing(sqlite: Database, tmp_path: Path) -> None:
    """Where one of the files is there already, or the folder cannot be one, an export says so and leaves all as it is."""
    (tmp_path / "notifications.json").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        await give_out(sqlite, tmp_path)
    assert await asyncio.to_thread((tmp_path / "notifications.json").read_text) == "mine"
    with pytest.raises(InputError, match="cannot be made"):
        await give_out(sqlite, tmp_path / "notifications.json" / "deeper")


async def test_a_failed_export_leaves_nothing(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that fails in the middle leaves no half of a file behind."""

    def full(self: Reading, *_: object) -> Any:
        raise OSError(28, "No space left on device")

    put(tmp_path / "in", notifications=[NOTE])
    await took(sqlite, tmp_path / "in")
    monkeypatch.setattr("storage.events.EventStore.stream", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        await give_out(sqlite, tmp_path / "out")
    assert await asyncio.to_thread(lambda: list((tmp_path / "out").iterdir())) == []


async def test_an_empty_studio_has_empty_files(sqlite: Database, tmp_path: Path) -> None:
    """An export is laid out to the letter as the predecessor wrote its files, also where there is nothing."""
    assert await give_out(sqlite, tmp_path / "none") == [
        "audio_scripts.json: 0 scripts.",
        "grant_logs.json: 0 grant logs.",
        "notifications.json: 0 announcements.",
        "session_progress.json: 0 events.",
    ]
    put_all(tmp_path / "in", notifications=[NOTE, {"empty": {}, "none": [], "text": "a\nb"}])
    await took(sqlite, tmp_path / "in")
    await give_out(sqlite, tmp_path / "out")

    def compare() -> None:
        for name in ("audio_scripts.json", "grant_logs.json", "notifications.json"):
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
            assert (tmp_path / "none" / name).read_text() in {"[]", "{}"}

    await asyncio.to_thread(compare)
