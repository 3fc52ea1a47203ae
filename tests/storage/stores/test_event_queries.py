"""Reading events: filters, order, pages, imported entries."""

from datetime import timedelta
from typing import Any

import pytest

from storage import Database, WriteTransaction
from storage.stores.events import Event, EventFilter, NewEvent, canonical_json
from storage.types import iso
from tests.conftest import FakeClock, SampleActor

GAP = timedelta(minutes=30)


async def names_of(database: Database, wanted: EventFilter, **page: int) -> list[str]:
    """The names of the matching events, newest first."""
    async with database.read() as tx:
        return [event.event for event in await tx.events.get_page(wanted, **{"limit": 9} | page)]


@pytest.fixture
async def three_events(sqlite: Database, clock: FakeClock) -> Database:
    """A database with A (book one, Hana), B (book two, Kenji) and C (nobody), an hour apart."""
    people = {"A": (SampleActor(7, "Hana"), "one"), "B": (SampleActor(8, "Kenji"), "two"), "C": (None, None)}
    for name, (actor, ebook_id) in people.items():

        async def work(
            tx: WriteTransaction, name: str = name, actor: SampleActor | None = actor, ebook_id: str | None = ebook_id
        ) -> None:
            tx.report(name, {}, actor=actor, ebook_id=ebook_id)

        await sqlite.write(work)
        clock.advance(hours=1)
    return sqlite


async def test_each_filter_keeps_what_matches(three_events: Database, clock: FakeClock) -> None:
    """Book, member, name, session, time and place in the chain each narrow the events down, also together."""
    async with three_events.read() as tx:
        hana = await tx.members.find_id(7)
        (event_a,) = await tx.events.get_page(EventFilter(event="A"), limit=1)
    began = clock.now - timedelta(hours=3)
    expected = {
        EventFilter(): ["C", "B", "A"],
        EventFilter(ebook_id="two"): ["B"],
        EventFilter(member_id=hana): ["A"],
        EventFilter(event="C"): ["C"],
        EventFilter(session_id=event_a.session_id): ["A"],
        EventFilter(since=began + timedelta(hours=1)): ["C", "B"],
        EventFilter(since=began + timedelta(hours=1, microseconds=1)): ["C"],
        EventFilter(after_seq=1): ["C", "B"],
        EventFilter(after_seq=0): ["C", "B", "A"],
        EventFilter(ebook_id="two", member_id=hana): [],
        EventFilter(ebook_id="", event="A"): [],
    }
    for wanted, names in expected.items():
        assert await names_of(three_events, wanted) == names, wanted
        async with three_events.read() as tx:
            assert await tx.events.count(wanted) == len(names)
            assert [event.event async for event in tx.events.stream(wanted)] == names[::-1]


async def test_a_page_is_the_given_part_of_the_list(three_events: Database) -> None:
    """``offset`` skips the newest events and ``limit`` bounds the page."""
    assert await names_of(three_events, EventFilter(), limit=1) == ["C"]
    assert await names_of(three_events, EventFilter(), limit=1, offset=1) == ["B"]
    assert await names_of(three_events, EventFilter(), offset=3) == []


async def test_imported_history_stands_in_a_page_where_it_happened(three_events: Database, clock: FakeClock) -> None:
    """A page is ordered by time, a stream by the place in the chain; an unknown time counts as the time of the import."""
    happened_at = clock.now - timedelta(hours=2, minutes=30)

    async def work(tx: WriteTransaction) -> None:
        tx.report_past("Old", {}, happened_at, "one")
        tx.report_past("Undated", {}, None)

    await three_events.write(work)
    assert await names_of(three_events, EventFilter()) == ["Undated", "C", "B", "Old", "A"]
    async with three_events.read() as tx:
        assert [event.event async for event in tx.events.stream(EventFilter())] == ["A", "B", "C", "Old", "Undated"]
        (old,) = await tx.events.find_by_timestamps([iso(happened_at), "never"])
    assert (old.event, old.ebook_id, old.member_id, old.session_id, old.seq) == ("Old", "one", None, None, 4)


async def test_an_event_belongs_to_the_given_session_or_to_the_members_own(sqlite: Database) -> None:
    """A named session is kept; otherwise a member's event gets their open session, and nobody's event gets none."""
    member_id = await sqlite.write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    own = await sqlite.write(lambda tx: tx.sessions.continue_or_start(member_id, GAP))
    await sqlite.write(lambda tx: tx.sessions.end(own))
    new = [NewEvent("A", {}, member_id, None, own), NewEvent("B", {}, member_id), NewEvent("C", {})]
    first, second, third = await sqlite.write(lambda tx: tx.events.append(new, GAP))
    assert first.session_id == own
    assert second.session_id not in {own, None}
    assert third.session_id is None
    async with sqlite.read() as tx:
        assert await tx.sessions.count(member_id) == 2


def make_event(data: dict[str, Any], member_id: str | None = None) -> Event:
    """An event with this data."""
    return Event(1, "2026-11-22T20:00:00", "Imported", canonical_json(data), None, member_id, None, "0", "1")


ENTRY = {"a": 1, "data": {"x": "ü"}, "event": "Mixed", "timestamp": "then"}
IMPORTED = {"imported": {"source": "session_progress.json", "entry": ENTRY}}
AS_TEXT = {"imported": {"source": "session_progress.json", "text": canonical_json(ENTRY)}}


@pytest.mark.parametrize("data", [IMPORTED, AS_TEXT])
def test_an_imported_entry_comes_back_as_it_was(data: dict[str, Any]) -> None:
    """All its fields are there, those of the exchange format first, and people see the data of the file."""
    event = make_event(data)
    assert event.to_entry() == ENTRY
    assert list(event.to_entry()) == ["timestamp", "event", "data", "a"]
    assert event.display_data == '{"x":"ü"}'


@pytest.mark.parametrize(
    ("data", "member_id"),
    [
        ({}, None),
        ({"x": 1}, None),
        (IMPORTED, "members_1"),
        (IMPORTED | {"x": 1}, None),
        ({"imported": "session_progress.json"}, None),
        ({"imported": {"source": "other.json", "entry": ENTRY}}, None),
        ({"imported": {"source": "session_progress.json", "entry": "none"}}, None),
    ],
)
def test_what_only_resembles_an_import_is_shown_as_it_is(data: dict[str, Any], member_id: str | None) -> None:
    """Nobody can pass an event off as imported with data of the same form."""
    event = make_event(data, member_id)
    assert event.to_entry() == {"timestamp": event.timestamp, "event": "Imported", "data": data}
    assert event.display_data == event.data


def test_half_a_surrogate_pair_is_replaced_for_people() -> None:
    """Discord refuses half a surrogate pair, which files may hold; the entry itself keeps it."""
    event = make_event({"imported": {"source": "session_progress.json", "text": '{"data": "a\\ud800"}'}})
    assert event.display_data == '"a?"'
    assert event.to_entry() == {"data": "a\ud800"}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_does_not_have_are_refused(number: float) -> None:
    """Neither NaN nor an infinity gets into the chain."""
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": number})


def test_equal_values_have_the_same_text() -> None:
    """The keys are sorted, without spaces, and letters stay as they are."""
    assert canonical_json({"b": [1, 2], "a": "月"}) == '{"a":"月","b":[1,2]}'
