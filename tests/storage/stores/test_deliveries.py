"""Announcements' copies in channels: the intent before the send, the outcome after it."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import Database, StaleStateError, WriteTransaction
from storage.leases import LEASE_DURATION, Lease
from storage.states import BroadcastState, DeliveryState
from storage.stores.broadcasts import NewBroadcast
from storage.stores.delivery_values import Delivery, Target
from tests.conftest import FakeClock

ANN, BEN = "sender_ann", "sender_ben"


def targets(channels: int) -> list[Target]:
    """So many channels in as many servers."""
    return [Target(number, f"Guild {number}", 100 + number, "lore") for number in range(1, channels + 1)]


async def announced(database: Database, channels: int = 1) -> str:
    """The id of a confirmed broadcast with a delivery for each of so many channels."""

    async def work(tx: WriteTransaction) -> str:
        broadcast = await tx.broadcasts.add(NewBroadcast("New Lore", "Share it."))
        await tx.broadcasts.confirm(broadcast.id, None)
        assert await tx.deliveries.add(broadcast.id, targets(channels)) == channels
        return broadcast.id

    return await database.write(work)


async def claimed(database: Database, owner: str = ANN, limit: int = 10) -> list[Delivery]:
    """What ``owner`` gets to send."""
    return await database.write(lambda tx: tx.deliveries.claim(owner, limit))


async def one_claimed(database: Database, owner: str = ANN) -> Delivery:
    """The one delivery that is due."""
    (delivery,) = await claimed(database, owner)
    return delivery


async def now(database: Database, delivery: Delivery) -> Delivery:
    """The delivery as it stands now."""
    async with database.read() as tx:
        return await tx.deliveries.get(delivery.id)


async def test_claiming_marks_the_intent(database: Database, clock: FakeClock) -> None:
    """Before anything is sent, it is written down who sends it, since when and until when."""
    await announced(database)
    made_at = clock.now
    clock.advance(seconds=5)
    delivery = await one_claimed(database)
    assert delivery == await now(database, delivery)
    assert (delivery.state, delivery.lease_owner, delivery.attempts) == (DeliveryState.SENDING, ANN, 1)
    assert (delivery.attempted_at, delivery.lease_until) == (clock.now, clock.now + LEASE_DURATION)
    assert delivery.due_at == made_at
    assert re.fullmatch(r"[0-9a-f]{16}", delivery.id)
    assert await claimed(database, BEN) == []


async def test_a_fresh_delivery_was_never_tried(database: Database) -> None:
    """The first claim says that nothing can have arrived yet."""
    await announced(database)
    assert not (await one_claimed(database)).may_have_arrived


@pytest.mark.parametrize(("sure", "tried"), [(True, False), (False, True)])
async def test_doubt_is_remembered(database: Database, clock: FakeClock, *, sure: bool, tried: bool) -> None:
    """A postponed delivery is due later and counts its tries; only one that may have arrived has to be looked for."""
    await announced(database)
    first = await one_claimed(database)
    until = clock.now + timedelta(seconds=8)
    await database.write(lambda tx: tx.deliveries.postpone(first, until, "no answer", cannot_have_arrived=sure))
    waiting = await now(database, first)
    assert (waiting.state, waiting.error, waiting.lease_owner) == (DeliveryState.READY, "no answer", None)
    async with database.read() as tx:
        assert await tx.deliveries.get_next_due() == until
    clock.advance(seconds=7)
    assert await claimed(database) == []
    clock.advance(seconds=1)
    again = await one_claimed(database, BEN)
    assert again.attempts == 2
    assert again.may_have_arrived is tried
    assert again.attempted_at == (first.attempted_at if tried else clock.now)


async def test_doubt_keeps_its_first_moment(database: Database, clock: FakeClock) -> None:
    """However often it is tried in doubt, the first try that may have arrived is the one that is remembered."""
    await announced(database)
    began = clock.now
    for attempt in (1, 2, 3):
        delivery = await one_claimed(database)
        assert (delivery.attempts, delivery.attempted_at) == (attempt, began)
        until = clock.now + timedelta(seconds=10)
        await database.write(
            lambda tx, row=delivery, due=until: tx.deliveries.postpone(row, due, "lost", cannot_have_arrived=False)  # type: ignore[misc]
        )
        clock.advance(seconds=10)


async def test_putting_back_is_as_if_never_taken(database: Database, clock: FakeClock) -> None:
    """What was claimed and not tried is ready at once, with no try counted and no doubt."""
    await announced(database)
    taken = await one_claimed(database)
    await database.write(lambda tx: tx.deliveries.release(taken, may_have_arrived=False))
    back = await now(database, taken)
    assert (back.state, back.attempts, back.attempted_at, back.lease_owner) == (DeliveryState.READY, 0, None, None)
    clock.advance(seconds=1)
    assert not (await one_claimed(database, BEN)).may_have_arrived


async def test_putting_back_keeps_an_older_doubt(database: Database, clock: FakeClock) -> None:
    """What may have arrived at an earlier try is still in doubt after it was put back."""
    await announced(database)
    first = await one_claimed(database)
    await database.write(lambda tx: tx.deliveries.postpone(first, clock.now, "lost", cannot_have_arrived=False))
    clock.advance(seconds=3)
    second = await one_claimed(database)
    await database.write(lambda tx: tx.deliveries.release(second, may_have_arrived=second.may_have_arrived))
    clock.advance(seconds=3)
    third = await one_claimed(database)
    assert third.may_have_arrived
    assert (third.attempts, third.attempted_at) == (2, first.attempted_at)


async def test_the_outcome_is_the_owners_to_tell(database: Database) -> None:
    """Only who has claimed a delivery can settle it, and only once."""
    await announced(database)
    delivery = await one_claimed(database)

    def settled(owner: str) -> object:
        return database.write(
            lambda tx: tx.deliveries.finish(
                delivery.id, Lease(owner, delivery.lease_token), DeliveryState.SENT, message_id=2**63 - 1
            )
        )

    with pytest.raises(StaleStateError):
        await settled(BEN)  # type: ignore[misc]
    await settled(ANN)  # type: ignore[misc]
    done = await now(database, delivery)
    assert (done.state, done.message_id, done.lease_owner) == (DeliveryState.SENT, 2**63 - 1, None)
    with pytest.raises(StaleStateError):
        await settled(ANN)  # type: ignore[misc]
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.deliveries.release(delivery, may_have_arrived=delivery.may_have_arrived))


async def test_the_abandoned_are_adopted(database: Database, clock: FakeClock) -> None:
    """What a silent sender has left in the middle is another's once the lease is over, once, and with its history."""
    await announced(database)
    left = await one_claimed(database, ANN)

    async def adopted(owner: str, *, all_owners: bool) -> list[Delivery]:
        return await database.write(lambda tx: tx.deliveries.take_over_expired(owner, all_owners=all_owners))

    clock.advance(seconds=LEASE_DURATION.total_seconds())
    assert await adopted(BEN, all_owners=False) == []
    clock.advance(seconds=1)
    (found,) = await adopted(BEN, all_owners=False)
    assert (found.id, found.lease_owner, found.lease_until) == (left.id, BEN, clock.now + LEASE_DURATION)
    assert (found.state, found.attempts, found.attempted_at) == (DeliveryState.SENDING, 1, left.attempted_at)
    assert await adopted("sender_cyd", all_owners=False) == []
    assert await adopted(BEN, all_owners=True) == []
    assert [one.id for one in await adopted("sender_cyd", all_owners=True)] == [left.id]


