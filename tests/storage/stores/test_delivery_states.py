"""Deliveries between their states: cancelled, queued again, refused without a request, taken over."""

from datetime import timedelta

import pytest

from storage import Database, StaleStateError
from storage.leases import LEASE_DURATION, Lease
from storage.states import DeliveryAction, DeliveryState
from storage.stores.delivery_values import Delivery, Target
from tests.conftest import FakeClock
from tests.storage.stores.test_deliveries import ANN, BEN, announced, claimed, now, one_claimed, targets

READY, SENDING, SENT = DeliveryState.READY, DeliveryState.SENDING, DeliveryState.SENT
FAILED, REFUSED, UNKNOWN = DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.UNKNOWN
CANCELLED, RECALLED = DeliveryState.CANCELLED, DeliveryState.RECALLED
ENDED = (SENT, FAILED, REFUSED, UNKNOWN, CANCELLED, RECALLED)


async def finish(database: Database, delivery: Delivery, state: DeliveryState, message_id: int | None = None) -> None:
    """Ends a claimed delivery in this state."""
    await database.write(
        lambda tx: tx.deliveries.finish(delivery.id, delivery.lease, state, message_id=message_id, error="the reason")
    )


async def end_in_every_state(database: Database, *, posted: bool) -> str:
    """A broadcast with one delivery in each of the states ``ENDED``; ``posted`` says that all have a message."""
    broadcast_id = await announced(database, len(ENDED))
    for number, (delivery, state) in enumerate(zip(await claimed(database), ENDED, strict=True)):
        await finish(database, delivery, state, 1000 + number if posted else None)
    return broadcast_id


async def requeued(database: Database, broadcast_id: str) -> list[Delivery]:
    """What waits now."""
    async with database.read() as tx:
        return await tx.deliveries.list_by_broadcast(broadcast_id, READY)


async def test_a_scheduled_post_is_not_taken_before_its_time(database: Database, clock: FakeClock) -> None:
    """A delivery with a time of its own is due then and not a second earlier; one without is due at once."""
    due_at = clock.now + timedelta(hours=1)
    broadcast_id = await announced(database)
    at_once = await one_claimed(database)
    await database.write(lambda tx: tx.deliveries.add(broadcast_id, [Target(9, "G", 109, "lore")], due_at))
    async with database.read() as tx:
        assert await tx.deliveries.get_next_due() == due_at
    clock.advance(minutes=59, seconds=59)
    assert await claimed(database) == []
    clock.advance(seconds=1)
    later = await one_claimed(database)
    assert (at_once.channel_id, later.channel_id, later.due_at) == (101, 109, due_at)


async def test_the_next_due_is_the_earliest_that_waits(sqlite: Database, clock: FakeClock) -> None:
    broadcast_id = await announced(sqlite, 1)
    early, late = clock.now + timedelta(minutes=5), clock.now + timedelta(minutes=9)
    await sqlite.write(lambda tx: tx.deliveries.add(broadcast_id, [Target(8, "G", 108, "lore")], late))
    await sqlite.write(lambda tx: tx.deliveries.add(broadcast_id, [Target(9, "G", 109, "lore")], early))
    await one_claimed(sqlite)
    async with sqlite.read() as tx:
        assert await tx.deliveries.get_next_due() == early


@pytest.mark.parametrize("action", [DeliveryAction.EDIT, DeliveryAction.RECALL])
async def test_what_is_in_a_channel_is_changed_or_recalled(
    database: Database, clock: FakeClock, action: DeliveryAction
) -> None:
    """Posts whose change failed or was refused before are included; recalled and unknown ones are not."""
    broadcast_id = await end_in_every_state(database, posted=True)
    other = await end_in_every_state(database, posted=True)
    clock.advance(seconds=7)
    assert await database.write(lambda tx: tx.deliveries.requeue(broadcast_id, action)) == 3
    rows = await requeued(database, broadcast_id)
    assert {row.message_id for row in rows} == {1000, 1001, 1002}
    for row in rows:
        assert (row.action, row.attempts, row.attempted_at, row.error) == (action, 0, None, "")
        assert (row.due_at, row.updated_at) == (clock.now, clock.now)
    assert await requeued(database, other) == []


async def test_where_no_post_is_nothing_is_changed(sqlite: Database) -> None:
    broadcast_id = await end_in_every_state(sqlite, posted=False)
    assert await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, DeliveryAction.RECALL)) == 0
    assert await requeued(sqlite, broadcast_id) == []


@pytest.mark.parametrize("posted", [True, False])
async def test_only_what_certainly_failed_is_tried_again(database: Database, *, posted: bool) -> None:
    """A post that may have arrived is never tried again by hand, since nobody can rule out a second one."""
    broadcast_id = await end_in_every_state(database, posted=posted)
    other = await end_in_every_state(database, posted=posted)
    assert await database.write(lambda tx: tx.deliveries.requeue_failed(broadcast_id)) == 2
    rows = await requeued(database, broadcast_id)
    assert {row.message_id for row in rows} == ({1001, 1002} if posted else {None})
    assert {(row.action, row.attempts, row.error) for row in rows} == {(DeliveryAction.POST, 0, "")}
    assert await requeued(database, other) == []


