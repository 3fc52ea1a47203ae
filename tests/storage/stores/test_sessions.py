"""Working sessions, and the clock that they depend on."""

from datetime import timedelta

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.stores.boards import NewBoard
from storage.stores.events import EventFilter
from storage.stores.sessions import Visit
from tests.conftest import FakeClock, SampleActor

GAP = timedelta(minutes=30)


async def test_events_close_together_are_one_session(database: Database, clock: FakeClock) -> None:
    """A member's events within thirty minutes of each other belong to one session; a later one starts another."""

    async def act(tx: WriteTransaction) -> None:
        tx.report("Acted", {}, actor=SampleActor(7, "Hana"))

    for minutes in (0, 29, 29, 31):
        clock.advance(minutes=minutes)
        await database.write(act)
    async with database.read() as tx:
        session_ids = [event.session_id for event in await tx.events.get_page(EventFilter(), limit=9)]
    assert len(set(session_ids)) == 2
    assert session_ids[1] == session_ids[2] == session_ids[3]


async def test_a_session_ends_once(database: Database) -> None:
    """After a session has been ended, the member's next event starts a new one, and it cannot be ended again."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(5, "Hana")))
    first = await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP))
    await database.write(lambda tx: tx.sessions.end(first))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.sessions.end(first))
    assert await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP)) != first


async def test_a_visit_is_remembered_until_the_next(database: Database, clock: FakeClock) -> None:
    """Recording a visit returns the one before it."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(5, "Hana")))
    first_visit_at = clock.now
    assert await database.write(lambda tx: tx.sessions.record_visit(member_id, 3)) is None
    clock.advance(hours=1)
    assert await database.write(lambda tx: tx.sessions.record_visit(member_id, 5)) == Visit(3, first_visit_at)


async def test_a_clock_that_is_set_back(database: Database, clock: FakeClock) -> None:
    """A session never ends before it began, and a board's lease that ends in the far future does not count."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(5, "Hana")))
    await database.write(lambda tx: tx.boards.add(NewBoard(1, 2, member_id, "", "week")))
    assert await database.write(lambda tx: tx.boards.claim(1, "a"))
    assert await database.write(lambda tx: tx.boards.claim(1, "b")) is None
    first = await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP))
    clock.advance(hours=-2)
    assert await database.write(lambda tx: tx.boards.claim(1, "b"))
    assert await database.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP)) == first
    async with database.read() as tx:
        session = await tx.sessions.get(first)
    assert session.last_at >= session.started_at