async def test_cancelling_stops_what_waits(database: Database) -> None:
    """A stop cancels what was not taken yet and leaves what is on its way; the counts say so."""
    broadcast_id = await announced(database, 4)
    (going,) = await claimed(database, limit=1)
    assert await database.write(lambda tx: tx.deliveries.cancel_waiting(broadcast_id)) == 3
    assert await claimed(database) == []
    await database.write(lambda tx: tx.deliveries.finish(going.id, going.lease, DeliveryState.SENT, message_id=1))
    async with database.read() as tx:
        assert (await tx.deliveries.count(broadcast_id)).by_state == {DeliveryState.SENT: 1, DeliveryState.CANCELLED: 3}
        (sent,) = await tx.deliveries.list_by_broadcast(broadcast_id, DeliveryState.SENT)
        assert len(await tx.deliveries.list_by_broadcast(broadcast_id)) == 4
        assert await tx.deliveries.get_next_due() is None
    assert sent.id == going.id


async def test_a_channel_gets_a_broadcast_once(database: Database) -> None:
    """The database itself refuses a second delivery of a broadcast to the same channel."""
    broadcast_id = await announced(database)

    async def twice(tx: WriteTransaction) -> None:
        await tx.deliveries.add(broadcast_id, targets(1))

    with pytest.raises(IntegrityError):
        await database.write(twice)
    async with database.read() as tx:
        assert (await tx.deliveries.count(broadcast_id)).by_state == {DeliveryState.READY: 1}


