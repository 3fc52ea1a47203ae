"""Working sessions: a member's events that lie close together. The member can name a session and end it."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.actor import Actor
from bot.errors import ForbiddenError, InputError, NotFoundError, StateError
from bot.event_names import AFFILIATE_EVENTS, SESSION_ENDED, SESSION_NAMED
from bot.progress.history import EVENTS_PER_PAGE
from bot.progress.paging import PagePosition, locate_page
from bot.progress.scope import Scope, resolve_scope
from bot.progress.subjects import EventSubject, find_subjects
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.stores.events import Event, EventFilter
from storage.stores.sessions import Session

MAX_NAME_LENGTH: Final = 60
"""Characters; a name and its member's name then fit into the 100 characters of a menu's label."""
_UNSTORABLE: Final = re.compile("[\x00-\x1f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: databases and Discord refuse some of them."""
_SESSIONS_PER_PAGE: Final = 8
"""Two lines each; Discord's menu below the list would take 25."""
_MAX_EVENT_NAMES: Final = 100
"""Different event names that are counted in one session: more than there are names, were it not for ``/track``."""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session with its member's name ("" if they are forgotten) and the number of its events."""

    session: Session
    member_name: str
    event_count: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A page of sessions, the latest first."""

    sessions: tuple[SessionSummary, ...]
    position: PagePosition


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """A session with a page of its events, newest first.

    ``subjects`` says what each event is about, by its number.
    ``counts`` says how often each event name occurs in the whole session. ``is_own`` is whether it belongs to the reader.
    """

    summary: SessionSummary
    counts: Counter[str]
    events: tuple[Event, ...]
    subjects: dict[int, EventSubject]
    position: PagePosition
    is_own: bool


@dataclass(frozen=True, slots=True)
class SessionService:
    """Shows, names and ends working sessions."""

    database: Database
    zone: str

    @property
    def gap(self) -> timedelta:
        """The longest pause between two events of one session."""
        return self.database.session_gap

    @read_transaction
    async def get_page(self, tx: ReadTransaction, scope: Scope, page: int) -> SessionPage:
        """Sessions of the scope's member and period; its book and event do not matter.

        Sessions in which somebody only acted as an affiliate are not the team's work and are left out.

        ``page`` counts from 0, and the nearest existing page is returned.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        wanted = (await resolve_scope(tx, scope, self.zone)).filter
        total = await tx.sessions.count(wanted.member_id, wanted.since, excluding=AFFILIATE_EVENTS)
        position = locate_page(page, total, _SESSIONS_PER_PAGE)
        sessions = await tx.sessions.get_page(
            wanted.member_id,
            wanted.since,
            limit=_SESSIONS_PER_PAGE,
            offset=position.offset,
            excluding=AFFILIATE_EVENTS,
        )
        return SessionPage(tuple(await self._build_summaries(tx, sessions)), position)

    @read_transaction
    async def get_session(self, tx: ReadTransaction, session_id: str, page: int, by: Actor) -> SessionDetails:
        """The session with one page of its events; ``page`` counts from 0, and the nearest existing page is returned.

        Raises:
            NotFoundError: there is no such session.
        """
        session = await _get(tx, session_id)
        (summary,) = await self._build_summaries(tx, [session])
        wanted = EventFilter(session_id=session.id)
        position = locate_page(page, summary.event_count, EVENTS_PER_PAGE)
        events = await tx.events.get_page(wanted, limit=EVENTS_PER_PAGE, offset=position.offset)
        return SessionDetails(
            summary,
            counts=Counter(dict(await tx.event_counts.count_by_name(wanted, _MAX_EVENT_NAMES))),
            events=tuple(events),
            subjects=await find_subjects(tx, events),
            position=position,
            is_own=session.member_id == await tx.members.find_id(by.discord_id),
        )

    async def rename_session(self, session_id: str, name: str, by: Actor) -> None:
        """The session has this name, with single spaces; an empty name removes the present one.

        Raises:
            InputError: the name is too long or has characters that cannot be stored.
            NotFoundError: there is no such session.
            ForbiddenError: it is another member's session.
        """
        name = " ".join(name.split())
        if len(name) > MAX_NAME_LENGTH or _UNSTORABLE.search(name):
            raise InputError(
                f"A session's name has at most {MAX_NAME_LENGTH} ordinary characters.", "Choose a shorter one."
            )
        await self._rename(session_id, name, by)

    async def end_session(self, session_id: str, by: Actor) -> None:
        """The session has ended; the member's next event starts a new one.

        Raises:
            NotFoundError: there is no such session.
            ForbiddenError: it is another member's session.
            StateError: it has ended already.
        """
        try:
            await self._end(session_id, by)
        except StaleStateError:
            raise _already_ended() from None

    @write_transaction
    async def _rename(self, tx: WriteTransaction, session_id: str, name: str, by: Actor) -> None:
        session = await _get_own(tx, session_id, by)
        await tx.sessions.rename(session.id, name)
        # Without the name: a member's own words must not get into the chain, from which nothing can be forgotten.
        data = {"session_id": session.id}
        tx.report(SESSION_NAMED, data, member_id=session.member_id, session_id=session.id)

    @write_transaction
    async def _end(self, tx: WriteTransaction, session_id: str, by: Actor) -> None:
        session = await _get_own(tx, session_id, by)
        if not session.is_open(tx.now, self.gap):
            raise _already_ended()
        await tx.sessions.end(session.id)
        data = {"session_id": session.id}
        tx.report(SESSION_ENDED, data, member_id=session.member_id, session_id=session.id)

    async def _build_summaries(self, tx: ReadTransaction, sessions: list[Session]) -> list[SessionSummary]:
        names = await tx.members.get_names({session.member_id for session in sessions})
        counts = await tx.sessions.count_events([session.id for session in sessions])
        return [
            SessionSummary(
                session,
                names.get(session.member_id, ""),
                counts.get(session.id, 0),
                session.is_open(tx.now, self.gap),
            )
            for session in sessions
        ]


def get_time_span(session: Session) -> tuple[datetime, datetime]:
    """When the session began, and when it ended or last had an event."""
    return session.started_at, max(session.last_at, session.ended_at or session.last_at)


def _already_ended() -> StateError:
    return StateError("This session has already ended.", "Your next action starts a new one.")


async def _get(tx: ReadTransaction, session_id: str) -> Session:
    try:
        return await tx.sessions.get(session_id)
    except KeyError:
        raise NotFoundError("This session is no longer known here.") from None


async def _get_own(tx: WriteTransaction, session_id: str, by: Actor) -> Session:
    session = await _get(tx, session_id)
    if session.member_id != await tx.members.find_id(by.discord_id):
        raise ForbiddenError("This session belongs to somebody else.", "You can name and end your own sessions.")
    return session
