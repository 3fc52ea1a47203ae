"""The audit trail: an append-only table in which each event is hashed over its content and its predecessor's hash.

``data`` and ``timestamp`` are stored as the exact text that was hashed. (A JSONB column would reorder the keys, and the hash
could not be computed again.)
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.sessions import SessionStore
from storage.tables import chain_head, events
from storage.types import iso

GENESIS_HASH: Final = "0" * 64
"""The ``prev_hash`` of the first event: as long as a SHA-256 in hex, and not the hash of anything known."""
IMPORTED_KEY: Final = "imported"
"""The only key in the data of an event that was imported from a file; the entry of the file is below it."""
PROGRESS_FILE: Final = "session_progress.json"
"""The predecessor's file of events."""
_STREAM_BATCH: Final = 500
"""Rows fetched at a time while streaming: a few hundred kB of memory, and few round trips to the database."""

# Built once: SQLAlchemy finds the SQL of an object that it has seen before in its cache at half the cost.
_LOCK_HEAD: Final = select(chain_head.c.seq, chain_head.c.hash).with_for_update()
_INSERT_EVENT: Final = events.insert()
_UPDATE_HEAD: Final = chain_head.update().values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is not in the chain yet."""

    event: str
    data: dict[str, Any]
    member_id: str | None = None
    ebook_id: str | None = None
    session_id: str | None = None
    timestamp: datetime | None = None
    """When it happened, if that is not now."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event in its place in the chain. ``event`` is its name, ``data`` the JSON text that was hashed."""

    seq: int
    timestamp: str
    event: str
    data: str
    session_id: str | None
    member_id: str | None
    ebook_id: str | None
    prev_hash: str
    hash: str

    def to_entry(self) -> dict[str, Any]:
        """The event in the exchange format, ``{"timestamp", "event", "data"}``.

        An imported event comes back exactly as it was in the file, with all its other fields.
        """
        data = json.loads(self.data)
        imported = self._unwrap_imported(data)
        return {"timestamp": self.timestamp, "event": self.event, "data": data} if imported is None else imported

    @property
    def display_data(self) -> str:
        """The data as JSON text for people; of an imported event it is the data that the file had."""
        imported = self._unwrap_imported(json.loads(self.data))
        if imported is None:
            return self.data
        text = json.dumps(imported.get("data"), separators=(",", ":"), ensure_ascii=False)
        # Files may hold half a surrogate pair, which Discord's API does not take.
        return text.encode(errors="replace").decode()

    def _unwrap_imported(self, data: object) -> dict[str, Any] | None:
        """The entry that was imported; None for an event of our own."""
        # Events that people report with /track have a member, so nobody can pass one off as imported.
        if self.member_id is not None or not isinstance(data, dict) or len(data) != 1:
            return None
        wrapper = data.get(IMPORTED_KEY)
        if not isinstance(wrapper, dict) or wrapper.get("source") != PROGRESS_FILE:
            return None
        entry = json.loads(wrapper["text"]) if isinstance(wrapper.get("text"), str) else wrapper.get("entry")
        if not isinstance(entry, dict):
            return None
        # Hashing has sorted the keys; the exchange format has these three first.
        return {name: entry[name] for name in ("timestamp", "event", "data") if name in entry} | entry


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the chain; ``seq`` is 0 while there is none."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None means any. ``since`` is inclusive, ``after_seq`` is exclusive.

    Events whose name is in ``excluding`` are left out.
    """

    ebook_id: str | None = None
    member_id: str | None = None
    since: datetime | None = None
    event: str | None = None
    session_id: str | None = None
    after_seq: int | None = None
    excluding: frozenset[str] = frozenset()

    def to_clause(self) -> ColumnElement[bool]:
        """The condition for a WHERE on ``events``."""
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
        if self.excluding:
            clauses.append(events.c.event.not_in(self.excluding))
        return and_(*clauses)


def canonical_json(value: object) -> str:
    """The same JSON text for equal values: keys sorted, no spaces.

    Raises:
        ValueError: the value contains NaN or an infinity, which JSON does not have.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def compute_event_hash(row: dict[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of every column except ``hash`` itself."""
    return hashlib.sha256(canonical_json({key: row[key] for key in row if key != "hash"}).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EventStore:
    """Appends and reads events. No method changes or deletes one."""

    connection: AsyncConnection
    now: datetime

    async def append(self, new_events: Sequence[NewEvent], session_gap: timedelta) -> list[Event]:
        """The events are at the end of the chain, in the given order; ``new_events`` is not empty.

        An event with a member and without a session belongs to that member's current working session; ``session_gap`` is
        the longest pause within one. The chain's head stays locked until the transaction ends.
        """
        members = {new.member_id for new in new_events if new.member_id and not new.session_id}
        sessions = SessionStore(self.connection, self.now)
        # In sorted order, so that two transactions with the same members do not deadlock on PostgreSQL.
        session_ids = {member: await sessions.continue_or_start(member, session_gap) for member in sorted(members)}
        head = await self._lock_head()
        now = iso(self.now)
        appended: list[Event] = []
        for new in new_events:
            row: dict[str, Any] = {
                "seq": head.seq + 1,
                "timestamp": now if new.timestamp is None else iso(new.timestamp),
                "event": new.event,
                "data": canonical_json(new.data),
                "session_id": new.session_id or session_ids.get(new.member_id or ""),
                "member_id": new.member_id,
                "ebook_id": new.ebook_id,
                "prev_hash": head.hash,
            }
            row["hash"] = compute_event_hash(row)
            head = Head(row["seq"], row["hash"])
            appended.append(Event(**row))
        await self.connection.execute(_INSERT_EVENT, [_to_row(event) for event in appended])
        await self.connection.execute(_UPDATE_HEAD, {"new_seq": head.seq, "new_hash": head.hash})
        return appended

    async def get_head(self) -> Head:
        """The last event's number and hash."""
        row = (await self.connection.execute(select(chain_head.c.seq, chain_head.c.hash))).first()
        return Head(row.seq, row.hash) if row else Head(0, GENESIS_HASH)

    async def count(self, wanted: EventFilter) -> int:
        """How many events match."""
        query = select(func.count()).select_from(events).where(wanted.to_clause())
        return int((await self.connection.execute(query)).scalar_one())

    async def get_page(self, wanted: EventFilter, *, limit: int, offset: int = 0) -> list[Event]:
        """Matching events, newest first.

        The order is that of their times and not of the chain, because imported history is appended late.
        """
        order = events.c.timestamp.desc(), events.c.seq.desc()
        rows = await self.connection.execute(
            select(events).where(wanted.to_clause()).order_by(*order).limit(limit).offset(offset)
        )
        return [Event(**row) for row in rows.mappings()]

    async def find_by_timestamps(self, timestamps: Sequence[str]) -> list[Event]:
        """Events whose timestamp is exactly one of these texts."""
        rows = await self.connection.execute(select(events).where(events.c.timestamp.in_(timestamps)))
        return [Event(**row) for row in rows.mappings()]

    async def stream(self, wanted: EventFilter) -> AsyncIterator[Event]:
        """Matching events in the order of the chain, without loading all of them at once."""
        query = select(events).where(wanted.to_clause()).order_by(events.c.seq)
        async with self.connection.stream(query.execution_options(yield_per=_STREAM_BATCH)) as rows:
            async for row in rows.mappings():
                yield Event(**row)

    async def _lock_head(self) -> Head:
        """The head; other transactions that append wait until this one ends."""
        row = (await self.connection.execute(_LOCK_HEAD)).first()
        if row is None:
            raise RuntimeError("the row of the chain's head is missing; the first migration writes it")
        return Head(row.seq, row.hash)


def _to_row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}


@dataclass(frozen=True, slots=True)
class ChainVerification:
    """The result of checking the chain: how many events fit, and where it is broken.

    ``broken_at`` is the number of the first event that does not fit or is missing; None if the chain is intact.
    """

    event_count: int
    head: Head
    broken_at: int | None

    @property
    def is_intact(self) -> bool:
        """Whether every event fits and the last one is the recorded head."""
        return self.broken_at is None


@dataclass(slots=True)
class ChainCheck:
    """Checks events one after the other, in the order of the chain; ``last`` is the last one that fits."""

    last: Head = Head(0, GENESIS_HASH)
    event_count: int = 0
    broken_at: int | None = None

    def add(self, event: Event) -> bool:
        """Whether the event fits behind those before it. Behind one that does not fit, none is looked at."""
        if self.broken_at is not None:
            return False
        if event.seq == self.last.seq + 1 and event.prev_hash == self.last.hash and _has_own_hash(event):
            self.last, self.event_count = Head(event.seq, event.hash), self.event_count + 1
            return True
        number: object = event.seq
        self.broken_at = event.seq if isinstance(number, int) else self.last.seq + 1
        return False

    def finish(self, head: Head) -> ChainVerification:
        """The result; ``head`` is the recorded end of the chain."""
        if self.broken_at is None and self.last != head:
            self.broken_at = self.last.seq + 1
        return ChainVerification(self.event_count, head, self.broken_at)


async def verify_chain(store: EventStore) -> ChainVerification:
    """Reads the whole chain and computes every hash again.

    This finds a changed, removed or inserted event, and a tail that was cut off while the recorded head was left alone. It
    cannot find a chain that was rewritten together with its head; for that, compare the head with one noted elsewhere.
    """
    head = await store.get_head()
    check = ChainCheck()
    async for event in store.stream(EventFilter()):
        if not check.add(event):
            break
    return check.finish(head)


def _has_own_hash(event: Event) -> bool:
    try:
        return compute_event_hash(_to_row(event)) == event.hash
    except (TypeError, ValueError):  # something that is no text, which SQLite stores in any column
        return False
