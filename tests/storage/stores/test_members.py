"""People and affiliates' channels."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from storage import Database
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription
from tests.conftest import FakeClock, SampleActor


@pytest.fixture
async def peers(database: Database, database_url: str, clock: FakeClock) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' databases where there may be two; on SQLite the one twice."""
    if database.exclusive:
        yield database, database
        return
    other = await Database.open(database_url, clock)
    yield database, other
    await other.close()


async def joined(database: Database, guild: int, channel: int = 1, role: int | None = None) -> str:
    """The id of a server's subscription."""
    found = await database.write(
        lambda tx: tx.subscriptions.join(
            guild_id=guild,
            guild_name=f"Guild {guild}",
            channel_id=channel,
            channel_name="lore",
            role_id=role,
            member_id=None,
        )
    )
    return found.id


async def active(database: Database) -> list[Subscription]:
    """Everybody who is to hear of an announcement."""
    async with database.read() as tx:
        return await tx.subscriptions.list_in_states(SubscriptionState.ACTIVE)


async def test_a_person_keeps_their_id(database: Database) -> None:
    """A person has one id of ours that tells nothing, and is known by the newest name."""
    first = await database.write(lambda tx: tx.members.remember(SampleActor(2**63 - 1, "Hana")))
    again = await database.write(lambda tx: tx.members.remember(SampleActor(2**63 - 1, "Hana of the Bells 🦊")))
    assert first == again
    assert re.fullmatch(r"members_[0-9a-f]{16}", first)
    async with database.read() as tx:
        assert await tx.members.find_id(2**63 - 1) == first
        assert await tx.members.find_id(8) is None
        assert await tx.members.get_names([first, "members_0"]) == {first: "Hana of the Bells 🦊"}
        assert await tx.members.get_discord_ids([first]) == {first: 2**63 - 1}
        assert await tx.members.get_names([]) == {}


async def test_a_person_who_acts_twice_at_once_is_one_person(peers: tuple[Database, Database]) -> None:
    """Somebody new who presses several buttons at once gets one id, and no press fails."""
    ids = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.members.remember(SampleActor(7, "Hana"))) for n in range(8))
    )
    assert len(set(ids)) == 1


async def test_different_people_at_once(peers: tuple[Database, Database]) -> None:
    """Different people who come at once get different ids."""
    ids = await asyncio.gather(
        *(peers[n % 2].write(lambda tx, who=n: tx.members.remember(SampleActor(who, "Somebody"))) for n in range(8))  # type: ignore[misc]
    )
    assert len(set(ids)) == 8


async def test_joining_again_changes_the_channel(database: Database, clock: FakeClock) -> None:
    """A server has one subscription; joining again points it at the new channel and keeps its age."""
    first = await joined(database, 1, 10, role=5)
    clock.advance(days=1)
    assert await joined(database, 1, 11) == first
    (found,) = await active(database)
    assert (found.channel_id, found.role_id, found.created_at) == (11, None, clock.now.replace(day=22))


async def test_leaving_and_coming_back(database: Database, clock: FakeClock) -> None:
    """After leaving nothing arrives, leaving twice changes nothing, and coming back revives the subscription."""
    first = await joined(database, 1)
    assert await database.write(lambda tx: tx.subscriptions.end(1, "left")) is True
    assert await database.write(lambda tx: tx.subscriptions.end(1, "left")) is False
    assert await database.write(lambda tx: tx.subscriptions.end(2, "left")) is False
    assert await active(database) == []
    async with database.read() as tx:
        assert await tx.subscriptions.find_by_guild(1) is None
    assert await joined(database, 1) == first
    async with database.read() as tx:
        back = await tx.subscriptions.find_by_guild(1)
    assert back is not None
    assert (back.state, back.ended_at, back.ended_why) == (SubscriptionState.ACTIVE, None, "")


async def test_the_longest_subscribed_come_first(database: Database, clock: FakeClock) -> None:
    """Announcements go to those first who have been subscribed longest."""
    for guild in (3, 1, 2):
        await joined(database, guild)
        clock.advance(seconds=1)
    assert [one.guild_id for one in await active(database)] == [3, 1, 2]


async def test_joining_twice_at_once_is_one_subscription(peers: tuple[Database, Database]) -> None:
    """Two managers of a server who join at the same moment make one subscription, and neither fails."""
    ids = await asyncio.gather(*(joined(peers[n % 2], 1, n + 1) for n in range(6)))
    assert len(set(ids)) == 1
    assert len(await active(peers[0])) == 1
