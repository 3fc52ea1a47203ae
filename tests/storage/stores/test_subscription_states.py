"""Counted refusals, pauses and what keeps a post from a channel. Another server's subscription is never touched."""

import pytest

from storage import Database
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription, SubscriptionChanges
from tests.conftest import FakeClock
from tests.storage.stores.subscribed import get_subscription, join

ACTIVE, PENDING = SubscriptionState.ACTIVE, SubscriptionState.PENDING
PAUSED, ENDED = SubscriptionState.PAUSED, SubscriptionState.ENDED
CHANNEL = 10


async def join_in_state(database: Database, state: SubscriptionState, guild: int = 1) -> str:
    """A subscription of ``CHANNEL`` that has come to this state."""
    subscription_id = await join(database, guild, CHANNEL, state=PENDING if state is PENDING else ACTIVE)
    if state is PAUSED:
        await database.write(lambda tx: tx.subscriptions.pause(subscription_id))
    if state is ENDED:
        await database.write(lambda tx: tx.subscriptions.end(guild, "the server removed me"))
    return subscription_id


async def refuse(database: Database, subscription_id: str, times: int = 2) -> None:
    """Counts so many refusals."""
    for number in range(1, times + 1):
        counted = await database.write(lambda tx: tx.subscriptions.record_refusal(subscription_id, "no permission"))
        assert counted == number


async def test_refusals_in_a_row_are_counted_for_each_server(database: Database) -> None:
    first, second = await join(database, 1), await join(database, 2)
    await refuse(database, first, 3)
    refused, other = await get_subscription(database, first), await get_subscription(database, second)
    assert (refused.refusals, refused.last_error, refused.state) == (3, "no permission", ACTIVE)
    assert (other.refusals, other.last_error) == (0, "")


async def test_a_refusal_by_a_subscription_that_is_gone_counts_nothing(sqlite: Database) -> None:
    assert await sqlite.write(lambda tx: tx.subscriptions.record_refusal("subscriptions_0", "gone")) == 0


async def test_a_post_that_arrives_ends_the_row_of_refusals(database: Database, clock: FakeClock) -> None:
    first, second = await join(database, 1), await join(database, 2)
    await refuse(database, first)
    await refuse(database, second)
    clock.advance(seconds=5)
    await database.write(lambda tx: tx.subscriptions.record_post(first))
    posted, other = await get_subscription(database, first), await get_subscription(database, second)
    assert (posted.refusals, posted.last_error, posted.last_post_at) == (0, "", clock.now)
    assert (other.refusals, other.last_error, other.last_post_at) == (2, "no permission", None)


@pytest.mark.parametrize("state", [PAUSED, PENDING])
async def test_admitting_makes_active_and_forgets_refusals(database: Database, state: SubscriptionState) -> None:
    first, second = await join_in_state(database, state), await join_in_state(database, state, guild=2)
    await refuse(database, first)
    assert await database.write(lambda tx: tx.subscriptions.admit(first)) is True
    admitted, other = await get_subscription(database, first), await get_subscription(database, second)
    assert (admitted.state, admitted.refusals, admitted.last_error) == (ACTIVE, 0, "")
    assert other.state is state


@pytest.mark.parametrize("state", [ACTIVE, ENDED])
async def test_only_who_waits_or_is_paused_can_be_admitted(sqlite: Database, state: SubscriptionState) -> None:
    subscription_id = await join_in_state(sqlite, state)
    await refuse(sqlite, subscription_id)
    before = await get_subscription(sqlite, subscription_id)
    assert await sqlite.write(lambda tx: tx.subscriptions.admit(subscription_id)) is False
    assert await get_subscription(sqlite, subscription_id) == before


async def test_joining_again_resumes_a_paused_subscription_without_refusals(sqlite: Database) -> None:
    subscription_id = await join_in_state(sqlite, PAUSED)
    await refuse(sqlite, subscription_id, 3)
    assert await join(sqlite, 1, CHANNEL) == subscription_id
    back = await get_subscription(sqlite, subscription_id)
    assert (back.state, back.refusals, back.last_error) == (ACTIVE, 0, "")


async def test_pausing_concerns_one_active_subscription(database: Database) -> None:
    first, second = await join(database, 1), await join(database, 2)
    assert await database.write(lambda tx: tx.subscriptions.pause(first)) is True
    assert (await get_subscription(database, first)).state is PAUSED
    assert (await get_subscription(database, second)).state is ACTIVE


@pytest.mark.parametrize("state", [PENDING, PAUSED, ENDED])
async def test_only_an_active_subscription_is_paused(sqlite: Database, state: SubscriptionState) -> None:
    await join(sqlite, 2)
    subscription_id = await join_in_state(sqlite, state)
    assert await sqlite.write(lambda tx: tx.subscriptions.pause(subscription_id)) is False
    assert (await get_subscription(sqlite, subscription_id)).state is state