async def test_a_recall_that_failed_is_tried_again_as_a_recall(sqlite: Database) -> None:
    broadcast_id = await announced(sqlite)
    await finish(sqlite, await one_claimed(sqlite), SENT, 7)
    await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, DeliveryAction.RECALL))
    await finish(sqlite, await one_claimed(sqlite), FAILED)
    assert await sqlite.write(lambda tx: tx.deliveries.requeue_failed(broadcast_id)) == 1
    again = await one_claimed(sqlite)
    assert (again.action, again.message_id, again.attempts) == (DeliveryAction.RECALL, 7, 1)


async def test_a_channel_that_is_closed_is_refused_without_a_request(database: Database) -> None:
    """It is counted as refused with its own reason, and nobody gets it to send."""
    broadcast_id, other = await announced(database, 2), await announced(database, 5)
    third, fourth, fifth = targets(5)[2:]
    await database.write(
        lambda tx: tx.deliveries.add_refused(broadcast_id, [(third, "no View Channel"), (fourth, "no Send Messages")])
    )
    async with database.read() as tx:
        refused = await tx.deliveries.list_by_broadcast(broadcast_id, REFUSED)
        assert (await tx.deliveries.count(broadcast_id)).by_state == {READY: 2, REFUSED: 2}
        assert (await tx.deliveries.count(other)).by_state == {READY: 5}
    assert {(row.channel_id, row.error, row.attempts) for row in refused} == {
        (third.channel_id, "no View Channel", 0),
        (fourth.channel_id, "no Send Messages", 0),
    }
    assert not {row.id for row in refused} & {row.id for row in await claimed(database)}
    assert fifth.channel_id not in {row.channel_id for row in refused}


async def test_a_stop_leaves_posts_that_wait_for_a_recall(database: Database, clock: FakeClock) -> None:
    """They stay posted; a post that was not sent is cancelled; what is on its way is left; other broadcasts go on."""
    broadcast_id = await announced(database, 3)
    posted, going, last = await claimed(database)
    await finish(database, posted, SENT, 7)
    await database.write(lambda tx: tx.deliveries.requeue(broadcast_id, DeliveryAction.RECALL))
    await database.write(lambda tx: tx.deliveries.release(last, may_have_arrived=False))
    other = await announced(database)
    clock.advance(seconds=4)
    assert await database.write(lambda tx: tx.deliveries.cancel_waiting(broadcast_id)) == 1
    states = {row.id: (await now(database, row)).state for row in (posted, going, last)}
    assert states == {posted.id: SENT, going.id: SENDING, last.id: CANCELLED}
    assert (await now(database, posted)).message_id == 7
    assert {(await now(database, row)).updated_at for row in (posted, last)} == {clock.now}
    assert len(await requeued(database, other)) == 1


async def test_a_message_that_is_known_is_kept_by_later_outcomes(sqlite: Database, clock: FakeClock) -> None:
    """The outcome of a change names no message; the one of the post and its time stay."""
    broadcast_id = await announced(sqlite)
    await finish(sqlite, await one_claimed(sqlite), SENT, 7)
    sent_at = clock.now
    clock.advance(seconds=5)
    await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, DeliveryAction.EDIT))
    edited = await one_claimed(sqlite)
    await finish(sqlite, edited, SENT)
    stored = await now(sqlite, edited)
    assert (stored.message_id, stored.sent_at, stored.updated_at) == (7, sent_at, clock.now)


async def test_being_asked_to_wait_uses_up_no_attempt(sqlite: Database, clock: FakeClock) -> None:
    await announced(sqlite)
    for _ in range(3):
        delivery = await one_claimed(sqlite)
        assert delivery.attempts == 1
        await sqlite.write(
            lambda tx, row=delivery: tx.deliveries.postpone(  # type: ignore[misc]
                row, clock.now, "wait", cannot_have_arrived=True, count_attempt=False
            )
        )


async def test_a_living_lease_is_never_taken_over(database: Database, clock: FakeClock) -> None:
    """Renewing in time keeps a delivery for as long as it takes; only then can its owner still settle it."""
    await announced(database)
    delivery = await one_claimed(database, ANN)
    for _ in range(3):
        clock.advance(seconds=LEASE_DURATION.total_seconds() - 1)
        assert await database.write(lambda tx: tx.deliveries.take_over_expired(BEN)) == []
        await database.write(lambda tx: tx.deliveries.renew(delivery.id, delivery.lease))
    clock.advance(seconds=LEASE_DURATION.total_seconds() + 1)
    (taken,) = await database.write(lambda tx: tx.deliveries.take_over_expired(BEN))
    assert taken.lease == Lease(BEN, delivery.lease_token + 1)
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.deliveries.renew(delivery.id, delivery.lease))
    with pytest.raises(StaleStateError):
        await finish(database, delivery, SENT, 7)
    await finish(database, taken, SENT, 8)
    assert (await now(database, taken)).message_id == 8


async def test_an_unknown_delivery_is_a_key_error(sqlite: Database) -> None:
    await announced(sqlite)
    async with sqlite.read() as tx:
        with pytest.raises(KeyError):
            await tx.deliveries.get("0123456789abcdef")
