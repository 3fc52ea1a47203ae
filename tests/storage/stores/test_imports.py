"""What the memory keeps of things that were taken over from elsewhere."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from storage import Database, DatabaseInUseError, DatabaseUnreadableError, WriteTransaction
from storage.dry_run import open_dry_run
from storage.stores.events import EventFilter, verify_chain
from storage.stores.imports import ImportRecord
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock, SampleActor

LONG_AGO = datetime(2025, 12, 22, 9, 0, tzinfo=UTC)


def wrapped(**about: object) -> dict[str, Any]:
    """The data of an imported event."""
    return {"imported": {"at": "2026-11-22T20:00:00+00:00", "source": "session_progress.json", **about}}


async def past(database: Database, event: str, data: dict[str, Any], happened_at: datetime | None = LONG_AGO) -> None:
    """An event of long ago, taken over now."""

    async def work(tx: WriteTransaction) -> None:
        tx.report_past(event, data, happened_at)

    await database.write(work)


async def test_marks_are_found_again(database: Database) -> None:
    """A mark is found by its source and by the beginning of it, and a thousand others are asked for at once."""
    marks = [ImportRecord(f"a_b%/{number}", f"t{number}", "d" * 64) for number in range(3)] + [
        ImportRecord("aXb%/9", "t9", "")
    ]
    await database.write(lambda tx: tx.imports.add(marks))
    await database.write(lambda tx: tx.imports.add([]))
    async with database.read() as tx:
        asked = [f"a_b%/{number}" for number in range(2_500)]
        assert await tx.imports.get_by_source(asked) == {mark.source: mark for mark in marks[:3]}
        assert await tx.imports.get_sources_by_target("a_b%/") == {
            f"t{number}": f"a_b%/{number}" for number in range(3)
        }


async def test_nothing_is_marked_twice(database: Database) -> None:
    """Two imports at once cannot both take the same thing: the second one's transaction is undone."""
    mark = ImportRecord("notifications.json/x/1", "t", "d")
    await database.write(lambda tx: tx.imports.add([mark]))

    async def again(tx: WriteTransaction) -> None:
        await tx.documents.import_document("doc", "notifications", "{}", tx.now)
        await tx.imports.add([mark])

    with pytest.raises(IntegrityError):
        await database.write(again)
    async with database.read() as tx:
        assert await tx.documents.find("doc") is None


async def test_the_past_keeps_its_moment(database: Database, clock: FakeClock) -> None:
    """An imported event stands at the moment it happened, counts for that period alone, and the chain over it verifies."""
    await past(database, "Takes recorded", wrapped(entry={"event": "Takes recorded"}))
    await past(database, "Undated", wrapped(entry={"event": "Undated"}), None)
    async with database.read() as tx:
        dated, undated = [event async for event in tx.events.stream(EventFilter())]
        assert await tx.events.count(EventFilter(since=clock.now - timedelta(days=30))) == 1
        assert (await verify_chain(tx.events)).is_intact
    assert dated.timestamp == "2025-12-22T09:00:00.000000+00:00"
    assert datetime.fromisoformat(undated.timestamp) == clock.now


@pytest.mark.parametrize(
    "entry",
    [
        {"timestamp": "2025-12-22T09:00:00", "event": "Takes recorded", "data": {"b": [1, 1.0, None], "a": "月 “ö”"}},
        {"event": "Bare"},
        {"extra": 1, "event": "More", "timestamp": 5, "data": "text"},
    ],
)
async def test_an_imported_entry_comes_back(database: Database, entry: dict[str, Any]) -> None:
    """What an imported event gives out is the entry that came in, naive time and all."""
    await past(database, str(entry["event"]), wrapped(entry=entry))
    async with database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
    assert event.to_entry() == entry
    assert json.loads(event.display_data) == entry.get("data")


async def test_an_entry_that_cannot_be_hashed_comes_back(database: Database) -> None:
    """An entry with signs that no database takes is kept as text and comes back with them."""
    text = r'{"event": "Odd", "data": {"n": "\u0000\ud800", "x": Infinity}}'
    await past(database, "Odd", wrapped(text=text))
    async with database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
    assert event.to_entry() == json.loads(text)
    event.display_data.encode()


async def test_nobody_passes_for_the_past(database: Database) -> None:
    """What a member tracks by hand is given out as it was tracked, whatever it pretends to be."""
    forged = wrapped(entry={"event": "Script approved", "data": {}, "timestamp": "2020-01-01"})

    async def work(tx: WriteTransaction) -> None:
        member_id = await tx.members.remember(SampleActor(7, "Hana"))
        tx.report("Note", forged, member_id=member_id)
        tx.report("Note", {"imported": {"source": "elsewhere"}})
        tx.report("Note", {"imported": {"source": "session_progress.json", "entry": 5}})

    await database.write(work)
    async with database.read() as tx:
        entries = [event.to_entry() async for event in tx.events.stream(EventFilter())]
    assert [entry["event"] for entry in entries] == ["Note"] * 3
    assert entries[0]["data"] == forged


