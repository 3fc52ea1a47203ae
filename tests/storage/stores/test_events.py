import asyncio
from datetime import timedelta

import pytest

from storage import Database, WriteTransaction
from storage.stores.boards import NewBoard
from storage.stores.events import EventFilter, verify_chain
from tests.conftest import FakeClock, SampleActor


async def record(database: Database, event: str, **data: object) -> None:
    async def work(tx: WriteTransaction) -> None:
        tx.report(event, data)

    await database.write(work)


async def test_events_are_chained_in_order(database: Database) -> None:
    """Events keep their order, and the chain over them verifies."""
    for number in range(5):
        await record(database, "Tried", number=number)
    async with database.read() as tx:
        verification = await verify_chain(tx.events)
        page = await tx.events.get_page(EventFilter(), limit=3)
    assert verification.is_intact
    assert verification.event_count == 5
    assert [event.to_entry()["data"]["number"] for event in page] == [4, 3, 2]


async def test_change_and_event_share_their_fate(database: Database) -> None:
    """When the change fails, its event is not there either."""

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.add("ebook_001", "Lost")
        tx.report("Made a book", {})
        raise ValueError("the change fails")

    with pytest.raises(ValueError, match="the change fails"):
        await database.write(work)
    async with database.read() as tx:
        assert await tx.ebooks.find("ebook_001") is None
        assert (await tx.events.get_head()).seq == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = '{\"number\":9}' WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events WHERE seq = 3",
        "UPDATE events SET event = 'Lied' WHERE seq = 1",
    ],
)
async def test_tampering_is_found(database: Database, statement: str) -> None:
    """A changed, a removed and a cut-off event each break the chain."""
    for number in range(3):
        await record(database, "Tried", number=number)
    async with database.engines.writer.begin() as connection:
        await connection.exec_driver_sql(statement)
    async with database.read() as tx:
        assert not (await verify_chain(tx.events)).is_intact


async def test_concurrent_writers_leave_one_chain(database: Database) -> None:
    """Fifty writers at once leave fifty events in one unbroken chain."""
    await asyncio.gather(*(record(database, "Raced", number=number) for number in range(50)))
    async with database.read() as tx:
        verification = await verify_chain(tx.events)
    assert verification.is_intact
    assert verification.event_count == 50


async def test_cancelled_writes_are_whole_and_lock_nothing(database: Database) -> None:
    """A cancelled write has happened wholly or not at all, and the next one works."""

    async def work(tx: WriteTransaction) -> None:
        await tx.key_values.put("tries", "1")
        await tx.ebooks.find("nobody")
        tx.report("Tried", {})

    for _ in range(20):
        task = asyncio.create_task(database.write(work))
        await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await database.write(work)
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact


async def test_acts_close_together_are_one_session(database: Database, clock: FakeClock) -> None:
    """A member's acts within thirty minutes of each other belong to one session; a later one begins another."""

    async def act(tx: WriteTransaction) -> None:
        member = await tx.members.remember(SampleActor(7, "Hana"))
        tx.report("Acted", {}, member_id=member)

    for minutes in (0, 29, 29, 31):
        clock.advance(minutes=minutes)
        await database.write(act)
    async with database.read() as tx:
        sessions = [event.session_id for event in await tx.events.get_page(EventFilter(), limit=9)]
    assert len(set(sessions)) == 2
    assert sessions[1] == sessions[2] == sessions[3]


async def test_filters(database: Database, clock: FakeClock) -> None:
    """Events can be asked for by book, member, name and time."""

    async def act(tx: WriteTransaction) -> None:
        member = await tx.members.remember(SampleActor(7, "Hana"))
        tx.report("A", {}, ebook_id="one")
        tx.report("B", {}, ebook_id="two", member_id=member)

    await database.write(act)
    clock.advance(hours=1)
    await database.write(act)
    async with database.read() as tx:
        hana = await tx.members.find_id(7)
        assert await tx.events.count(EventFilter(ebook_id="one")) == 2
        assert await tx.events.count(EventFilter(event="B", member_id=hana)) == 2
        assert await tx.events.count(EventFilter(since=clock.now - timedelta(minutes=1))) == 2


async def test_a_clock_that_is_set_back_bends_no_session(database: Database, clock: FakeClock) -> None:
    """A session never ends before it began, and a board's lease from the future binds nobody."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(5, "Hana")))
    await database.write(lambda tx: tx.boards.add(NewBoard(1, 2, member_id, "", "week")))
    assert await database.write(lambda tx: tx.boards.claim(1, "a"))
    assert await database.write(lambda tx: tx.boards.claim(1, "b")) is None
    first = await database.write(lambda tx: tx.sessions.continue_or_start(member_id, timedelta(minutes=30)))
    clock.advance(hours=-2)
    assert await database.write(lambda tx: tx.boards.claim(1, "b"))
    assert await database.write(lambda tx: tx.sessions.continue_or_start(member_id, timedelta(minutes=30))) == first
    async with database.read() as tx:
        session = await tx.sessions.get(first)
    assert session.last_at >= session.started_at
