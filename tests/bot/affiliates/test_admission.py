"""Servers that wait for the team stay outside until the team admits them."""

import pytest

from bot.actor import Actor
from bot.affiliates.subscriptions import AffiliateService, NewSubscription
from bot.ports import NoDiscord
from bot.studio_config import StudioConfig, save_config
from storage import Database
from storage.states import SubscriptionState

HANA, OWNER = Actor(1, "Hana", team=True), Actor(2, "Owner")
FIRST, OTHER = NewSubscription(10, "Red Lantern", 11, "lore"), NewSubscription(10, "Red Lantern", 12, "news")
PENDING, ACTIVE = SubscriptionState.PENDING, SubscriptionState.ACTIVE


@pytest.fixture
async def affiliates(sqlite: Database) -> AffiliateService:
    """The service of a studio whose team admits servers."""
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(approve_affiliates=True)))
    return AffiliateService(sqlite, NoDiscord())


async def test_a_waiting_server_does_not_admit_itself_by_joining_again(affiliates: AffiliateService) -> None:
    """However often and with whatever channel it joins, it waits; once admitted it may change its channel at once."""
    for new in (FIRST, FIRST, OTHER):
        assert (await affiliates.subscribe_channel(new, OWNER)).state is PENDING
    (waiting,) = await affiliates.list_subscriptions()
    await affiliates.admit_subscription(waiting.id, HANA)
    again = await affiliates.subscribe_channel(FIRST, OWNER)
    assert (again.state, again.channel_id) == (ACTIVE, 11)


async def test_a_server_does_not_admit_itself_by_leaving(affiliates: AffiliateService) -> None:
    """A server that waits, leaves and joins again still waits; so does one that the team has removed."""
    await affiliates.subscribe_channel(FIRST, OWNER)
    await affiliates.unsubscribe_server(10, OWNER)
    rejoined = await affiliates.subscribe_channel(FIRST, OWNER)
    assert rejoined.state is PENDING
    assert await affiliates.find_by_guild(10) == rejoined
    assert (await affiliates.admit_subscription(rejoined.id, HANA)).state is PENDING, "as it was before"
    assert (await affiliates.remove_subscription(rejoined.id, HANA)).state is ACTIVE, "as it was before"
    assert (await affiliates.subscribe_channel(FIRST, OWNER)).state is PENDING


async def test_another_servers_admission_admits_nobody_else(affiliates: AffiliateService) -> None:
    """Each server is admitted on its own."""
    admitted = await affiliates.subscribe_channel(NewSubscription(20, "Night Owls", 21, "news"), OWNER)
    await affiliates.admit_subscription(admitted.id, HANA)
    assert (await affiliates.subscribe_channel(FIRST, OWNER)).state is PENDING
