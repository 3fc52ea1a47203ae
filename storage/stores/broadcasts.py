"""Broadcasts (on screen: announcements): drafted, confirmed by a person, sent."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import UNCHANGED, Unchanged, changed_columns
from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import Audience, BroadcastState, DeliveryState
from storage.tables import broadcasts, deliveries, ebooks
from storage.types import Utc

_ENDED = (BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.CANCELLED, BroadcastState.RECALLED)


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """A draft to be stored. Empty strings mean that the post has no hook, link or image.

    ``script_id`` is the script that is released when the broadcast is confirmed. ``metadata`` is free JSON. ``change_of`` is
    the broadcast whose posts are to get this text; such a draft is never sent itself.
    """

    title: str
    message: str
    hook: str = ""
    link: str = ""
    image: str = ""
    ebook_id: str | None = None
    script_id: str | None = None
    author_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    change_of: str | None = None


@dataclass(frozen=True, slots=True)
class BroadcastChanges:
    """Columns of a broadcast to be updated; everything else stays. ``due_at=None`` means: as soon as it is confirmed."""

    title: str | Unchanged = UNCHANGED
    message: str | Unchanged = UNCHANGED
    hook: str | Unchanged = UNCHANGED
    link: str | Unchanged = UNCHANGED
    image: str | Unchanged = UNCHANGED
    ping_roles: bool | Unchanged = UNCHANGED
    audience: Audience | Unchanged = UNCHANGED
    due_at: datetime | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A stored broadcast.

    ``author_id``, ``confirmed_by`` and ``approved_by`` are member ids. ``channel_id`` and ``card_id`` (a message id) say where
    its card is. ``book_title`` is that of its ebook, empty where it has none; lists leave it out. ``announced`` is true once
    the card and the audit channel have reported its end.
    """

    id: str
    state: BroadcastState
    title: str
    message: str
    hook: str
    link: str
    image: str
    ebook_id: str | None
    script_id: str | None
    ping_roles: bool
    audience: Audience
    due_at: datetime | None
    stopped_why: str
    metadata: dict[str, Any]
    change_of: str | None
    author_id: str | None
    confirmed_by: str | None
    approved_by: str | None
    channel_id: int | None
    card_id: int | None
    announced: bool
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    book_title: str = ""

    def is_scheduled_at(self, now: datetime) -> bool:
        """Whether its posts are to be sent for the first time at a moment that is still to come."""
        is_first_sending = self.state is BroadcastState.SENDING and self.finished_at is None
        return is_first_sending and self.due_at is not None and self.due_at > now

    def to_entry(self) -> dict[str, Any]:
        """The broadcast in its exchange format: ``{"title", "message", "metadata", "timestamp"}``."""
        sent_at = (self.confirmed_at or self.created_at).isoformat()
        return {"title": self.title, "message": self.message, "metadata": self.metadata, "timestamp": sent_at}


