"""Counting events by time, name, book and member."""

from datetime import timedelta

import pytest

from storage import Database, WriteTransaction
from storage.stores.events import EventFilter
from tests.conftest import FakeClock, SampleActor

PEOPLE = {"Hana": SampleActor(7, "Hana"), "Kenji": SampleActor(8, "Kenji")}
EVENTS = (("A", "one", "Hana"), ("B", "one", "Kenji"), ("A", None, None), ("C", "two", "Hana"), ("A", "one", "Hana"))


@pytest.fixture
async def counted(sqlite: Database, clock: FakeClock) -> Database:
    """A database with five events, one each hour."""
    for name, ebook_id, person in EVENTS:

        async def work(
            tx: WriteTransaction, name: str = name, ebook_id: str | None = ebook_id, person: str | None = person
        ) -> None:
            tx.report(name, {}, actor=PEOPLE[person] if person else None, ebook_id=ebook_id)

        await sqlite.write(work)
        clock.advance(hours=1)
    return sqlite


async def test_a_span_includes_its_first_edge_and_not_its_last(counted: Database, clock: FakeClock) -> None:
    """Every event lies in exactly one of neighbouring spans."""
    began = clock.now - timedelta(hours=5)
    edges = [began + timedelta(hours=hours) for hours in (-1, 0, 1, 3, 5)]
    async with counted.read() as tx:
        assert await tx.event_counts.count_between(EventFilter(), edges) == [0, 1, 2, 2]
        assert await tx.event_counts.count_between(EventFilter(event="A"), edges) == [0, 1, 1, 1]
        assert await tx.event_counts.count_between(EventFilter(), edges[:1]) == []
        assert await tx.event_counts.count_between(EventFilter(), []) == []


async def test_the_first_time_is_that_of_the_first_matching_event(counted: Database, clock: FakeClock) -> None:
    """None where nothing matches."""
    async with counted.read() as tx:
        assert await tx.event_counts.find_first_time(EventFilter(event="C")) == clock.now - timedelta(hours=2)
        assert await tx.event_counts.find_first_time(EventFilter(event="X")) is None


async def test_names_are_counted_the_most_frequent_first(counted: Database) -> None:
    """Equal numbers stand in the order of the names; a limit cuts the list."""
    async with counted.read() as tx:
        assert await tx.event_counts.count_by_name(EventFilter(), None) == [("A", 3), ("B", 1), ("C", 1)]
        assert await tx.event_counts.count_by_name(EventFilter(), 2) == [("A", 3), ("B", 1)]
        assert await tx.event_counts.count_by_name(EventFilter(ebook_id="two"), 9) == [("C", 1)]


async def test_names_are_counted_by_book(counted: Database) -> None:
    """Events of no book are counted under None."""
    async with counted.read() as tx:
        assert sorted(await tx.event_counts.count_by_book_and_name(EventFilter()), key=str) == [
            ("one", "A", 2),
            ("one", "B", 1),
            ("two", "C", 1),
            (None, "A", 1),
        ]
        assert await tx.event_counts.count_by_book_and_name(EventFilter(event="C")) == [("two", "C", 1)]


async def test_members_are_listed_the_last_active_first(counted: Database) -> None:
    """Nobody's events are nobody's activity, and excluded names do not count."""
    async with counted.read() as tx:
        ids = {name: await tx.members.find_id(person.discord_id) for name, person in PEOPLE.items()}
        for excluded, names in (([], ["Hana", "Kenji"]), (["A", "C"], ["Kenji"]), (["A", "B", "C"], [])):
            found = await tx.event_counts.list_active_members(EventFilter(), excluding=excluded)
            assert found == [ids[name] for name in names]
        found = await tx.event_counts.list_active_members(EventFilter(ebook_id="two"), excluding=[])
        assert found == [ids["Hana"]]
