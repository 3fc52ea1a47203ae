"""Announcements: composed, confirmed by a person, sent."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import Audience, BroadcastState, DeliveryState
from storage.tables import broadcasts, deliveries, shares
from storage.upsert import add_unless_there


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One announcement. ``metadata`` is free JSON that its maker gave."""

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
    author_id: str | None
    confirmed_by: str | None
    approved_by: str | None
    channel_id: int | None
    card_id: int | None
    announced: bool
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None

    def entry(self) -> dict[str, Any]:
        """The broadcast in its exchange format: ``{"title", "message", "metadata", "timestamp"}``."""
        sent = (self.confirmed_at or self.created_at).isoformat()
        return {"title": self.title, "message": self.message, "metadata": self.metadata, "timestamp": sent}


@dataclass(frozen=True, slots=True)
class BroadcastStore:
    """Broadcasts by state, and who shared them."""

    connection: AsyncConnection
    now: datetime

    async def add(self, *, metadata: dict[str, Any] | None = None, **values: Any) -> Broadcast:  # noqa: ANN401
        """A draft."""
        row = {
            "id": new_id("notifications"),
            "state": BroadcastState.DRAFT,
            "ping_roles": False,
            "announced": False,
            "audience": Audience.ALL,
            "created_at": self.now,
            "metadata": json.dumps(metadata or {}, ensure_ascii=False, allow_nan=False),
            **values,
        }
        await self.connection.execute(broadcasts.insert().values(row))
        return await self.get(str(row["id"]))

    async def get(self, broadcast_id: str) -> Broadcast:
        """The broadcast; ``KeyError`` where there is none."""
        row = (
            (await self.connection.execute(select(broadcasts).where(broadcasts.c.id == broadcast_id)))
            .mappings()
            .first()
        )
        if row is None:
            raise KeyError(broadcast_id)
        return _broadcast(row)

    async def edit(self, broadcast_id: str, **values: Any) -> Broadcast:  # noqa: ANN401 - columns of the table
        """Changes a draft."""
        await self._move(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, values)
        return await self.get(broadcast_id)

    async def confirm(self, broadcast_id: str, confirmed_by: str | None) -> None:
        """``draft → sending``."""
        values = {"state": BroadcastState.SENDING, "confirmed_by": confirmed_by, "confirmed_at": self.now}
        await self._move(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, values)

    async def ask_approval(self, broadcast_id: str, confirmed_by: str | None) -> None:
        """``draft → pending``: the first of two has confirmed."""
        values = {"state": BroadcastState.PENDING, "confirmed_by": confirmed_by}
        await self._move(broadcast_id, broadcasts.c.state == BroadcastState.DRAFT, values)

    async def approve(self, broadcast_id: str, approved_by: str) -> None:
        """``pending → sending`` by the second of two."""
        values = {"state": BroadcastState.SENDING, "approved_by": approved_by, "confirmed_at": self.now}
        await self._move(broadcast_id, broadcasts.c.state == BroadcastState.PENDING, values)

    async def reopen(self, broadcast_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of the table
        """Sent already, and ``sending`` again: its posts are to be changed or removed."""
        ended = broadcasts.c.state.in_([BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.CANCELLED])
        values |= {"state": BroadcastState.SENDING, "finished_at": None, "announced": False}
        await self._move(broadcast_id, ended & broadcasts.c.confirmed_at.is_not(None), values)

    async def discard(self, broadcast_id: str) -> None:
        """``draft | pending → cancelled``."""
        values = {"state": BroadcastState.CANCELLED, "finished_at": self.now}
        unsent = broadcasts.c.state.in_([BroadcastState.DRAFT, BroadcastState.PENDING])
        await self._move(broadcast_id, unsent, values)

    async def finish(self, broadcast_id: str, state: BroadcastState, why: str = "") -> None:
        """``sending → done | stopped | cancelled``."""
        values = {"state": state, "finished_at": self.now, "stopped_why": why}
        await self._move(broadcast_id, broadcasts.c.state == BroadcastState.SENDING, values)

    async def finish_settled(self) -> list[str]:
        """Broadcasts that had nothing left to send and are ``done`` now."""
        rows = await self.connection.execute(
            broadcasts.update()
            .where(broadcasts.c.state == BroadcastState.SENDING, ~_open_rows().exists())
            .values(state=BroadcastState.DONE, finished_at=self.now)
            .returning(broadcasts.c.id)
        )
        return [row.id for row in rows.all()]

    async def in_states(self, *states: BroadcastState, limit: int = 25) -> list[Broadcast]:
        """Broadcasts in any of these states, newest first."""
        query = (
            select(broadcasts)
            .where(broadcasts.c.state.in_(states))
            .order_by(broadcasts.c.created_at.desc(), broadcasts.c.id)
            .limit(limit)
        )
        return [_broadcast(row) for row in (await self.connection.execute(query)).mappings()]

    async def stream_sent(self) -> AsyncIterator[Broadcast]:
        """Every broadcast that was confirmed, oldest first, without holding them all."""
        query = (
            select(broadcasts)
            .where(broadcasts.c.confirmed_at.is_not(None), broadcasts.c.state != BroadcastState.PENDING)
            .order_by(broadcasts.c.confirmed_at, broadcasts.c.id)
            .execution_options(yield_per=100)
        )
        async with self.connection.stream(query) as rows:
            async for row in rows.mappings():
                yield _broadcast(row)

    async def entries(self, moments: Sequence[datetime]) -> list[dict[str, Any]]:
        """Those that were confirmed at one of these moments, in their exchange format."""
        rows = await self.connection.execute(select(broadcasts).where(broadcasts.c.confirmed_at.in_(moments)))
        return [_broadcast(row).entry() for row in rows.mappings()]

    async def unannounced(self) -> list[str]:
        """Ids of ended broadcasts of which nothing is on its way any more, and whose end is still to be told."""
        ended = broadcasts.c.state.in_([BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.CANCELLED])
        rows = await self.connection.execute(
            select(broadcasts.c.id).where(
                ended, broadcasts.c.confirmed_at.is_not(None), broadcasts.c.announced.is_(False), ~_open_rows().exists()
            )
        )
        return list(rows.scalars())

    async def mark_announced(self, broadcast_id: str) -> None:
        """Its end has been told."""
        await self.connection.execute(broadcasts.update().where(broadcasts.c.id == broadcast_id).values(announced=True))

    async def set_card(self, broadcast_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Where its progress is shown; a channel alone: a card is being posted there."""
        await self.connection.execute(
            broadcasts.update().where(broadcasts.c.id == broadcast_id).values(channel_id=channel_id, card_id=card_id)
        )

    async def share(self, broadcast_id: str, member_id: str, delivery_id: str) -> bool:
        """Whether this is the member's first share of this broadcast."""
        row = {
            "broadcast_id": broadcast_id,
            "member_id": member_id,
            "delivery_id": delivery_id,
            "created_at": self.now,
        }
        return await add_unless_there(self.connection, shares, row)

    async def sharers(self, limit: int) -> list[tuple[str, int]]:
        """Members with the most shares and how many, most first."""
        number = func.count().label("number")
        query = (
            select(shares.c.member_id, number)
            .group_by(shares.c.member_id)
            .order_by(number.desc(), func.min(shares.c.created_at))
            .limit(limit)
        )
        return [(row.member_id, row.number) for row in await self.connection.execute(query)]

    async def shares_of_broadcast(self, broadcast_id: str) -> int:
        """How many members have shared it."""
        query = select(func.count()).where(shares.c.broadcast_id == broadcast_id)
        return int((await self.connection.execute(query)).scalar_one())

    async def shares_of(self, member_id: str) -> int:
        """How many announcements the member has shared."""
        query = select(func.count()).where(shares.c.member_id == member_id)
        return int((await self.connection.execute(query)).scalar_one())

    async def _move(self, broadcast_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        query = broadcasts.update().where(broadcasts.c.id == broadcast_id, condition).values(values)
        if (await self.connection.execute(query)).rowcount != 1:
            raise StaleStateError(f"broadcast {broadcast_id} is no longer in the state for this")


def _open_rows() -> Select[tuple[str]]:
    """Deliveries of the broadcast at hand that are still to be sent or on their way."""
    return select(deliveries.c.id).where(
        deliveries.c.broadcast_id == broadcasts.c.id,
        deliveries.c.state.in_([DeliveryState.READY, DeliveryState.SENDING]),
    )


def _broadcast(row: RowMapping) -> Broadcast:
    return Broadcast(**{**row, "metadata": json.loads(row["metadata"])})
