"""Subscribed servers for tests."""

from storage import Database
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription


async def join(
    database: Database,
    guild: int,
    channel: int = 1,
    role: int | None = None,
    *,
    ebooks: tuple[str, ...] = (),
    state: SubscriptionState = SubscriptionState.ACTIVE,
) -> str:
    """Subscribes a server's channel; returns the id of the subscription."""
    subscription = await database.write(
        lambda tx: tx.subscriptions.join(
            guild_id=guild,
            guild_name=f"Guild {guild}",
            channel_id=channel,
            channel_name="lore",
            role_id=role,
            member_id=None,
            ebooks=ebooks,
            state=state,
        )
    )
    return subscription.id


async def get_subscription(database: Database, subscription_id: str) -> Subscription:
    """The subscription as it is stored now."""
    async with database.read() as tx:
        return await tx.subscriptions.get(subscription_id)