@pytest.mark.parametrize(
    ("state", "channel", "obstacle"),
    [
        (ACTIVE, CHANNEL, ""),
        (ACTIVE, 11, "the server has chosen another channel in the meantime"),
        (PAUSED, 11, "the server has chosen another channel in the meantime"),
        (PAUSED, CHANNEL, "the subscription is not active any more"),
        (PENDING, CHANNEL, "the subscription is not active any more"),
        (ENDED, CHANNEL, "the subscription has ended in the meantime (the server removed me)"),
        (ENDED, 11, "the subscription has ended in the meantime (the server removed me)"),
    ],
)
async def test_what_keeps_a_post_from_a_channel(
    sqlite: Database, state: SubscriptionState, channel: int, obstacle: str
) -> None:
    """Only the channel that an active subscription points at gets posts; the reason says what has changed."""
    other = await join(sqlite, 2, 99)
    subscription_id = await join_in_state(sqlite, state)
    async with sqlite.read() as tx:
        assert await tx.subscriptions.find_obstacle(subscription_id, channel) == obstacle
        assert await tx.subscriptions.find_obstacle(other, 99) == ""


async def test_a_subscription_that_is_gone_or_ended_without_a_reason_keeps_posts_away(sqlite: Database) -> None:
    ended = "the subscription has ended in the meantime"
    subscription_id = await join(sqlite, 1, CHANNEL)
    await sqlite.write(lambda tx: tx.subscriptions.end(1, ""))
    async with sqlite.read() as tx:
        assert await tx.subscriptions.find_obstacle(subscription_id, CHANNEL) == ended
        assert await tx.subscriptions.find_obstacle("subscriptions_0", CHANNEL) == ended


async def test_changes_concern_one_servers_open_subscription(sqlite: Database) -> None:
    first, second = await join(sqlite, 1, role=5, ebooks=("ebook_001",)), await join(sqlite, 2, role=5)

    async def change(guild: int, changes: SubscriptionChanges) -> bool:
        return await sqlite.write(lambda tx: tx.subscriptions.change(guild, changes))

    assert await change(1, SubscriptionChanges(role_id=None)) is True
    changed = await get_subscription(sqlite, first)
    assert (changed.role_id, changed.ebooks) == (None, ("ebook_001",))
    assert await change(1, SubscriptionChanges(ebooks=("ebook_002", "ebook_003"))) is True
    assert (await get_subscription(sqlite, first)).ebooks == ("ebook_002", "ebook_003")
    assert (await get_subscription(sqlite, second)).role_id == 5
    await sqlite.write(lambda tx: tx.subscriptions.end(1, "left"))
    assert await change(1, SubscriptionChanges(role_id=7)) is False
    assert (await get_subscription(sqlite, first)).role_id is None


async def test_followed_books_stay_while_the_subscription_is_open(sqlite: Database) -> None:
    """Joining again keeps the books unless it names others; after leaving, every book is followed again."""
    subscription_id = await join(sqlite, 1, ebooks=("ebook_001",))
    followed = []
    for ebooks in ((), ("ebook_002",), ()):
        await join(sqlite, 1, ebooks=ebooks)
        followed.append((await get_subscription(sqlite, subscription_id)).ebooks)
    await sqlite.write(lambda tx: tx.subscriptions.end(1, "left"))
    await join(sqlite, 1)
    followed.append((await get_subscription(sqlite, subscription_id)).ebooks)
    assert followed == [("ebook_001",), ("ebook_002",), ("ebook_002",), ()]


@pytest.mark.parametrize(
    ("ebooks", "ebook_id", "wanted"),
    [
        ((), None, True),
        ((), "ebook_001", True),
        (("ebook_001",), None, True),
        (("ebook_001", "ebook_002"), "ebook_002", True),
        (("ebook_001",), "ebook_002", False),
    ],
)
async def test_which_broadcasts_a_subscription_wants(
    sqlite: Database, ebooks: tuple[str, ...], ebook_id: str | None, *, wanted: bool
) -> None:
    subscription: Subscription = await get_subscription(sqlite, await join(sqlite, 1, ebooks=ebooks))
    assert subscription.follows(ebook_id) is wanted


async def test_each_server_has_a_code_that_it_keeps(sqlite: Database) -> None:
    first, second = await join(sqlite, 1), await join(sqlite, 2)
    code = (await get_subscription(sqlite, first)).referral
    assert len(code) == 8
    assert code != (await get_subscription(sqlite, second)).referral
    await sqlite.write(lambda tx: tx.subscriptions.end(1, "left"))
    await join(sqlite, 1, 12)
    assert (await get_subscription(sqlite, first)).referral == code


async def test_an_unknown_subscription_is_a_key_error(sqlite: Database) -> None:
    await join(sqlite, 1)
    with pytest.raises(KeyError):
        await get_subscription(sqlite, "subscriptions_0")
