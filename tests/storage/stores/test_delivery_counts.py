"""How the deliveries of a broadcast are counted."""

import pytest

from storage import Database
from storage.states import DeliveryAction, DeliveryState
from storage.stores.delivery_values import DeliveryCounts, Target
from storage.stores.subscriptions import Subscription
from tests.storage.stores.subscribed import get_subscription, join
from tests.storage.stores.test_deliveries import announced, claimed

POST, EDIT, RECALL = DeliveryAction.POST, DeliveryAction.EDIT, DeliveryAction.RECALL


@pytest.mark.parametrize(
    ("state", "has_message", "posted", "standing", "waiting"),
    [
        (DeliveryState.SENT, True, 3, 3, 0),
        (DeliveryState.RECALLED, True, 3, 0, 0),
        (DeliveryState.READY, True, 3, 3, 3),
        (DeliveryState.SENDING, True, 3, 3, 3),
        (DeliveryState.REFUSED, True, 3, 3, 0),
        (DeliveryState.READY, False, 0, 0, 3),
        (DeliveryState.SENDING, False, 0, 0, 3),
        (DeliveryState.UNKNOWN, False, 0, 0, 0),
        (DeliveryState.CANCELLED, False, 0, 0, 0),
    ],
)
def test_what_is_posted_what_stands_and_what_waits(
    state: DeliveryState, posted: int, standing: int, waiting: int, *, has_message: bool
) -> None:
    counts = DeliveryCounts()
    counts.add(state, EDIT, has_message, 2)
    counts.add(state, EDIT, has_message, 1)
    assert (counts.posted, counts.standing, counts.waiting, counts.total) == (posted, standing, waiting, 3)
    assert counts.by_state == {state: 3}
    assert counts.open_action is (EDIT if waiting else None)


async def test_one_broadcast_is_counted_by_state_action_and_message(database: Database) -> None:
    broadcast_id, other = await announced(database, 5), await announced(database, 2)
    mine = [row for row in await claimed(database) if row.broadcast_id == broadcast_id]
    outcomes = [(DeliveryState.SENT, 1), (DeliveryState.SENT, 2), (DeliveryState.REFUSED, None)]
    for row, (state, message_id) in zip(mine, outcomes, strict=False):
        await database.write(
            lambda tx, row=row, state=state, message_id=message_id: tx.deliveries.finish(  # type: ignore[misc]
                row.id, row.lease, state, message_id=message_id
            )
        )
    async with database.read() as tx:
        counts = await tx.deliveries.count(broadcast_id)
        assert (await tx.deliveries.count(other)).by_state == {DeliveryState.SENDING: 2}
    assert counts == DeliveryCounts(
        {DeliveryState.SENT: 2, DeliveryState.REFUSED: 1, DeliveryState.SENDING: 2}, 2, 2, POST
    )
    assert (counts.total, counts.waiting) == (5, 2)


@pytest.mark.parametrize(("action", "is_posting"), [(POST, True), (EDIT, False), (RECALL, False)])
async def test_whatever_waits_or_is_under_way_is_open(
    sqlite: Database, action: DeliveryAction, *, is_posting: bool
) -> None:
    """First posts, which are told apart, changes and recalls; the open posts of other broadcasts do not matter."""
    broadcast_id = await announced(sqlite)
    (delivery,) = await claimed(sqlite)
    await sqlite.write(lambda tx: tx.deliveries.finish(delivery.id, delivery.lease, DeliveryState.SENT, message_id=1))
    await announced(sqlite)
    async with sqlite.read() as tx:
        assert not await tx.deliveries.has_open(broadcast_id)
    await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, action))
    for _ in ("waiting", "under way"):
        async with sqlite.read() as tx:
            assert await tx.deliveries.has_open(broadcast_id)
            assert await tx.deliveries.is_still_posting(broadcast_id) is is_posting
        await claimed(sqlite)


async def test_a_target_is_the_subscribed_channel(sqlite: Database) -> None:
    subscription: Subscription = await get_subscription(sqlite, await join(sqlite, 3, 44, role=5))
    assert Target.from_subscription(subscription) == Target(
        3, "Guild 3", 44, "lore", 5, subscription.id, subscription.referral
    )
