"""After somebody has been forgotten, nothing about them is anywhere in the database, and nobody else has lost anything."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage import Database, WriteTransaction
from storage.states import BroadcastState
from storage.stores.broadcasts import NewBroadcast
from storage.stores.events import NewEvent
from storage.tables import metadata
from tests.conftest import FakeClock, SampleActor

GAP = timedelta(minutes=30)
HANA, KENJI = SampleActor(991_447_001, "Hana Nogitsune"), SampleActor(992_558_002, "Kenji Tengu")


async def live(database: Database, clock: FakeClock, person: SampleActor) -> str:
    """The person has two named sessions, one of them ended, and a visit; returns their member id."""
    member_id = await database.write(lambda tx: tx.members.remember(person))
    first_id = await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP))
    await database.write(lambda tx: tx.sessions.end(first_id))
    second_id = await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP))
    await database.write(lambda tx: tx.sessions.rename(first_id, f"{person.name}'s evening"))
    await database.write(lambda tx: tx.sessions.rename(second_id, f"{person.name}'s night"))
    await database.write(lambda tx: tx.sessions.record_visit(member_id, 0))
    clock.advance(minutes=1)
    return member_id


async def find_text(database: Database, text: str) -> set[str]:
    """``table.column`` of every value in the database that contains the text, in any case."""
    found: set[str] = set()
    async with database.engines.reader.connect() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                found |= {
                    f"{table.name}.{name}" for name, value in row.items() if text.casefold() in str(value).casefold()
                }
    return found


async def test_the_forgotten_persons_texts_are_in_no_table(database: Database, clock: FakeClock) -> None:
    """Name, Discord id and every session's name are gone from every column of every table; another member keeps theirs."""
    member_id = await live(database, clock, HANA)
    other_id = await live(database, clock, KENJI)
    kept = await find_text(database, KENJI.name), await find_text(database, str(KENJI.discord_id))
    assert kept == ({"members.name", "sessions.name"}, {"members.discord_id"})
    assert await find_text(database, HANA.name) == kept[0]

    assert await database.write(lambda tx: tx.personal_data.forget_member(HANA.discord_id)) == member_id

    for text in (HANA.name, "Nogitsune", str(HANA.discord_id)):
        assert await find_text(database, text) == set()
    assert (await find_text(database, KENJI.name), await find_text(database, str(KENJI.discord_id))) == kept
    async with database.read() as tx:
        visits = [table for table, _ in [row async for row in tx.personal_data.stream_rows(member_id)]]
        assert visits == ["members", "sessions", "sessions"]
        other = [table async for table, _ in tx.personal_data.stream_rows(other_id)]
        assert other == ["members", "sessions", "sessions", "visits"]
        assert await tx.members.get_names([member_id, other_id]) == {other_id: KENJI.name}
        assert await tx.members.get_discord_ids([member_id, other_id]) == {other_id: KENJI.discord_id}


async def test_forgetting_somebody_unknown_changes_nothing(sqlite: Database, clock: FakeClock) -> None:
    """Without such a Discord id there is no member to forget."""
    await live(sqlite, clock, KENJI)
    assert await sqlite.write(lambda tx: tx.personal_data.forget_member(HANA.discord_id)) is None
    assert await find_text(sqlite, KENJI.name) == {"members.name", "sessions.name"}


async def test_the_export_has_times_as_text_and_none_of_the_studios_texts(sqlite: Database, clock: FakeClock) -> None:
    """A member's rows are exported with ISO times, and without hashes and other internal columns."""
    member_id = await live(sqlite, clock, HANA)
    await sqlite.write(lambda tx: tx.events.append([NewEvent("Mixed", {}, member_id)], GAP))
    async with sqlite.read() as tx:
        rows = {table: row async for table, row in tx.personal_data.stream_rows(member_id)}
    assert rows["members"]["created_at"] == (clock.now - timedelta(minutes=1)).isoformat()
    assert rows["visits"] == {
        "member_id": member_id,
        "seq": 0,
        "visited_at": (clock.now - timedelta(minutes=1)).isoformat(),
    }
    assert not {"hash", "prev_hash"} & set(rows["events"])
    assert rows["events"]["event"] == "Mixed"


async def test_forgetting_oneself_while_asking_for_approval_discards_the_announcement(postgres_url: str) -> None:
    """On PostgreSQL both happen at once: the draft that becomes pending meanwhile does not outlive its author."""
    database = await Database.open(postgres_url)
    author_id = await database.write(lambda tx: tx.members.remember(HANA))
    broadcast = await database.write(lambda tx: tx.broadcasts.add(NewBroadcast("Soon", "Here.", author_id=author_id)))
    asked, may_commit = asyncio.Event(), asyncio.Event()

    async def ask(tx: WriteTransaction) -> None:
        await tx.broadcasts.request_approval(broadcast.id, author_id)
        asked.set()
        await may_commit.wait()

    asking = asyncio.create_task(database.write(ask))
    await asked.wait()
    discarding = asyncio.create_task(database.write(lambda tx: tx.broadcasts.discard_unsent_of(author_id)))
    async with database.engines.writer.connect() as connection:
        while not (await connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    may_commit.set()
    await asking
    assert await discarding == [broadcast.id]
    async with database.read() as tx:
        assert (await tx.broadcasts.get(broadcast.id)).state is BroadcastState.CANCELLED
    await database.close()
