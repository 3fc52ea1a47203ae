"""What the database stores about imported events, scripts and documents."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import Database, WriteTransaction
from storage.stores.events import EventFilter, verify_chain
from storage.stores.imports import ImportRecord
from storage.stores.scripts import NewScript
from storage.tables import imports
from tests.conftest import FakeClock, SampleActor

LONG_AGO = datetime(2025, 12, 22, 9, 0, tzinfo=UTC)


def imported_data(**about: object) -> dict[str, Any]:
    """The data of an imported event."""
    return {"imported": {"at": "2026-11-22T20:00:00+00:00", "source": "session_progress.json", **about}}


async def report_past(
    database: Database, event: str, data: dict[str, Any], happened_at: datetime | None = LONG_AGO
) -> None:
    """Imports an event of long ago."""

    async def work(tx: WriteTransaction) -> None:
        tx.report_past(event, data, happened_at)

    await database.write(work)


async def test_import_records_are_found_by_source(database: Database) -> None:
    """Import records are found by source, thousands in one call, and by the beginning of the source."""
    records = [ImportRecord(f"a_b%/{number}", f"t{number}", "d" * 64) for number in range(3)] + [
        ImportRecord("aXb%/9", "t9", "")
    ]
    await database.write(lambda tx: tx.imports.add(records))
    await database.write(lambda tx: tx.imports.add([]))
    async with database.read() as tx:
        sources = [f"a_b%/{number}" for number in range(2_500)]
        assert await tx.imports.get_by_source(sources) == {record.source: record for record in records[:3]}
        assert await tx.imports.get_sources_by_target("a_b%/") == {
            f"t{number}": f"a_b%/{number}" for number in range(3)
        }


async def test_nothing_is_imported_twice(database: Database) -> None:
    """If two imports store the same record, the second transaction is rolled back."""
    record = ImportRecord("notifications.json/x/1", "t", "d")
    await database.write(lambda tx: tx.imports.add([record]))

    async def import_again(tx: WriteTransaction) -> None:
        await tx.documents.import_document("doc", "notifications", "{}", tx.now)
        await tx.imports.add([record])

    with pytest.raises(IntegrityError):
        await database.write(import_again)
    async with database.read() as tx:
        assert await tx.documents.find("doc") is None


async def test_imported_event_keeps_its_time(database: Database, clock: FakeClock) -> None:
    """An imported event has the time when it happened, counts for that period only, and the chain verifies."""
    await report_past(database, "Takes recorded", imported_data(entry={"event": "Takes recorded"}))
    await report_past(database, "Undated", imported_data(entry={"event": "Undated"}), None)
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
async def test_imported_entry_is_exported_unchanged(database: Database, entry: dict[str, Any]) -> None:
    """An imported event is exported as the entry that was imported, naive time included."""
    await report_past(database, str(entry["event"]), imported_data(entry=entry))
    async with database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
    assert event.to_entry() == entry
    assert json.loads(event.display_data) == entry.get("data")


async def test_entry_that_cannot_be_hashed_is_exported_unchanged(database: Database) -> None:
    """An entry with characters that no database accepts is stored as text and exported unchanged."""
    text = r'{"event": "Odd", "data": {"n": "\u0000\ud800", "x": Infinity}}'
    await report_past(database, "Odd", imported_data(text=text))
    async with database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
    assert event.to_entry() == json.loads(text)
    event.display_data.encode()


async def test_tracked_event_cannot_pose_as_imported(database: Database) -> None:
    """An event that a member tracks is exported as it was tracked, even if it looks like an imported one."""
    forged = imported_data(entry={"event": "Script approved", "data": {}, "timestamp": "2020-01-01"})

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


async def test_imported_scripts_count_as_versions(database: Database) -> None:
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


async def test_imported_documents_keep_their_order(database: Database) -> None:
    """Imported documents are streamed in the order of their times, each with its exact text."""

    async def work(tx: WriteTransaction) -> None:
        for number in (3, 1, 2):
            moment = tx.now + timedelta(microseconds=number)
            await tx.documents.import_document(f"n{number}", "notifications", f'{{ "n":{number}.0 }}', moment)
        await tx.documents.import_document("other", "else", "{}", tx.now)

    await database.write(work)
    async with database.read() as tx:
        texts = [text async for _, text, _ in tx.documents.stream("notifications")]
        assert await tx.documents.find_existing_ids(["n1", "other", "x"]) == {"n1", "other"}
    assert texts == ['{ "n":1.0 }', '{ "n":2.0 }', '{ "n":3.0 }']


async def test_a_digest_that_the_source_contains_is_stored_once(database: Database) -> None:
    """It is read back as it was given, and takes no space of its own."""
    digest = "0123456789abcdef" * 4
    records = [
        ImportRecord(f"session_progress.json/{digest}/1", "", digest),
        ImportRecord("audio_scripts.json/=a/b/c", "a/b/c", digest),
        ImportRecord(f"audio_scripts.json/leftover/{digest}/2", "import_leftovers_1", digest),
    ]
    await database.write(lambda tx: tx.imports.add(records))
    async with database.read() as tx:
        assert await tx.imports.get_by_source([record.source for record in records]) == {
            record.source: record for record in records
        }
        stored = select(imports.c.digest).order_by(imports.c.source)
        assert list(await tx.imports.connection.scalars(stored)) == [digest, "", ""]
