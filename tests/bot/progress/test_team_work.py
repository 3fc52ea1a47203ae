"""The team's sessions, latest event and news hold the team's work, each event with its subject."""

import pytest

from bot.actor import Actor
from bot.event_names import (
    AFFILIATE_JOINED,
    ANNOUNCEMENT_SHARED,
    BROADCAST_SENT,
    GENERATION_COMPLETED,
    GENERATION_STARTED,
    GRANT_LOG_ADDED,
    SCRIPT_ADDED,
    SCRIPT_RELEASED,
)
from bot.progress.history import EventHistory
from bot.progress.overview import OverviewService
from bot.progress.scope import Scope
from bot.progress.sessions import SessionService
from bot.progress.subjects import EventSubject, find_subjects
from storage import Database, WriteTransaction
from storage.states import ScriptState
from storage.stores.broadcasts import NewBroadcast
from storage.stores.events import EventFilter
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock

HANA, REN = Actor(1, "Hana"), Actor(2, "Ren")


@pytest.fixture
async def studio(sqlite: Database, clock: FakeClock) -> Database:
    """Hana has written and released a chapter, and afterwards Ren has joined and shared as an affiliate."""
    await add_script(sqlite, "fox", 3, ScriptState.RELEASED)
    async with sqlite.read() as tx:
        (script_id,) = [script.id async for script in tx.scripts.stream()]

    async def work(tx: WriteTransaction) -> None:
        tx.report(GENERATION_STARTED, {"chapter_number": 3}, actor=HANA, ebook_id="fox")
        tx.report(SCRIPT_ADDED, {"doc_id": script_id}, actor=HANA, ebook_id="fox")
        tx.report(GRANT_LOG_ADDED, {"doc_id": "grant_logs_1"}, actor=HANA, ebook_id="fox")
        tx.report(GENERATION_COMPLETED, {"script_id": script_id}, actor=HANA, ebook_id="fox")
        tx.report(SCRIPT_RELEASED, {"script_id": script_id}, actor=HANA, ebook_id="fox")

    await sqlite.write(work)
    clock.advance(minutes=1)
    broadcast = await sqlite.write(lambda tx: tx.broadcasts.add(NewBroadcast("New Lore: Three", "Text")))

    async def share(tx: WriteTransaction) -> None:
        tx.report(BROADCAST_SENT, {"title": "New Lore: Three", "message": "Text"})
        tx.report(AFFILIATE_JOINED, {}, actor=REN)
        tx.report(ANNOUNCEMENT_SHARED, {"broadcast_id": broadcast.id}, actor=REN)

    await sqlite.write(share)
    return sqlite


async def test_every_event_has_its_subject(studio: Database) -> None:
    """The book, and the chapter also where the event holds only the script's id; of an announcement its title."""
    async with studio.read() as tx:
        events = [event async for event in tx.events.stream(EventFilter())]
        subjects = await find_subjects(tx, events)
    chapter, book = EventSubject("The fox", 3), EventSubject("The fox")
    announcement = EventSubject(announcement="New Lore: Three")
    assert [subjects[event.seq] for event in events] == [
        *(chapter, chapter, book, chapter, chapter),
        *(announcement, EventSubject(), announcement),
    ]


async def test_affiliates_actions_are_not_the_teams_work(studio: Database) -> None:
    """An affiliate's actions make no working session and are not "last" on the board, but stay in the list of events."""
    page = await SessionService(studio, "UTC").get_page(Scope(), 0)
    assert [summary.member_name for summary in page.sessions] == ["Hana"]
    assert page.position.page_count == 1
    overview = await OverviewService(studio, "UTC", None).get_overview(Scope(member_discord_id=None))
    assert overview.latest_event is not None
    event, member_name, _ = overview.latest_event
    assert (event.event, member_name) == (BROADCAST_SENT, "")
    events = await EventHistory(studio, "UTC").get_page(Scope(), 0)
    assert ANNOUNCEMENT_SHARED in {event.event for event in events.events}


async def test_news_leave_out_what_only_accompanies_another_event(studio: Database) -> None:
    """A finished script is one piece of news, and not also an added document and a grant log."""
    unseen = await EventHistory(studio, "UTC").get_unseen_events(HANA)
    shown = [event.event for event in unseen.latest]
    assert shown.count(GENERATION_COMPLETED) == 1
    assert not {SCRIPT_ADDED, GRANT_LOG_ADDED} & set(shown)
    assert unseen.total == len(shown) == 6
    assert set(unseen.subjects) == {event.seq for event in unseen.latest}
