"""Listing, counting, renaming and ending the working sessions of several members."""

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.stores.sessions import Session, Visit
from tests.conftest import FakeClock, SampleActor

GAP = timedelta(minutes=30)


class People(NamedTuple):
    """Two members who acted, with their sessions."""

    database: Database
    hana: str
    kenji: str
    hanas_first: str
    kenjis: str
    hanas_second: str


@pytest.fixture
async def people(sqlite: Database, clock: FakeClock) -> People:
    """Hana acts, an hour later Kenji only looks, and after another hour Hana looks and acts."""
    hana = await sqlite.write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    kenji = await sqlite.write(lambda tx: tx.members.remember(SampleActor(8, "Kenji")))

    async def report(member_id: str, *names: str) -> str:
        async def work(tx: WriteTransaction) -> str:
            for name in names:
                tx.report(name, {}, member_id=member_id)
            return await tx.sessions.continue_or_start(member_id, GAP)

        return await sqlite.write(work)

    first = await report(hana, "Acted")
    clock.advance(hours=1)
    kenjis = await report(kenji, "Looked")
    clock.advance(hours=1)
    second = await report(hana, "Looked", "Acted")
    return People(sqlite, hana, kenji, first, kenjis, second)


async def get(database: Database, session_id: str) -> Session:
    """The session as it is stored."""
    async with database.read() as tx:
        return await tx.sessions.get(session_id)


async def test_sessions_are_listed_latest_first_and_counted(people: People, clock: FakeClock) -> None:
    """On request those of one member, those since a moment, and those with other events than some."""
    everybody = [people.hanas_second, people.kenjis, people.hanas_first]
    hour_ago = clock.now - timedelta(hours=1)
    cases: list[tuple[str | None, datetime | None, tuple[str, ...], list[str]]] = [
        (None, None, (), everybody),
        (people.hana, None, (), [people.hanas_second, people.hanas_first]),
        (people.kenji, None, (), [people.kenjis]),
        (None, hour_ago, (), everybody[:2]),
        (None, hour_ago + timedelta(seconds=1), (), everybody[:1]),
        (None, None, ("Looked",), [people.hanas_second, people.hanas_first]),
        (people.kenji, None, ("Looked",), []),
    ]
    async with people.database.read() as tx:
        for member_id, since, excluding, expected in cases:
            page = await tx.sessions.get_page(member_id, since, limit=9, excluding=excluding)
            assert [session.id for session in page] == expected
            assert await tx.sessions.count(member_id, since, excluding=excluding) == len(expected)
        assert [session.id for session in await tx.sessions.get_page(limit=1, offset=1)] == [people.kenjis]


async def test_the_events_of_sessions_are_counted(people: People) -> None:
    """Only those of the sessions that were asked for."""
    async with people.database.read() as tx:
        counts = await tx.sessions.count_events([people.hanas_second, people.kenjis, "sessions_unknown"])
    assert counts == {people.hanas_second: 2, people.kenjis: 1}


async def test_a_session_is_renamed_and_ended_alone(people: People, clock: FakeClock) -> None:
    """What happens to one session leaves all others as they are."""
    await people.database.write(lambda tx: tx.sessions.rename(people.hanas_second, "Bells"))
    await people.database.write(lambda tx: tx.sessions.end(people.hanas_second))
    ended, other = await get(people.database, people.hanas_second), await get(people.database, people.hanas_first)
    assert (ended.name, ended.ended_at) == ("Bells", clock.now)
    assert (other.name, other.ended_at) == ("", None)
    with pytest.raises(StaleStateError):
        await people.database.write(lambda tx: tx.sessions.end(people.hanas_second))


async def test_a_session_is_open_until_the_gap_is_over(people: People, clock: FakeClock) -> None:
    """The last second counts; a session that its member has ended is not open, and neither is another member's."""

    async def find_open(member_id: str) -> str | None:
        async with people.database.read() as tx:
            found = await tx.sessions.find_open(member_id, GAP)
        return found.id if found else None

    stored = await get(people.database, people.hanas_second)
    assert await find_open(people.kenji) is None
    for seconds, is_open in ((GAP.total_seconds(), True), (1, False)):
        clock.advance(seconds=seconds)
        assert await find_open(people.hana) == (people.hanas_second if is_open else None)
        assert stored.is_open(clock.now, GAP) is is_open
    clock.advance(seconds=-1)
    await people.database.write(lambda tx: tx.sessions.end(people.hanas_second))
    assert await find_open(people.hana) is None
    assert not (await get(people.database, people.hanas_second)).is_open(clock.now, GAP)


async def test_an_event_extends_its_own_session_only(people: People, clock: FakeClock) -> None:
    began = clock.now
    clock.advance(minutes=20)
    await people.database.write(lambda tx: tx.sessions.continue_or_start(people.hana, GAP))
    extended = await get(people.database, people.hanas_second)
    assert (extended.started_at, extended.last_at) == (began, clock.now)
    assert (await get(people.database, people.hanas_first)).last_at == began - timedelta(hours=2)


async def test_each_member_has_their_own_visits(people: People, clock: FakeClock) -> None:
    await people.database.write(lambda tx: tx.sessions.record_visit(people.hana, 2))
    assert await people.database.write(lambda tx: tx.sessions.record_visit(people.kenji, 3)) is None
    assert await people.database.write(lambda tx: tx.sessions.record_visit(people.hana, 3)) == Visit(2, clock.now)


async def test_an_unknown_session_is_a_key_error(sqlite: Database) -> None:
    with pytest.raises(KeyError):
        await get(sqlite, "sessions_unknown")
