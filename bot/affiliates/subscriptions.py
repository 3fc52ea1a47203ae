"""Affiliates: servers that want announcements, where they want them, and how their subscription fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.actor import Actor
from bot.errors import NotFoundError, StateError
from bot.event_names import AFFILIATE_ADMITTED, AFFILIATE_CHANGED, AFFILIATE_JOINED, AFFILIATE_LEFT, AFFILIATE_REMOVED
from bot.studio_config import load_config
from storage import Database, ReadTransaction, WriteTransaction
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription

_OPEN = (SubscriptionState.PENDING, SubscriptionState.ACTIVE, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A channel of a server, and the role to ping there, if any. ``ebooks`` are the books it follows, empty for all."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None = None
    ebooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AffiliateService:
    """Joins, changes, pauses and ends subscriptions."""

    database: Database

    async def join(self, place: NewSubscription, by: Actor) -> Subscription:
        """The server's announcements go to this channel from now on, or once the team has admitted it (``pending``)."""

        async def work(tx: WriteTransaction) -> Subscription:
            known = await tx.subscriptions.of_guild(place.guild_id)
            admitted = known is not None and known.state is not SubscriptionState.PENDING
            wait = (await load_config(tx)).approve_affiliates and not admitted
            member_id = await tx.members.remember(by)
            subscription = await tx.subscriptions.join(
                guild_id=place.guild_id,
                guild_name=place.guild_name,
                channel_id=place.channel_id,
                channel_name=place.channel_name,
                role_id=place.role_id,
                member_id=member_id,
                ebooks=place.ebooks,
                state=SubscriptionState.PENDING if wait else SubscriptionState.ACTIVE,
            )
            tx.report(AFFILIATE_JOINED, _data(subscription, channel=place.channel_name), member_id=member_id)
            return subscription

        return await self.database.write(work)

    async def change(self, guild_id: int, by: Actor, **values: Any) -> Subscription:  # noqa: ANN401
        """The subscription has these values now (``role_id``, ``ebooks``)."""

        async def work(tx: WriteTransaction) -> Subscription:
            if not await tx.subscriptions.change(guild_id, **values):
                raise _not_subscribed()
            member_id = await tx.members.remember(by)
            found = await tx.subscriptions.of_guild(guild_id)
            if found is None:
                raise _not_subscribed()
            tx.report(AFFILIATE_CHANGED, _data(found, changed=sorted(values)), member_id=member_id)
            return found

        return await self.database.write(work)

    async def leave(self, guild_id: int, by: Actor) -> None:
        """No more announcements for this server; ``StateError`` when it had none."""

        async def work(tx: WriteTransaction) -> None:
            known = await tx.subscriptions.of_guild(guild_id)
            if known is None:
                raise _not_subscribed()
            await tx.subscriptions.end(guild_id, "left")
            member_id = await tx.members.remember(by)
            tx.report(AFFILIATE_LEFT, _data(known), member_id=member_id)

        await self.database.write(work)

    async def lost(self, guild_id: int, why: str) -> Subscription | None:
        """The bot was removed or the channel deleted: the subscription that ended by it, if there was one."""

        async def work(tx: WriteTransaction) -> Subscription | None:
            known = await tx.subscriptions.of_guild(guild_id)
            if known is None:
                return None
            await tx.subscriptions.end(guild_id, why)
            tx.report(AFFILIATE_LEFT, _data(known, why=why))
            return known

        return await self.database.write(work)

    async def remove(self, subscription_id: str, by: Actor) -> Subscription:
        """Ended by the team."""

        async def work(tx: WriteTransaction) -> Subscription:
            known = await _get(tx, subscription_id)
            if not await tx.subscriptions.end(known.guild_id, "removed by the team"):
                raise StateError("This subscription has already ended.", "Nothing was changed.")
            member_id = await tx.members.remember(by)
            tx.report(AFFILIATE_REMOVED, _data(known), member_id=member_id)
            return known

        return await self.database.write(work)

    async def admit(self, subscription_id: str, by: Actor) -> Subscription:
        """Active from now on, whether it was waiting or paused."""

        async def work(tx: WriteTransaction) -> Subscription:
            known = await _get(tx, subscription_id)
            if not await tx.subscriptions.admit(subscription_id):
                raise StateError("This subscription is not waiting.", "Nothing was changed.")
            member_id = await tx.members.remember(by)
            tx.report(AFFILIATE_ADMITTED, _data(known), member_id=member_id)
            return known

        return await self.database.write(work)

    async def get(self, subscription_id: str) -> Subscription:
        """The subscription; ``NotFoundError`` where there is none."""
        async with self.database.read() as tx:
            return await _get(tx, subscription_id)

    async def of_guild(self, guild_id: int) -> Subscription | None:
        """The server's subscription that has not ended, or None."""
        async with self.database.read() as tx:
            return await tx.subscriptions.of_guild(guild_id)

    async def all(self) -> Sequence[Subscription]:
        """Every subscription that has not ended, then those that have, newest last."""
        async with self.database.read() as tx:
            ended = await tx.subscriptions.in_states(SubscriptionState.ENDED)
            return [*await tx.subscriptions.in_states(*_OPEN), *ended]


def _data(subscription: Subscription, **more: object) -> dict[str, object]:
    # A server is often called after a person, and an event can never be changed: the subscription knows the name.
    return {"subscription_id": subscription.id, **more}


def _not_subscribed() -> StateError:
    return StateError("This server is not subscribed.", "`/affiliate join` subscribes it.")


async def _get(tx: ReadTransaction, subscription_id: str) -> Subscription:
    try:
        return await tx.subscriptions.get(subscription_id)
    except KeyError:
        raise NotFoundError("This subscription is no longer known here.") from None
