"""The audit trail: append-only, each event hashed over itself and its predecessor.

``data`` and the time are stored as the very text that was hashed (a JSONB column would reorder the keys).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.sessions import SessionStore
from storage.tables import chain_head, events
from storage.types import iso

GENESIS = "0" * 64
IMPORTED = "imported"
PROGRESS_FILE = "session_progress.json"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened, before it has its place in the chain."""

    event: str
    data: dict[str, Any]
    member_id: str | None = None
    ebook_id: str | None = None
    session_id: str | None = None
    timestamp: datetime | None = None
    """When it happened, where that is not now."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in its place. ``data`` is the JSON text that was hashed."""

    seq: int
    timestamp: str
    event: str
    data: str
    session_id: str | None
    member_id: str | None
    ebook_id: str | None
    prev_hash: str
    hash: str

    def entry(self) -> dict[str, Any]:
        """The entry in its exchange format, ``{"timestamp", "event", "data"}``; an imported one just as it came."""
        data = json.loads(self.data)
        entry = self._imported(data)
        return {"timestamp": self.timestamp, "event": self.event, "data": data} if entry is None else entry

    @property
    def told(self) -> str:
        """The entry's data as JSON text to be shown; what an imported event is wrapped in does not show."""
        entry = self._imported(json.loads(self.data))
        if entry is None:
            return self.data
        shown = json.dumps(entry.get("data"), separators=(",", ":"), ensure_ascii=False)
        return shown.encode(errors="replace").decode()

    def _imported(self, data: object) -> dict[str, Any] | None:
        # What people report by hand has a member, so nobody can pass an entry of their own off as an imported one.
        given = data.get(IMPORTED) if isinstance(data, dict) and len(data) == 1 and self.member_id is None else None
        if not isinstance(given, dict) or given.get("source") != PROGRESS_FILE:
            return None
        entry = json.loads(given["text"]) if isinstance(given.get("text"), str) else given.get("entry")
        if not isinstance(entry, dict):
            return None
        first = {name: entry[name] for name in ("timestamp", "event", "data") if name in entry}
        return first | entry  # hashing has sorted the keys


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends; ``seq`` is 0 before the first event."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; None means any. ``since`` is inclusive, ``after_seq`` is not."""

    ebook_id: str | None = None
    member_id: str | None = None
    since: datetime | None = None
    event: str | None = None
    session_id: str | None = None
    after_seq: int | None = None

    def clause(self) -> ColumnElement[bool]:
        """As SQL."""
        clauses: list[ColumnElement[bool]] = [true()]
        if self.ebook_id is not None:
            clauses.append(events.c.ebook_id == self.ebook_id)
        if self.member_id is not None:
            clauses.append(events.c.member_id == self.member_id)
        if self.since is not None:
            clauses.append(events.c.timestamp >= iso(self.since))
        if self.event is not None:
            clauses.append(events.c.event == self.event)
        if self.session_id is not None:
            clauses.append(events.c.session_id == self.session_id)
        if self.after_seq is not None:
            clauses.append(events.c.seq > self.after_seq)
        return and_(*clauses)


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def event_hash(row: dict[str, Any]) -> str:
    """SHA-256 over every column but ``hash`` itself, in canonical JSON."""
    return hashlib.sha256(canonical({key: row[key] for key in row if key != "hash"}).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EventStore:
    """Appends and reads events. Nothing here changes or deletes one."""

    connection: AsyncConnection
    now: datetime

    @property
    def sessions(self) -> SessionStore:
        """The sessions that events belong to."""
        return SessionStore(self.connection, self.now)

    async def append(self, news: Sequence[NewEvent], session_gap: timedelta) -> list[Event]:
        """The events in their places, in the given order."""
        members = {new.member_id for new in news if new.member_id and not new.session_id}
        found = {member: await self.sessions.enter(member, session_gap) for member in sorted(members)}
        head = await self._locked_head()
        stamp = iso(self.now)
        added: list[Event] = []
        for new in news:
            row: dict[str, Any] = {
                "seq": head.seq + 1,
                "timestamp": stamp if new.timestamp is None else iso(new.timestamp),
                "event": new.event,
                "data": canonical(new.data),
                "session_id": new.session_id or found.get(new.member_id or ""),
                "member_id": new.member_id,
                "ebook_id": new.ebook_id,
                "prev_hash": head.hash,
            }
            row["hash"] = event_hash(row)
            head = Head(row["seq"], row["hash"])
            added.append(Event(**row))
        await self.connection.execute(events.insert(), [_row(event) for event in added])
        await self.connection.execute(chain_head.update().values(seq=head.seq, hash=head.hash))
        return added

    async def head(self) -> Head:
        """Where the chain ends."""
        row = (await self.connection.execute(select(chain_head.c.seq, chain_head.c.hash))).first()
        return Head(row.seq, row.hash) if row else Head(0, GENESIS)

    async def count(self, wanted: EventFilter) -> int:
        """How many events match."""
        query = select(func.count()).select_from(events).where(wanted.clause())
        return int((await self.connection.execute(query)).scalar_one())

    async def page(self, wanted: EventFilter, *, limit: int, offset: int = 0) -> list[Event]:
        """Matching events, newest first: by their time, since imported history is appended late."""
        order = events.c.timestamp.desc(), events.c.seq.desc()
        rows = await self.connection.execute(
            select(events).where(wanted.clause()).order_by(*order).limit(limit).offset(offset)
        )
        return [Event(**row) for row in rows.mappings()]

    async def at(self, stamps: Sequence[str]) -> list[Event]:
        """Events with one of these very timestamps."""
        rows = await self.connection.execute(select(events).where(events.c.timestamp.in_(stamps)))
        return [Event(**row) for row in rows.mappings()]

    async def stream(self, wanted: EventFilter) -> AsyncIterator[Event]:
        """Matching events, oldest first, without holding them all."""
        async with self.connection.stream(
            select(events).where(wanted.clause()).order_by(events.c.seq).execution_options(yield_per=500)
        ) as rows:
            async for row in rows.mappings():
                yield Event(**row)

    async def _locked_head(self) -> Head:
        row = (await self.connection.execute(select(chain_head.c.seq, chain_head.c.hash).with_for_update())).first()
        if row is not None:
            return Head(row.seq, row.hash)
        raise RuntimeError("the chain's head is missing; it is written by the first migration")


def _row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found. ``broken_at`` is the first event that does not fit, None where all do."""

    events: int
    head: Head
    broken_at: int | None

    @property
    def intact(self) -> bool:
        """Whether every event fits and the chain ends where the head says."""
        return self.broken_at is None


async def verify(store: EventStore) -> Verdict:
    """Walks the whole chain and re-computes every hash."""
    head = await store.head()
    previous, count = Head(0, GENESIS), 0
    async for event in store.stream(EventFilter()):
        row = _row(event)
        if event.seq != previous.seq + 1 or event.prev_hash != previous.hash or event_hash(row) != event.hash:
            return Verdict(count, head, event.seq)
        previous, count = Head(event.seq, event.hash), count + 1
    return Verdict(count, head, None if previous == head else previous.seq + 1)
