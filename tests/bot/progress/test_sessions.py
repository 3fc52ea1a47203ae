"""Working sessions: who may name and end them, and what is shown of them."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.actor import Actor
from bot.errors import ForbiddenError, InputError, NotFoundError, StateError
from bot.event_names import SESSION_ENDED, SESSION_NAMED
from bot.progress.history import EVENTS_PER_PAGE
from bot.progress.scope import Period, Scope
from bot.progress.sessions import MAX_NAME_LENGTH, SessionDetails, SessionService, get_time_span
from storage import Database, WriteTransaction
from storage.stores.events import EventFilter
from tests.conftest import FakeClock

HANA, REN = Actor(1, "Hana"), Actor(2, "Ren")
UNKNOWN = "sessions_0000000000000000"


@pytest.fixture
def service(sqlite: Database) -> SessionService:
    """The sessions of a new database."""
    return SessionService(sqlite, "UTC")


async def act(service: SessionService, by: Actor, *names: str) -> str:
    """The member's session, after these events of theirs."""

    async def work(tx: WriteTransaction) -> None:
        for name in names:
            tx.report(name, {}, actor=by)

    await service.database.write(work)
    async with service.database.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(), limit=1)
    assert event.session_id is not None
    return event.session_id


async def open_session(service: SessionService, session_id: str, by: Actor = HANA, page: int = 0) -> SessionDetails:
    """The session as its view shows it."""
    return await service.get_session(session_id, page, by)


async def test_a_session_is_shown_with_its_events_and_their_counts(service: SessionService) -> None:
    """The newest events come first, and the counts are those of the whole session."""
    session_id = await act(service, HANA, *["Acted"] * EVENTS_PER_PAGE, "Looked")
    await act(service, REN, "Acted")
    first, second = [await open_session(service, session_id, page=page) for page in (0, 1)]
    assert (first.summary.member_name, first.summary.event_count) == ("Hana", EVENTS_PER_PAGE + 1)
    assert first.counts == Counter({"Acted": EVENTS_PER_PAGE, "Looked": 1})
    assert [event.event for event in first.events] == ["Looked", *["Acted"] * (EVENTS_PER_PAGE - 1)]
    assert [event.seq for event in second.events] == [1]
    assert set(second.subjects) == {1}


async def test_a_session_is_its_members_own(service: SessionService) -> None:
    """Nobody else is shown the buttons that name and end it, and nobody else can do it."""
    session_id = await act(service, HANA, "Acted")
    await act(service, REN, "Acted")
    assert [(await open_session(service, session_id, by)).is_own for by in (HANA, REN, Actor(3, "Mio"))] == [
        True,
        False,
        False,
    ]
    with pytest.raises(ForbiddenError, match="somebody else"):
        await service.rename_session(session_id, "Mine", REN)
    with pytest.raises(ForbiddenError, match="somebody else"):
        await service.end_session(session_id, REN)
    session = (await open_session(service, session_id)).summary.session
    assert (session.name, session.ended_at) == ("", None)


async def test_a_name_is_kept_with_single_spaces_but_not_in_the_audit_trail(service: SessionService) -> None:
    """A member's own words can be forgotten; an empty name removes the present one."""
    session_id = await act(service, HANA, "Acted")
    await service.rename_session(session_id, "  The  bell \n rang ", HANA)
    details = await open_session(service, session_id)
    assert details.summary.session.name == "The bell rang"
    event = details.events[0]
    assert (event.event, event.member_id, event.session_id) == (
        SESSION_NAMED,
        details.summary.session.member_id,
        session_id,
    )
    assert "bell" not in event.data
    assert session_id in event.data
    await service.rename_session(session_id, " ", HANA)
    assert (await open_session(service, session_id)).summary.session.name == ""


@pytest.mark.parametrize("name", ["x" * (MAX_NAME_LENGTH + 1), "a\x00b", "half \ud83e"])
async def test_a_name_that_cannot_be_kept_is_refused(service: SessionService, name: str) -> None:
    """The longest name that can be kept has exactly as many characters as the sentence says."""
    session_id = await act(service, HANA, "Acted")
    with pytest.raises(InputError, match=f"at most {MAX_NAME_LENGTH} ordinary characters"):
        await service.rename_session(session_id, name, HANA)
    await service.rename_session(session_id, "x" * MAX_NAME_LENGTH, HANA)
    assert (await open_session(service, session_id)).summary.session.name == "x" * MAX_NAME_LENGTH


async def test_a_session_is_ended_once(service: SessionService, clock: FakeClock) -> None:
    """The end is an event of the session itself; a session that has run out has ended as well."""
    session_id = await act(service, HANA, "Acted")
    assert (await open_session(service, session_id)).summary.is_open
    await service.end_session(session_id, HANA)
    ended = await open_session(service, session_id)
    assert not ended.summary.is_open
    assert (ended.events[0].event, ended.events[0].session_id) == (SESSION_ENDED, session_id)
    with pytest.raises(StateError, match="already ended"):
        await service.end_session(session_id, HANA)
    second = await act(service, HANA, "Acted")
    assert second != session_id
    clock.advance(seconds=service.gap.total_seconds() + 1)
    with pytest.raises(StateError, match="already ended"):
        await service.end_session(second, HANA)
    assert (await open_session(service, second)).summary.session.ended_at is None


async def test_a_session_lasts_until_its_last_event_or_its_later_end(service: SessionService, clock: FakeClock) -> None:
    began = clock.now
    session_id = await act(service, HANA, "Acted")
    clock.advance(minutes=5)
    await act(service, HANA, "Acted")
    span = get_time_span((await open_session(service, session_id)).summary.session)
    assert span == (began, began + timedelta(minutes=5))
    clock.advance(minutes=5)
    await service.end_session(session_id, HANA)
    span = get_time_span((await open_session(service, session_id)).summary.session)
    assert span == (began, began + timedelta(minutes=10))


async def test_an_unknown_session_is_not_found(service: SessionService) -> None:
    for act_on in (
        open_session(service, UNKNOWN),
        service.rename_session(UNKNOWN, "x", HANA),
        service.end_session(UNKNOWN, HANA),
    ):
        with pytest.raises(NotFoundError, match="no longer known"):
            await act_on


async def test_sessions_are_listed_for_a_member_and_a_period(service: SessionService, clock: FakeClock) -> None:
    """The latest comes first, eight on a page, each with the number of its events."""
    old = await act(service, HANA, "Acted")
    clock.advance(days=10)
    sessions = []
    for number in range(9):
        sessions.append(await act(service, (HANA, REN)[number % 2], *["Acted"] * (number + 1)))
        clock.advance(hours=1)
    week, everything = Scope(), Scope(period=Period.ALL)
    first, second = [await service.get_page(everything, page) for page in (0, 1)]
    assert [each.session.id for each in first.sessions] == sessions[:0:-1]
    assert [each.event_count for each in first.sessions] == [9, 8, 7, 6, 5, 4, 3, 2]
    assert [each.session.id for each in second.sessions] == [sessions[0], old]
    assert (await service.get_page(week, 1)).sessions == second.sessions[:1]
    of_ren = await service.get_page(Scope(member_discord_id=REN.discord_id), 0)
    assert {each.member_name for each in of_ren.sessions} == {"Ren"}
    assert len(of_ren.sessions) == 4
