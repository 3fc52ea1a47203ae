"""The chain of events: its order, its hashes, and that a change and its event are one transaction."""

import asyncio
from datetime import timedelta

import pytest

from storage import Database, WriteTransaction
from storage.stores.events import EventFilter, verify_chain
from tests.conftest import FakeClock, SampleActor


async def report(database: Database, event: str, **data: object) -> None:
    """Adds an event in a transaction of its own."""

    async def work(tx: WriteTransaction) -> None:
        tx.report(event, data)

    await database.write(work)


async def test_events_are_chained_in_order(database: Database) -> None:
    """Events keep their order, and the chain over them is intact."""
    for number in range(5):
        await report(database, "Tried", number=number)
    async with database.read() as tx:
        verification = await verify_chain(tx.events)
        page = await tx.events.get_page(EventFilter(), limit=3)
    assert verification.is_intact
    assert verification.event_count == 5
    assert [event.to_entry()["data"]["number"] for event in page] == [4, 3, 2]


async def test_a_failed_change_leaves_no_event(database: Database) -> None:
    """When a change fails, neither the change nor its event is stored."""

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_001", "Lost")
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
    """A changed event, a removed one and a cut-off tail each break the chain."""
    for number in range(3):
        await report(database, "Tried", number=number)
    async with database.engines.writer.begin() as connection:
        await connection.exec_driver_sql(statement)
    async with database.read() as tx:
        assert not (await verify_chain(tx.events)).is_intact


async def test_concurrent_writers_make_one_chain(database: Database) -> None:
    """Fifty concurrent writers make fifty events in one intact chain."""
    await asyncio.gather(*(report(database, "Raced", number=number) for number in range(50)))
    async with database.read() as tx:
        verification = await verify_chain(tx.events)
    assert verification.is_intact
    assert verification.event_count == 50


async def test_cancelled_writes_are_atomic_and_lock_nothing(database: Database) -> None:
    """A cancelled write is stored completely or not at all, and the next one works."""

    # Cancelled after each number of steps of the event loop, so that no place in a write is left out.
    for steps in range(40):

        async def write_fact(tx: WriteTransaction, name: str = f"fact {steps}") -> None:
            await tx.key_values.put(name, "1")
            await tx.ebooks.find("unknown")
            tx.report("Tried", {"fact": name})

        task = asyncio.create_task(database.write(write_fact))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await database.write(write_fact)
    async with database.read() as tx:
        facts = {f"fact {steps}" for steps in range(40) if await tx.key_values.get(f"fact {steps}") is not None}
        told = {event.to_entry()["data"]["fact"] async for event in tx.events.stream(EventFilter(event="Tried"))}
        assert told == facts
        assert "fact 39" in facts
        assert (await verify_chain(tx.events)).is_intact


async def test_filters(database: Database, clock: FakeClock) -> None:
    """Events can be filtered by book, member, name and time."""

    async def act(tx: WriteTransaction) -> None:
        tx.report("A", {}, ebook_id="one")
        tx.report("B", {}, ebook_id="two", actor=SampleActor(7, "Hana"))

    await database.write(act)
    clock.advance(hours=1)
    await database.write(act)
    async with database.read() as tx:
        hana = await tx.members.find_id(7)
        assert await tx.events.count(EventFilter(ebook_id="one")) == 2
        assert await tx.events.count(EventFilter(event="B", member_id=hana)) == 2
        assert await tx.events.count(EventFilter(since=clock.now - timedelta(minutes=1))) == 2
