"""Deliveries: one broadcast in one channel. The intent is committed before the request, the outcome after it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.states import DeliveryAction, DeliveryState
from storage.stores.delivery_values import Delivery, DeliveryCounts, Target
from storage.tables import deliveries
from storage.types import Utc


@dataclass(frozen=True, slots=True)
class DeliveryStore:
    """Deliveries by state, leased in batches."""

    connection: AsyncConnection
    now: datetime

    async def add(self, broadcast_id: str, targets: Sequence[Target], due_at: datetime | None = None) -> int:
        """One waiting delivery for each target, due at ``due_at`` (None: at once); returns their number."""
        if not targets:
            return 0
        rows = [
            {
                "id": secrets.token_hex(8),
                "broadcast_id": broadcast_id,
                "state": DeliveryState.READY,
                "action": DeliveryAction.POST,
                "referral": target.referral,
                "subscription_id": target.subscription_id,
                "guild_id": target.guild_id,
                "guild_name": target.guild_name,
                "channel_id": target.channel_id,
                "channel_name": target.channel_name,
                "role_id": target.role_id,
                "due_at": due_at or self.now,
                "updated_at": self.now,
            }
            for target in targets
        ]
        await self.connection.execute(deliveries.insert(), rows)
        return len(rows)

    async def add_refused(self, broadcast_id: str, refused: Sequence[tuple[Target, str]]) -> None:
        """A delivery in the state ``refused`` for each target, with the reason; no request is made for it."""
        await self.add(broadcast_id, [target for target, _ in refused])
        for target, error in refused:
            mine = and_(deliveries.c.broadcast_id == broadcast_id, deliveries.c.channel_id == target.channel_id)
            values = {"state": DeliveryState.REFUSED, "error": error}
            await self.connection.execute(deliveries.update().where(mine).values(values))

    async def get(self, delivery_id: str) -> Delivery:
        """The delivery; ``KeyError`` where there is none."""
        row = (
            (await self.connection.execute(select(deliveries).where(deliveries.c.id == delivery_id))).mappings().first()
        )
        if row is None:
            raise KeyError(delivery_id)
        return Delivery(**row)

    async def claim(self, owner: str, limit: int, duration: timedelta = LEASE_DURATION) -> list[Delivery]:
        """``ready → sending``: at most ``limit`` due deliveries, leased by ``owner``. This is the intent before any request."""
        due = (
            select(deliveries.c.id)
            .where(deliveries.c.state == DeliveryState.READY, deliveries.c.due_at <= self.now)
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(limit)
        )
        values = {
            "state": DeliveryState.SENDING,
            "attempts": deliveries.c.attempts + 1,
            "attempted_at": func.coalesce(deliveries.c.attempted_at, literal(self.now, Utc())),
            "updated_at": self.now,
        }
        return [Delivery(**row) for row in await self._leased.claim(due, owner, duration, values)]

    async def renew(self, delivery_id: str, lease: Lease, duration: timedelta = LEASE_DURATION) -> None:
        """The lease lasts ``duration`` longer.

        Raises:
            StaleStateError: another process has taken the delivery over.
        """
        await self._leased.renew(delivery_id, lease, duration, {})

    async def finish(
        self, delivery_id: str, lease: Lease, state: DeliveryState, *, message_id: int | None = None, error: str = ""
    ) -> None:
        """``sending → state``: the outcome. A message id that is known already is kept where none is given.

        Raises:
            StaleStateError: another process has taken the delivery over.
        """
        sent: dict[str, object] = {} if message_id is None else {"message_id": message_id, "sent_at": self.now}
        await self._end(delivery_id, lease, {"state": state, "error": error, **sent})

    async def requeue(self, broadcast_id: str, action: DeliveryAction) -> int:
        """``sent | failed | refused → ready`` for every post that exists, to edit or recall it; returns their number."""
        return await self._requeue(_is_posted(broadcast_id), {"action": action})

    async def requeue_failed(self, broadcast_id: str) -> int:
        """``failed | refused → ready`` for another attempt at the same action; returns their number."""
        failed = deliveries.c.state.in_([DeliveryState.FAILED, DeliveryState.REFUSED])
        return await self._requeue(and_(deliveries.c.broadcast_id == broadcast_id, failed), {})

    async def _requeue(self, which: ColumnElement[bool], values: dict[str, object]) -> int:
        fresh = {
            "state": DeliveryState.READY,
            "attempts": 0,
            "attempted_at": None,
            "due_at": self.now,
            "error": "",
        }
        return await self._change(which, {**fresh, **values})

    async def _change(self, which: ColumnElement[bool], values: dict[str, object]) -> int:
        query = deliveries.update().where(which).values({"updated_at": self.now, **values})
        return (await self.connection.execute(query)).rowcount

    async def postpone(
        self, delivery: Delivery, until: datetime, error: str, *, cannot_have_arrived: bool, count_attempt: bool = True
    ) -> None:
        """``sending → ready``, due at ``until``.

        ``cannot_have_arrived`` says so of every attempt up to now; without ``count_attempt`` this one does not use up the
        delivery's attempts.

        Raises:
            StaleStateError: another process has taken the delivery over.
        """
        values: dict[str, object] = {"state": DeliveryState.READY, "due_at": until, "error": error}
        if cannot_have_arrived:
            values["attempted_at"] = None
        if not count_attempt:
            values["attempts"] = delivery.attempts - 1
        await self._end(delivery.id, delivery.lease, values)

    async def release(self, delivery: Delivery, *, may_have_arrived: bool) -> None:
        """``sending → ready`` as if it had not been claimed; ``may_have_arrived`` says so of an earlier attempt.

        Raises:
            StaleStateError: another process has taken the delivery over.
        """
        values = {
            "state": DeliveryState.READY,
            "attempts": delivery.attempts - 1,
            "attempted_at": delivery.attempted_at if may_have_arrived else None,
        }
        await self._end(delivery.id, delivery.lease, values)

    async def take_over_expired(
        self, owner: str, duration: timedelta = LEASE_DURATION, *, all_owners: bool = False
    ) -> list[Delivery]:
        """``sending`` deliveries whose worker is gone, leased by ``owner`` now, to be reconciled with their channels."""
        rows = await self._leased.take_over(owner, duration, all_owners=all_owners, values={})
        return [Delivery(**row) for row in rows]

    async def cancel_waiting(self, broadcast_id: str) -> int:
        """``ready → cancelled`` for posts not sent yet, and ``ready → sent`` for posts that wait to be edited or recalled.

        A post that an earlier attempt may have delivered becomes ``unknown``. Returns how many were cancelled.
        """
        waiting = (deliveries.c.broadcast_id == broadcast_id) & (deliveries.c.state == DeliveryState.READY)
        is_change = deliveries.c.action != DeliveryAction.POST
        lost = "the answer to an attempt was lost, and it was stopped before the channel was searched"
        await self._change(waiting & is_change, {"state": DeliveryState.SENT, "action": DeliveryAction.POST})
        may_have_arrived = deliveries.c.attempted_at.is_not(None)
        await self._change(waiting & may_have_arrived, {"state": DeliveryState.UNKNOWN, "error": lost})
        return await self._change(waiting, {"state": DeliveryState.CANCELLED})

    async def move_unsent(self, broadcast_id: str, due_at: datetime) -> None:
        """Every post of a broadcast that has not begun is due at ``due_at``.

        Raises:
            StaleStateError: it has begun.
        """
        await self._change(_is_unsent(broadcast_id), {"due_at": due_at})
        await self._refuse_begun(broadcast_id)

    async def remove_unsent(self, broadcast_id: str) -> None:
        """Removes the deliveries of a broadcast that has not begun, also the refused ones.

        Raises:
            StaleStateError: it has begun.
        """
        await self.connection.execute(deliveries.delete().where(_is_unsent(broadcast_id)))
        await self._refuse_begun(broadcast_id)

    async def _refuse_begun(self, broadcast_id: str) -> None:
        if await self._exists((deliveries.c.broadcast_id == broadcast_id) & ~_is_unsent(broadcast_id)):
            raise StaleStateError(f"broadcast {broadcast_id} is being sent")

    async def has_open(self, broadcast_id: str) -> bool:
        """Whether a post of the broadcast may still be sent, changed or removed by a request that waits or is under way."""
        return await self._exists(_is_open(broadcast_id))

    async def is_still_posting(self, broadcast_id: str) -> bool:
        """Whether a post of the broadcast may still be sent for the first time."""
        return await self._exists(_is_open(broadcast_id) & (deliveries.c.action == DeliveryAction.POST))

    async def _exists(self, which: ColumnElement[bool]) -> bool:
        return (await self.connection.execute(select(deliveries.c.id).where(which).limit(1))).first() is not None

    async def count(self, broadcast_id: str) -> DeliveryCounts:
        """How many deliveries of the broadcast there are of each kind."""
        state, action, has_message = deliveries.c.state, deliveries.c.action, deliveries.c.message_id.is_not(None)
        query = (
            select(state, action, has_message, func.count(), func.max(deliveries.c.updated_at))
            .where(deliveries.c.broadcast_id == broadcast_id)
            .group_by(state, action, has_message)
        )
        counts = DeliveryCounts()
        for row in await self.connection.execute(query):
            counts.add(*row)
        return counts

    async def list_by_broadcast(self, broadcast_id: str, *states: DeliveryState) -> list[Delivery]:
        """The broadcast's deliveries, all of them or those in ``states``, by id."""
        query = select(deliveries).where(deliveries.c.broadcast_id == broadcast_id).order_by(deliveries.c.id)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        return [Delivery(**row) for row in (await self.connection.execute(query)).mappings()]

    async def list_standing_ids(self, broadcast_id: str) -> list[str]:
        """Ids of the deliveries whose posts are in their channels now, in order."""
        is_standing = deliveries.c.message_id.is_not(None) & (deliveries.c.state != DeliveryState.RECALLED)
        mine = deliveries.c.broadcast_id == broadcast_id
        query = select(deliveries.c.id).where(mine, is_standing).order_by(deliveries.c.id)
        return list((await self.connection.execute(query)).scalars())

    async def get_next_due(self) -> datetime | None:
        """When the next waiting delivery is due; None where none waits."""
        query = select(func.min(deliveries.c.due_at)).where(deliveries.c.state == DeliveryState.READY)
        due: datetime | None = (await self.connection.execute(query)).scalar()
        return due

    @property
    def _leased(self) -> LeasedRows:
        sending = deliveries.c.state == DeliveryState.SENDING
        return LeasedRows(self.connection, self.now, deliveries, deliveries.c.id, sending)

    async def _end(self, delivery_id: str, lease: Lease, values: dict[str, object]) -> None:
        await self._leased.end(delivery_id, lease, {"updated_at": self.now, **values})


def _is_posted(broadcast_id: str) -> ColumnElement[bool]:
    has_message = deliveries.c.message_id.is_not(None)
    is_resting = deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.REFUSED])
    return and_(deliveries.c.broadcast_id == broadcast_id, has_message, is_resting)


def _is_unsent(broadcast_id: str) -> ColumnElement[bool]:
    """Deliveries that wait for their first attempt or for which none was made."""
    never_sent = deliveries.c.state.in_([DeliveryState.READY, DeliveryState.REFUSED])
    return and_(deliveries.c.broadcast_id == broadcast_id, never_sent)


def _is_open(broadcast_id: str) -> ColumnElement[bool]:
    open_states = [DeliveryState.READY, DeliveryState.SENDING]
    return and_(deliveries.c.broadcast_id == broadcast_id, deliveries.c.state.in_(open_states))