async def test_a_version_counts_imported_scripts(database: Database) -> None:
    """A chapter whose first script was imported gets version 2 next."""

    async def work(tx: WriteTransaction) -> int:
        await tx.ebooks.get_or_add("ebook_001", "The Fox")
        script = NewScript(
            id="old",
            ebook_id="ebook_001",
            chapter_number=1,
            version=1,
            title="x",
            theme="",
            writer="gemini",
            body="{}",
            created_at=LONG_AGO,
        )
        script_id = await tx.scripts.add(script)
        assert script_id == "old"
        assert (await tx.scripts.get("old")).created_at == LONG_AGO
        assert await tx.scripts.find_existing_ids(["old", "new"]) == {"old"}
        return await tx.runs.next_version("ebook_001", 1)

    assert await database.write(work) == 2


async def test_documents_keep_their_order(database: Database) -> None:
    """Documents taken over are given out in the order of their moments, each the very text it came as."""

    async def work(tx: WriteTransaction) -> None:
        for number in (3, 1, 2):
            moment = tx.now + timedelta(microseconds=number)
            await tx.documents.import_document(f"n{number}", "notifications", f'{{ "n":{number}.0 }}', moment)
        await tx.documents.import_document("other", "else", "{}", tx.now)

    await database.write(work)
    async with database.read() as tx:
        found = [text async for _, text, _ in tx.documents.stream("notifications")]
        assert await tx.documents.find_existing_ids(["n1", "other", "x"]) == {"n1", "other"}
    assert found == ['{ "n":1.0 }', '{ "n":2.0 }', '{ "n":3.0 }']


async def test_a_rehearsal_leaves_no_trace(database: Database, database_url: str, clock: FakeClock) -> None:
    """In a rehearsal everything that is there is seen and everything can be done, and afterwards nothing has happened."""
    await database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    await database.close()

    async def work(tx: WriteTransaction) -> None:
        assert await tx.ebooks.find("ebook_001") is not None
        await tx.ebooks.get_or_add("ebook_002", "The Owl")
        tx.report("Made a book", {})

    async with open_dry_run(database_url, clock) as tried:
        await tried.write(work)
        async with tried.read() as tx:
            assert await tx.ebooks.find("ebook_002") is not None
            assert (await tx.events.get_head()).seq == 1
    opened = await Database.open(database_url, clock)
    async with opened.read() as tx:
        assert await tx.ebooks.find("ebook_002") is None
        assert (await tx.events.get_head()).seq == 0
    await opened.close()


async def test_a_rehearsal_undoes_one_write_alone(database_url: str, clock: FakeClock) -> None:
    """A write that fails in a rehearsal is undone, and those before it stand until the end."""

    async def fails(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_002", "The Owl")
        raise ValueError("the change fails")

    async with open_dry_run(database_url, clock) as tried:
        await tried.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
        with pytest.raises(ValueError, match="the change fails"):
            await tried.write(fails)
        async with tried.read() as tx:
            assert await tx.ebooks.get_titles() == {"ebook_001": "The Fox"}


async def test_a_rehearsal_makes_no_database(tmp_path: Path, clock: FakeClock) -> None:
    """Where there is no database yet, a rehearsal makes neither the file nor its folder."""
    async with open_dry_run(f"sqlite:///{tmp_path}/new/studio.db", clock) as tried:
        await tried.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    assert await asyncio.to_thread(os.listdir, tmp_path) == []


async def test_a_rehearsal_respects_the_lock(sqlite: Database, sqlite_url: str, clock: FakeClock) -> None:
    """Beside a running bot on the same file a rehearsal is refused as everything else is."""
    with pytest.raises(DatabaseInUseError, match="in use by process"):
        async with open_dry_run(sqlite_url, clock):
            raise AssertionError


async def test_a_rehearsal_names_the_real_file(tmp_path: Path, clock: FakeClock) -> None:
    """A damaged database is named by its own name, not by that of its copy."""
    path = tmp_path / "studio.db"
    await asyncio.to_thread(path.write_text, "no database " * 1_000)
    with pytest.raises(DatabaseUnreadableError, match=str(path)):
        async with open_dry_run(f"sqlite:///{path}", clock):
            raise AssertionError
    await asyncio.to_thread(path.unlink)
    await asyncio.to_thread(path.mkdir)
    with pytest.raises(DatabaseUnreadableError, match="cannot be copied"):
        async with open_dry_run(f"sqlite:///{path}", clock):
            raise AssertionError
