"""One announcement in one channel. The intent is committed before the send, the outcome after it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.states import DeliveryAction, DeliveryState
from storage.stores.subscriptions import Subscription
from storage.tables import deliveries
from storage.types import Utc


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that is to have a post. The studio's own has no subscription."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None = None
    subscription_id: str | None = None
    referral: str = ""

    @classmethod
    def of(cls, subscription: Subscription) -> "Target":
        """The subscription's channel."""
        return cls(
            subscription.guild_id,
            subscription.guild_name,
            subscription.channel_id,
            subscription.channel_name,
            subscription.role_id,
            subscription.id,
            subscription.referral,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A channel's copy of a broadcast. ``id`` (16 hex) is also the message's nonce and the mark in its button.

    ``attempted_at`` is the first try of those that may have arrived.
    """

    id: str
    broadcast_id: str
    state: DeliveryState
    act: DeliveryAction
    referral: str
    sent_at: datetime | None
    subscription_id: str | None
    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None
    message_id: int | None
    attempts: int
    due_at: datetime
    attempted_at: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    error: str
    updated_at: datetime

    @property
    def tried_before(self) -> bool:
        """Of a delivery just claimed: whether an earlier try may have arrived."""
        return self.attempted_at is not None and self.attempted_at < self.updated_at


@dataclass(frozen=True, slots=True)
class DeliveryStore:
    """Deliveries by state, leased in batches."""

    connection: AsyncConnection
    now: datetime

    async def add(self, broadcast_id: str, targets: Sequence[Target], due_at: datetime | None = None) -> int:
        """How many deliveries were made: one for each channel."""
        if not targets:
            return 0
        rows = [
            {
                "id": secrets.token_hex(8),
                "broadcast_id": broadcast_id,
                "state": DeliveryState.READY,
                "act": DeliveryAction.POST,
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

    async def get(self, delivery_id: str) -> Delivery:
        """The delivery; ``KeyError`` where there is none."""
        row = (
            (await self.connection.execute(select(deliveries).where(deliveries.c.id == delivery_id))).mappings().first()
        )
        if row is None:
            raise KeyError(delivery_id)
        return Delivery(**row)

    async def claim(self, owner: str, lease: timedelta, limit: int) -> list[Delivery]:
        """Due deliveries, now ``sending`` in the name of ``owner``: the intent, before any request goes out."""
        # Two statements: PostgreSQL may re-run a locking subquery and take more than the limit.
        chosen = (
            select(deliveries.c.id)
            .where(deliveries.c.state == DeliveryState.READY, deliveries.c.due_at <= self.now)
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list((await self.connection.execute(chosen)).scalars())
        if not ids:
            return []
        rows = await self.connection.execute(
            deliveries.update()
            .where(deliveries.c.id.in_(ids), deliveries.c.state == DeliveryState.READY)
            .values(
                state=DeliveryState.SENDING,
                lease_owner=owner,
                lease_until=self.now + lease,
                attempts=deliveries.c.attempts + 1,
                attempted_at=func.coalesce(deliveries.c.attempted_at, literal(self.now, Utc())),
                updated_at=self.now,
            )
            .returning(*deliveries.c)
        )
        return [Delivery(**row) for row in rows.mappings().all()]

    async def finish(
        self, delivery_id: str, owner: str, state: DeliveryState, *, message_id: int | None = None, error: str = ""
    ) -> None:
        """The outcome. A message's id, once known, is kept."""
        values: dict[str, object] = {} if message_id is None else {"message_id": message_id, "sent_at": self.now}
        await self._own(delivery_id, owner, state=state, error=error, lease_owner=None, lease_until=None, **values)

    async def count_sent(self, broadcast_id: str) -> int:
        """How many posts of it stand somewhere."""
        query = select(func.count()).select_from(deliveries).where(_arrived(broadcast_id))
        return int((await self.connection.execute(query)).scalar_one())

    async def requeue(self, broadcast_id: str, act: DeliveryAction) -> int:
        """How many arrived posts are to be changed or removed now."""
        changed = await self.connection.execute(
            deliveries.update()
            .where(_arrived(broadcast_id))
            .values(
                state=DeliveryState.READY,
                act=act,
                attempts=0,
                attempted_at=None,
                due_at=self.now,
                error="",
                updated_at=self.now,
            )
        )
        return changed.rowcount

    async def postpone(
        self, delivery: Delivery, owner: str, until: datetime, error: str, *, sure: bool, untried: bool = False
    ) -> None:
        """Back to ``ready``, due later.

        ``sure`` says that no try so far can have arrived; ``untried`` does not count this one.
        """
        values: dict[str, object] = {"attempted_at": None} if sure else {}
        if untried:
            values["attempts"] = delivery.attempts - 1
        await self._own(
            delivery.id,
            owner,
            state=DeliveryState.READY,
            due_at=until,
            error=error,
            lease_owner=None,
            lease_until=None,
            **values,
        )

    async def release(self, delivery: Delivery, owner: str, *, uncertain: bool) -> None:
        """Back to ``ready`` as if it had never been taken; ``uncertain`` where an earlier try may have arrived."""
        await self._own(
            delivery.id,
            owner,
            state=DeliveryState.READY,
            attempts=delivery.attempts - 1,
            attempted_at=delivery.attempted_at if uncertain else None,
            lease_owner=None,
            lease_until=None,
        )

    async def take_over_expired(self, owner: str, lease: timedelta, *, all_owners: bool) -> list[Delivery]:
        """``sending`` rows whose worker is gone, now leased by ``owner`` to be reconciled."""
        gone = deliveries.c.state == DeliveryState.SENDING
        if all_owners:
            gone &= deliveries.c.lease_owner != owner
        else:
            gone &= deliveries.c.lease_until < self.now
        rows = await self.connection.execute(
            deliveries.update()
            .where(gone)
            .values(lease_owner=owner, lease_until=self.now + lease)
            .returning(*deliveries.c)
        )
        return [Delivery(**row) for row in rows.mappings().all()]

    async def cancel_waiting(self, broadcast_id: str) -> int:
        """How many had not been sent yet and never will be; of those to be changed or removed, that is left undone."""
        await self.connection.execute(
            deliveries.update()
            .where(
                deliveries.c.broadcast_id == broadcast_id,
                deliveries.c.state == DeliveryState.READY,
                deliveries.c.act != DeliveryAction.POST,
            )
            .values(state=DeliveryState.SENT, updated_at=self.now)
        )
        changed = await self.connection.execute(
            deliveries.update()
            .where(deliveries.c.broadcast_id == broadcast_id, deliveries.c.state == DeliveryState.READY)
            .values(state=DeliveryState.CANCELLED, updated_at=self.now)
        )
        return changed.rowcount

    async def posting(self, broadcast_id: str) -> bool:
        """Whether a post of it may still go out for the first time."""
        query = select(deliveries.c.id).where(
            deliveries.c.broadcast_id == broadcast_id,
            deliveries.c.act == DeliveryAction.POST,
            deliveries.c.state.in_([DeliveryState.READY, DeliveryState.SENDING]),
        )
        return (await self.connection.execute(query.limit(1))).first() is not None

    async def counts(self, broadcast_id: str) -> dict[DeliveryState, int]:
        """How many are in each state."""
        query = (
            select(deliveries.c.state, func.count())
            .where(deliveries.c.broadcast_id == broadcast_id)
            .group_by(deliveries.c.state)
        )
        return {row[0]: row[1] for row in await self.connection.execute(query)}

    async def of_broadcast(self, broadcast_id: str, *states: DeliveryState) -> list[Delivery]:
        """The broadcast's deliveries, all or those in ``states``."""
        query = select(deliveries).where(deliveries.c.broadcast_id == broadcast_id).order_by(deliveries.c.id)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        return [Delivery(**row) for row in (await self.connection.execute(query)).mappings()]

    async def next_due(self) -> datetime | None:
        """When the next waiting delivery is due, or None."""
        query = select(func.min(deliveries.c.due_at)).where(deliveries.c.state == DeliveryState.READY)
        due: datetime | None = (await self.connection.execute(query)).scalar()
        return due

    async def _own(self, delivery_id: str, owner: str, **values: object) -> None:
        query = (
            deliveries.update()
            .where(
                deliveries.c.id == delivery_id,
                deliveries.c.state == DeliveryState.SENDING,
                deliveries.c.lease_owner == owner,
            )
            .values(updated_at=self.now, **values)
        )
        if (await self.connection.execute(query)).rowcount != 1:
            raise StaleStateError(f"delivery {delivery_id} is no longer ours")


def _arrived(broadcast_id: str) -> ColumnElement[bool]:
    known = deliveries.c.message_id.is_not(None)
    rests = deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.REFUSED])
    return and_(deliveries.c.broadcast_id == broadcast_id, known, rests)
