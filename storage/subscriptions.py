"""Affiliates' channels. One server has one subscription."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.states import SubscriptionState
from storage.tables import subscriptions


@dataclass(frozen=True, slots=True)
class Subscription:
    """A server that wants announcements, and where."""

    id: str
    state: SubscriptionState
    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None
    member_id: str | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionStore:
    """Subscriptions by server."""

    connection: AsyncConnection
    now: datetime

    async def of_guild(self, guild_id: int) -> Subscription | None:
        """The server's active subscription, or None."""
        query = select(subscriptions).where(
            subscriptions.c.guild_id == guild_id, subscriptions.c.state == SubscriptionState.ACTIVE
        )
        row = (await self.connection.execute(query)).mappings().first()
        return Subscription(**row) if row else None

    async def active(self) -> list[Subscription]:
        """Everybody who is to hear of an announcement, longest subscribed first."""
        rows = await self.connection.execute(
            select(subscriptions)
            .where(subscriptions.c.state == SubscriptionState.ACTIVE)
            .order_by(subscriptions.c.created_at, subscriptions.c.id)
        )
        return [Subscription(**row) for row in rows.mappings()]

    async def join(
        self,
        *,
        guild_id: int,
        guild_name: str,
        channel_id: int,
        channel_name: str,
        role_id: int | None,
        member_id: str | None,
    ) -> str:
        """The id of the server's subscription, which is active and points at this channel afterwards."""
        values = {
            "state": SubscriptionState.ACTIVE,
            "guild_name": guild_name,
            "channel_id": channel_id,
            "channel_name": channel_name,
            "role_id": role_id,
            "member_id": member_id,
            "ended_at": None,
        }
        known = (
            await self.connection.execute(select(subscriptions.c.id).where(subscriptions.c.guild_id == guild_id))
        ).scalar()
        if known is not None:
            await self.connection.execute(subscriptions.update().where(subscriptions.c.id == known).values(values))
            return str(known)
        subscription_id = new_id("subscriptions")
        await self.connection.execute(
            subscriptions.insert().values(id=subscription_id, guild_id=guild_id, created_at=self.now, **values)
        )
        return subscription_id

    async def end(self, guild_id: int) -> bool:
        """Whether there was an active subscription to end."""
        changed = await self.connection.execute(
            subscriptions.update()
            .where(subscriptions.c.guild_id == guild_id, subscriptions.c.state == SubscriptionState.ACTIVE)
            .values(state=SubscriptionState.ENDED, ended_at=self.now)
        )
        return changed.rowcount == 1
