"""Subscriptions of servers' channels to announcements."""

import asyncio

from storage import Database
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription
from tests.conftest import FakeClock
from tests.storage.stores.subscribed import join


async def list_active(database: Database) -> list[Subscription]:
    """The subscriptions that get announcements."""
    async with database.read() as tx:
        return await tx.subscriptions.list_in_states(SubscriptionState.ACTIVE)


async def test_joining_again_changes_the_channel(database: Database, clock: FakeClock) -> None:
    """A server has one subscription; joining again points it at the new channel and keeps its age."""
    first = await join(database, 1, 10, role=5)
    clock.advance(days=1)
    assert await join(database, 1, 11) == first
    (subscription,) = await list_active(database)
    assert (subscription.channel_id, subscription.role_id, subscription.created_at) == (
        11,
        None,
        clock.now.replace(day=22),
    )


async def test_leaving_and_joining_again(database: Database, clock: FakeClock) -> None:
    """A server that left gets nothing; leaving twice changes nothing; joining again reactivates the same subscription."""
    first = await join(database, 1)
    assert await database.write(lambda tx: tx.subscriptions.end(1, "left")) is True
    assert await database.write(lambda tx: tx.subscriptions.end(1, "left")) is False
    assert await database.write(lambda tx: tx.subscriptions.end(2, "left")) is False
    assert await list_active(database) == []
    async with database.read() as tx:
        assert await tx.subscriptions.find_by_guild(1) is None
    assert await join(database, 1) == first
    async with database.read() as tx:
        back = await tx.subscriptions.find_by_guild(1)
    assert back is not None
    assert (back.state, back.ended_at, back.ended_why) == (SubscriptionState.ACTIVE, None, "")


async def test_the_oldest_subscriptions_come_first(database: Database, clock: FakeClock) -> None:
    """The oldest subscriptions are listed first, so that they get announcements first."""
    for guild in (3, 1, 2):
        await join(database, guild)
        clock.advance(seconds=1)
    assert [subscription.guild_id for subscription in await list_active(database)] == [3, 1, 2]


async def test_concurrent_joins_make_one_subscription(peers: tuple[Database, Database]) -> None:
    """Two managers of a server who join at the same moment make one subscription, and neither fails."""
    ids = await asyncio.gather(*(join(peers[n % 2], 1, n + 1) for n in range(6)))
    assert len(set(ids)) == 1
    assert len(await list_active(peers[0])) == 1