async def test_nobody_is_to_hear_of_it(database: Database) -> None:
    """A broadcast without targets has no deliveries, and nothing is due."""
    assert await database.write(lambda tx: tx.deliveries.add("notifications_0", [])) == 0
    async with database.read() as tx:
        assert await tx.deliveries.get_next_due() is None


async def test_no_two_senders_get_the_same_delivery(peers: tuple[Database, Database]) -> None:
    """Senders of two processes that reach out at once share the deliveries without overlap and within their limits."""
    await announced(peers[0], 40)
    shares = await asyncio.gather(*(claimed(peers[n % 2], f"sender_{n}", 5) for n in range(8)))
    assert all(len(share) <= 5 for share in shares)
    rest = await claimed(peers[0], "sender_last", 40)
    ids = [delivery.id for share in (*shares, rest) for delivery in share]
    assert len(ids) == len(set(ids)) == 40
    for owner, share in enumerate(shares):
        assert {delivery.lease_owner for delivery in share} <= {f"sender_{owner}"}


async def test_the_longest_due_come_first(database: Database, clock: FakeClock) -> None:
    """What has been due longest is sent first, whichever broadcast it is of."""
    first = await announced(database, 2)
    clock.advance(seconds=1)
    second = await announced(database, 2)
    got = await claimed(database, limit=3)
    assert sorted(delivery.broadcast_id for delivery in got) == sorted([first, first, second])


async def test_a_broadcast_ends_with_its_last_delivery(database: Database, clock: FakeClock) -> None:
    """A broadcast is done when nothing of it waits or is on its way, and that is found once."""
    broadcast_id = await announced(database, 2)

    async def finished() -> list[str]:
        return await database.write(lambda tx: tx.broadcasts.finish_completed())

    one, two = await claimed(database)
    assert await finished() == []
    await database.write(lambda tx: tx.deliveries.finish(one.id, one.lease, DeliveryState.SENT, message_id=1))
    await database.write(lambda tx: tx.deliveries.postpone(two, clock.now, "later", cannot_have_arrived=True))
    assert await finished() == []
    two = await one_claimed(database)
    await database.write(lambda tx: tx.deliveries.finish(two.id, two.lease, DeliveryState.REFUSED, error="no"))
    assert await finished() == [broadcast_id]
    assert await finished() == []
    async with database.read() as tx:
        broadcast = await tx.broadcasts.get(broadcast_id)
    assert (broadcast.state, broadcast.finished_at) == (BroadcastState.DONE, clock.now)


async def test_the_end_is_found_by_one(peers: tuple[Database, Database]) -> None:
    """When several look at once whether a broadcast has ended, one of them finds it."""
    broadcast_id = await announced(peers[0])
    delivery = await one_claimed(peers[0])
    await peers[0].write(lambda tx: tx.deliveries.finish(delivery.id, delivery.lease, DeliveryState.SENT, message_id=1))
    found = await asyncio.gather(*(peers[n % 2].write(lambda tx: tx.broadcasts.finish_completed()) for n in range(6)))
    assert [one for share in found for one in share] == [broadcast_id]
