"""The events in pages and as files, and what is new to a member."""

import json
from collections import Counter

import pytest

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import GRANT_LOG_ADDED, PROGRESS_EXPORTED, SCRIPT_RELEASED
from bot.progress import history
from bot.progress.history import EVENTS_PER_PAGE, EventHistory
from bot.progress.scope import Period, Scope, make_event_key
from storage import Database, WriteTransaction
from storage.stores.events import EventFilter
from tests.conftest import FakeClock

HANA, REN = Actor(1, "Hana"), Actor(2, "Ren")
EVERYTHING = Scope(period=Period.ALL)


@pytest.fixture
async def events(sqlite: Database, clock: FakeClock) -> EventHistory:
    """An old event of the owl's, and ten days later twelve of the fox's by Hana and one by Ren."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("owl", "The owl"))
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    studio = EventHistory(sqlite, "UTC")
    await report(studio, "Began", ebook_id="owl")
    clock.advance(days=10)
    for _ in range(12):
        await report(studio, "Acted")
    await report(studio, "Looked", REN)
    return studio


async def report(studio: EventHistory, name: str, by: Actor = HANA, ebook_id: str = "fox") -> None:
    """One more event."""

    async def work(tx: WriteTransaction) -> None:
        tx.report(name, {}, actor=by, ebook_id=ebook_id)

    await studio.database.write(work)


async def get_names(studio: EventHistory) -> list[str]:
    """The names of all events, oldest first."""
    async with studio.database.read() as tx:
        return [event.event async for event in tx.events.stream(EventFilter())]


async def test_a_page_has_ten_events_with_their_members_and_subjects(events: EventHistory) -> None:
    """The newest come first; the names to filter by are those of the whole scope, the most frequent first."""
    page = await events.get_page(EVERYTHING, 0)
    assert [event.event for event in page.events] == ["Looked", *["Acted"] * (EVENTS_PER_PAGE - 1)]
    assert (page.total, page.position.page_count) == (14, 2)
    assert sorted(page.member_names.values()) == ["Hana", "Ren"]
    assert {subject.book for subject in page.subjects.values()} == {"The fox"}
    assert page.event_names == (("Acted", 12), ("Began", 1), ("Looked", 1))
    second = await events.get_page(EVERYTHING, 1)
    assert [event.event for event in second.events] == ["Acted"] * 3 + ["Began"]
    assert len(second.subjects) == 4


async def test_a_chosen_name_stays_in_the_menu(events: EventHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is frequent it has its place there; where it does not occur, or is too rare, it comes first."""
    frequent = await events.get_page(Scope(event_key=make_event_key("Looked")), 0)
    assert ([event.event for event in frequent.events], frequent.total) == (["Looked"], 1)
    assert frequent.event_names == (("Acted", 12), ("Looked", 1))
    absent = await events.get_page(Scope(event_key=make_event_key("Began")), 0)
    assert (absent.events, absent.event_names) == ((), (("Began", 0), ("Acted", 12), ("Looked", 1)))
    monkeypatch.setattr(history, "_MAX_FILTER_NAMES", 2)
    rare = await events.get_page(Scope(period=Period.ALL, event_key=make_event_key("Looked")), 0)
    assert rare.event_names == (("Looked", 1), ("Acted", 12))
    unknown = await events.get_page(Scope(event_key="00000000"), 0)
    assert (unknown.total, unknown.event_names) == (0, (("Acted", 12), ("Looked", 1)))


async def test_an_export_has_the_events_of_the_scope_and_is_reported(events: EventHistory) -> None:
    """The oldest comes first, and the export itself comes after them."""
    downloads = await events.export_events(Scope(event_key=make_event_key("Acted")), REN)
    assert [download.name for download in downloads] == ["session_progress.json", "session_progress.csv"]
    assert Counter(entry["event"] for entry in json.loads(downloads[0].content)) == {"Acted": 12}
    async with events.database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
        assert event.member_id == await tx.members.find_id(REN.discord_id)
    assert event.event == PROGRESS_EXPORTED
    assert json.loads(event.data) == {"format": "json, csv", "events": 12}


async def test_an_export_of_too_many_events_is_refused(events: EventHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are allowed are handed out; one more, and nothing is reported."""
    monkeypatch.setattr(history, "_MAX_EXPORTED", 13)
    assert await events.export_events(Scope(), HANA)
    with pytest.raises(StateError, match="too many events"):
        await events.export_events(Scope(), HANA)
    assert (await get_names(events)).count(PROGRESS_EXPORTED) == 1


async def test_an_export_of_too_many_bytes_is_refused(events: EventHistory) -> None:
    """As many as Discord takes are handed out; one less is allowed only where a ZIP file is small enough."""
    fox = Scope(ebook="fox")
    size = sum(len(download.content) for download in await events.export_events(fox, HANA))
    assert len(await EventHistory(events.database, "UTC", size).export_events(fox, HANA)) == 2
    (archive,) = await EventHistory(events.database, "UTC", size - 1).export_events(fox, HANA)
    assert archive.name == "session_progress.zip"
    with pytest.raises(StateError, match="too many events"):
        await EventHistory(events.database, "UTC", len(archive.content) - 1).export_events(fox, HANA)
    assert (await get_names(events)).count(PROGRESS_EXPORTED) == 3


async def test_what_is_new_is_counted_by_book_since_the_last_visit(events: EventHistory, clock: FakeClock) -> None:
    """On the first visit it is that of a week; each member has their own visits."""
    await report(events, GRANT_LOG_ADDED)
    first = await events.get_unseen_events(HANA)
    visited_at = clock.now
    assert (first.since, first.total) == (None, 13)
    assert first.counts == {"The fox": Counter({"Acted": 12, "Looked": 1})}
    assert len(first.latest) == 12
    assert set(first.subjects) == {event.seq for event in first.latest}

    clock.advance(days=8)
    await report(events, SCRIPT_RELEASED, REN, "owl")
    await report(events, "Acted", REN, "unknown")
    clock.advance(days=8)
    second = await events.get_unseen_events(HANA)
    assert (second.since, second.total) == (visited_at, 2)
    assert second.counts == {"The owl": Counter({SCRIPT_RELEASED: 1}), "": Counter({"Acted": 1})}
    assert list(second.member_names.values()) == ["Ren"]
    assert (await events.get_unseen_events(HANA)).total == 0
    assert (await events.get_unseen_events(REN)).since is None
