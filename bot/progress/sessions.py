"""Working sessions: a member's acts that lie close together, which can be named and ended."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.actor import Actor
from bot.errors import ForbiddenError, InputError, NotFoundError, StateError
from bot.event_names import SESSION_ENDED, SESSION_NAMED
from bot.progress.history import PAGE, people
from bot.progress.scope import Scope, resolve_scope
from storage import Database, ReadTransaction, WriteTransaction
from storage.stores.events import Event, EventFilter
from storage.stores.sessions import Session

MAX_NAME = 60
_UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session with its member's name (empty for a forgotten one) and how many events it has."""

    session: Session
    member: str
    events: int
    open: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Some sessions, the latest first."""

    lines: tuple[SessionLine, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session: a page of its events, newest first, what kinds of them there were, and whether it is the reader's."""

    line: SessionLine
    counts: Counter[str]
    events: tuple[Event, ...]
    people: dict[str, str]
    number: int
    pages: int
    own: bool


@dataclass(frozen=True, slots=True)
class SessionService:
    """Shows, names and ends sessions."""

    database: Database
    zone: str

    @property
    def gap(self) -> timedelta:
        """Acts further apart than this belong to different sessions."""
        return self.database.session_gap

    async def page(self, scope: Scope, page: int) -> SessionPage:
        """Sessions of the scope's member and period; ``page`` counts from 0 and is brought into range."""
        async with self.database.read() as tx:
            wanted = (await resolve_scope(tx, scope, self.zone)).filter
            total = await tx.sessions.count(wanted.member_id, wanted.since)
            pages = max(1, -(-total // _SHOWN))
            number = min(max(page, 0), pages - 1)
            found = await tx.sessions.get_page(wanted.member_id, wanted.since, limit=_SHOWN, offset=number * _SHOWN)
            return SessionPage(tuple(await self._lines(tx, found)), number, pages)

    async def view(self, session_id: str, page: int, by: Actor) -> SessionView:
        """One session; ``NotFoundError`` where there is none."""
        async with self.database.read() as tx:
            session = await _get(tx, session_id)
            wanted = EventFilter(session_id=session.id)
            line = (await self._lines(tx, [session]))[0]
            pages = max(1, -(-line.events // PAGE))
            number = min(max(page, 0), pages - 1)
            events = await tx.events.get_page(wanted, limit=PAGE, offset=number * PAGE)
            counts = Counter(dict(await tx.event_counts.count_by_name(wanted, 100)))
            own = session.member_id == await tx.members.find_id(by.discord_id)
            return SessionView(line, counts, tuple(events), await people(tx, events), number, pages, own)

    async def name(self, session_id: str, name: str, by: Actor) -> None:
        """It is called so from now on; an empty name takes the name away. Only its own member names it.

        The event does not hold the name, since a name is its member's own words and can be forgotten.
        """
        name = " ".join(name.split())
        if len(name) > MAX_NAME or _UNSTORABLE.search(name):
            raise InputError(f"A session's name has at most {MAX_NAME} ordinary characters.", "Choose a shorter one.")

        async def work(tx: WriteTransaction) -> None:
            session = await _own(tx, session_id, by)
            await tx.sessions.rename(session.id, name)
            data = {"session_id": session.id}
            tx.report(SESSION_NAMED, data, member_id=session.member_id, session_id=session.id)

        await self.database.write(work)

    async def end(self, session_id: str, by: Actor) -> None:
        """The member's next act begins a new one; ``StateError`` when it has ended already."""

        async def work(tx: WriteTransaction) -> None:
            session = await _own(tx, session_id, by)
            if not session.is_open(tx.now, self.gap):
                raise StateError("This session has already ended.", "Your next act begins a new one.")
            await tx.sessions.end(session.id)
            data = {"session_id": session.id}
            tx.report(SESSION_ENDED, data, member_id=session.member_id, session_id=session.id)

        await self.database.write(work)

    async def _lines(self, tx: ReadTransaction, found: list[Session]) -> list[SessionLine]:
        names = await tx.members.get_names({session.member_id for session in found})
        sizes = await tx.sessions.count_events([session.id for session in found])
        return [
            SessionLine(
                session,
                names.get(session.member_id, ""),
                sizes.get(session.id, 0),
                session.is_open(tx.now, self.gap),
            )
            for session in found
        ]


def lasted(session: Session) -> tuple[datetime, datetime]:
    """From when to when there were acts."""
    return session.started_at, max(session.last_at, session.ended_at or session.last_at)


async def _get(tx: ReadTransaction, session_id: str) -> Session:
    try:
        return await tx.sessions.get(session_id)
    except KeyError:
        raise NotFoundError("This session is no longer known here.") from None


async def _own(tx: WriteTransaction, session_id: str, by: Actor) -> Session:
    session = await _get(tx, session_id)
    if session.member_id != await tx.members.find_id(by.discord_id):
        raise ForbiddenError("This session is somebody else's.", "Name and end your own.")
    return session