@dataclass(frozen=True, slots=True)
class BroadcastStore:
    """Broadcasts by id and state."""

    connection: AsyncConnection
    now: datetime

    async def add(self, new: NewBroadcast) -> Broadcast:
        """Stores a draft for everybody, without role pings, due at once."""
        row = asdict(new) | {
            "id": new_id("notifications"),
            "state": BroadcastState.DRAFT,
            "metadata": json.dumps(new.metadata, ensure_ascii=False, allow_nan=False),
            "ping_roles": False,
            "audience": Audience.ALL,
            "announced": False,
            "created_at": self.now,
        }
        await self.connection.execute(broadcasts.insert().values(row))
        return await self.get(str(row["id"]))

    async def get(self, broadcast_id: str) -> Broadcast:
        """The broadcast.

        Raises:
            KeyError: there is no such broadcast.
        """
        row = (await self.connection.execute(_BY_ID, {"wanted_id": broadcast_id})).mappings().first()
        if row is None:
            raise KeyError(broadcast_id)
        return _from_row(row)

    async def get_titles(self, broadcast_ids: Sequence[str]) -> dict[str, str]:
        """The titles of these broadcasts, by id; unknown ids are missing from the result."""
        query = select(broadcasts.c.id, broadcasts.c.title).where(broadcasts.c.id.in_(broadcast_ids))
        return {row.id: row.title for row in await self.connection.execute(query)}

    async def find_newest_release(self, script_id: str) -> str | None:
        """The id of the last broadcast that was confirmed for the release of this script, or None."""
        confirmed = (broadcasts.c.script_id == script_id) & broadcasts.c.confirmed_at.is_not(None)
        newest_first = broadcasts.c.confirmed_at.desc(), broadcasts.c.id
        query = select(broadcasts.c.id).where(confirmed).order_by(*newest_first).limit(1)
        found: str | None = (await self.connection.execute(query)).scalar()
        return found

    async def edit_draft(self, broadcast_id: str, changes: BroadcastChanges) -> Broadcast:
        """Changes a draft and returns it as it is afterwards.

        Raises:
            StaleStateError: it is not a draft any more.
        """
        await self._transition(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, changed_columns(changes))
        return await self.get(broadcast_id)

    async def request_approval(self, broadcast_id: str, confirmed_by: str | None) -> None:
        """``draft → pending``: the first of two people has confirmed.

        Raises:
            StaleStateError: it is not a draft any more.
        """
        values = {"state": BroadcastState.PENDING, "confirmed_by": confirmed_by}
        await self._transition(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, values)

    async def confirm(self, broadcast_id: str, confirmed_by: str | None) -> None:
        """``draft → sending``. ``confirmed_by`` is None for a program.

        Raises:
            StaleStateError: it is not a draft any more.
        """
        values = {"state": BroadcastState.SENDING, "confirmed_by": confirmed_by, "confirmed_at": self.now}
        await self._transition(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, values)

    async def approve(self, broadcast_id: str, approved_by: str, due_at: datetime | None) -> None:
        """``pending → sending``: the second of two people has confirmed, for ``due_at`` (None: at once).

        Raises:
            StaleStateError: it is not waiting for approval.
        """
        values = {
            "state": BroadcastState.SENDING,
            "approved_by": approved_by,
            "confirmed_at": self.now,
            "due_at": due_at,
        }
        await self._transition(broadcast_id, broadcasts.c.state == BroadcastState.PENDING, values)

    async def change_scheduled(self, broadcast_id: str, changes: BroadcastChanges, *, keep_approval: bool) -> None:
        """Changes a broadcast before it begins. Without ``keep_approval`` nobody counts as having approved it.

        Raises:
            StaleStateError: it is not being sent for the first time.
        """
        values = changed_columns(changes) | ({} if keep_approval else {"approved_by": None})
        await self._transition(broadcast_id, _FIRST_SENDING, values)

    async def return_to_approval(self, broadcast_id: str, changes: BroadcastChanges, member_id: str) -> None:
        """``sending → pending`` with the changes of this member, who counts as its author from now on.

        Raises:
            StaleStateError: it is not being sent for the first time.
        """
        people = {"author_id": member_id, "confirmed_by": member_id, "approved_by": None}
        values = {**changed_columns(changes), **people, "state": BroadcastState.PENDING}
        await self._transition(broadcast_id, _FIRST_SENDING, values)

    async def discard(self, broadcast_id: str) -> None:
        """``draft | pending → cancelled``.

        Raises:
            StaleStateError: it has been confirmed or discarded already.
        """
        values = {"state": BroadcastState.CANCELLED, "finished_at": self.now}
        unsent = broadcasts.c.state.in_([BroadcastState.DRAFT, BroadcastState.PENDING])
        await self._transition(broadcast_id, unsent, values)

    async def discard_unsent_of(self, member_id: str) -> list[str]:
        """``draft | pending → cancelled`` for what this member composed or confirmed; returns the ids of the pending ones."""
        of_member = (broadcasts.c.author_id == member_id) | (broadcasts.c.confirmed_by == member_id)
        unsent = broadcasts.c.state.in_([BroadcastState.DRAFT, BroadcastState.PENDING])
        # Locked first: on PostgreSQL a draft may become pending while this waits for its row, and is read anew then.
        query = select(broadcasts.c.id, broadcasts.c.state).where(unsent, of_member).with_for_update()
        found = (await self.connection.execute(query)).all()
        for row in found:
            await self.discard(row.id)
        return [row.id for row in found if row.state is BroadcastState.PENDING]

    async def finish(self, broadcast_id: str, state: BroadcastState, why: str = "") -> None:
        """``sending → done | stopped | cancelled``. ``why`` is the reason of a stop, for people.

        ``finished_at`` is when it ended for the first time, before any change or recall.

        Raises:
            StaleStateError: it is not being sent.
        """
        values = {"state": state, "finished_at": self._first_finish(), "stopped_why": why}
        await self._transition(broadcast_id, broadcasts.c.state == BroadcastState.SENDING, values)

    async def reopen(self, broadcast_id: str, changes: BroadcastChanges) -> None:
        """``done | stopped | cancelled | recalled → sending``: its posts are to be changed, recalled or tried again.

        ``finished_at`` stays: it says when posting had ended.

        Raises:
            StaleStateError: it was never confirmed, or is being sent.
        """
        values = changed_columns(changes) | {"state": BroadcastState.SENDING, "announced": False}
        sent_before = broadcasts.c.state.in_(_ENDED) & broadcasts.c.confirmed_at.is_not(None)
        await self._transition(broadcast_id, sent_before, values)

    async def finish_completed(self) -> list[str]:
        """``sending → done | recalled`` for every broadcast without open deliveries; returns the ids of those."""
        mine = deliveries.c.broadcast_id == broadcasts.c.id
        is_recalled = deliveries.c.state == DeliveryState.RECALLED
        some_recalled = select(deliveries.c.id).where(mine, is_recalled).exists()
        some_left = select(deliveries.c.id).where(mine, ~is_recalled, deliveries.c.message_id.is_not(None)).exists()
        state = case((some_recalled & ~some_left, BroadcastState.RECALLED), else_=BroadcastState.DONE)
        rows = await self.connection.execute(
            broadcasts.update()
            .where(broadcasts.c.state == BroadcastState.SENDING, ~_open_deliveries().exists())
            .values(state=state, finished_at=self._first_finish())
            .returning(broadcasts.c.id)
        )
        return [row.id for row in rows.all()]

    async def list_submitted(self, limit: int) -> list[Broadcast]:
        """Broadcasts that somebody has confirmed or asked to approve, newest first; no drafts and no changes of posts."""
        has_been_confirmed = broadcasts.c.confirmed_at.is_not(None) | (broadcasts.c.state == BroadcastState.PENDING)
        return await self._list(has_been_confirmed & broadcasts.c.change_of.is_(None), limit)

    async def list_in_states(self, *states: BroadcastState, limit: int = 25) -> list[Broadcast]:
        """Broadcasts in any of these states, newest first."""
        return await self._list(broadcasts.c.state.in_(states), limit)

    async def _list(self, condition: ColumnElement[bool], limit: int) -> list[Broadcast]:
        newest_first = broadcasts.c.created_at.desc(), broadcasts.c.id
        query = select(broadcasts).where(condition).order_by(*newest_first).limit(limit)
        return [_from_row(row) for row in (await self.connection.execute(query)).mappings()]

    async def stream_sent(self) -> AsyncIterator[Broadcast]:
        """Yields every confirmed broadcast, oldest first, without holding all of them in memory."""
        query = (
            select(broadcasts)
            .where(broadcasts.c.confirmed_at.is_not(None), broadcasts.c.state != BroadcastState.PENDING)
            .order_by(broadcasts.c.confirmed_at, broadcasts.c.id)
            .execution_options(yield_per=100)
        )
        async with self.connection.stream(query) as rows:
            async for row in rows.mappings():
                yield _from_row(row)

    async def list_entries_of(self, moments: Sequence[datetime]) -> list[dict[str, Any]]:
        """The broadcasts that were confirmed at one of these moments, in their exchange format (see ``Broadcast.to_entry``)."""
        rows = await self.connection.execute(select(broadcasts).where(broadcasts.c.confirmed_at.in_(moments)))
        return [_from_row(row).to_entry() for row in rows.mappings()]

    async def list_unannounced(self) -> list[str]:
        """Ids of ended broadcasts without open deliveries whose end has not been reported yet."""
        rows = await self.connection.execute(
            select(broadcasts.c.id).where(
                broadcasts.c.state.in_(_ENDED),
                broadcasts.c.confirmed_at.is_not(None),
                broadcasts.c.announced.is_(False),
                ~_open_deliveries().exists(),
            )
        )
        return list(rows.scalars())

    async def mark_announced(self, broadcast_id: str) -> bool:
        """Its end has been reported; False where another process has reported it already."""
        unannounced = (broadcasts.c.id == broadcast_id) & broadcasts.c.announced.is_(False)
        return (
            await self.connection.execute(broadcasts.update().where(unannounced).values(announced=True))
        ).rowcount == 1

    async def set_card(self, broadcast_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Stores where its card is. A channel without a message id means that the card is still being posted there."""
        await self.connection.execute(
            broadcasts.update().where(broadcasts.c.id == broadcast_id).values(channel_id=channel_id, card_id=card_id)
        )

    def _first_finish(self) -> ColumnElement[datetime]:
        return func.coalesce(broadcasts.c.finished_at, literal(self.now, Utc()))

    async def _transition(self, broadcast_id: str, required: ColumnElement[bool], values: dict[str, Any]) -> None:
        """Updates the row if it is in the required state; checking and changing are one statement."""
        query = broadcasts.update().where(broadcasts.c.id == broadcast_id, required).values(values)
        if (await self.connection.execute(query)).rowcount != 1:
            raise StaleStateError(f"broadcast {broadcast_id} is not in the required state any more")


def _select_with_book() -> Select[Any]:
    title = func.coalesce(ebooks.c.title, "").label("book_title")
    return select(*broadcasts.c, title).select_from(broadcasts.outerjoin(ebooks, ebooks.c.id == broadcasts.c.ebook_id))


def _open_deliveries() -> Select[tuple[str]]:
    """Subquery: deliveries of the outer query's broadcast that wait or are being sent."""
    return select(deliveries.c.id).where(
        deliveries.c.broadcast_id == broadcasts.c.id,
        deliveries.c.state.in_([DeliveryState.READY, DeliveryState.SENDING]),
    )


def _from_row(row: RowMapping) -> Broadcast:
    return Broadcast(**{**row, "metadata": json.loads(row["metadata"])})


_FIRST_SENDING: Final = (broadcasts.c.state == BroadcastState.SENDING) & broadcasts.c.finished_at.is_(None)
_BY_ID: Final = _select_with_book().where(broadcasts.c.id == bindparam("wanted_id"))
