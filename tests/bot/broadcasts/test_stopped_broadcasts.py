"""What stopping a broadcast does to its deliveries, and what it reports."""

import asyncio
import json

import pytest

from bot.actor import Actor
from bot.broadcasts.breaker import stop_broadcast
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.service import BroadcastService
from bot.errors import StateError
from bot.event_names import BROADCAST_STOPPED
from bot.ports import NoDiscord
from cogs.views.broadcast_buttons import format_stop
from storage import Database
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import Broadcast, BroadcastChanges
from storage.stores.delivery_values import DeliveryCounts
from storage.stores.events import Event, EventFilter
from tests.bot.broadcasts.scripted_sender import add_broadcast, until
from tests.conftest import FakeClock

WHY = "4 of 20 channels refused it"


async def stop(database: Database, broadcast_id: str) -> tuple[Broadcast, DeliveryCounts, list[Event]]:
    """Stops the broadcast; returns it with its counts and the reports of stops."""
    await database.write(lambda tx: stop_broadcast(tx, broadcast_id, WHY))
    async with database.read() as tx:
        events = await tx.events.get_page(EventFilter(event=BROADCAST_STOPPED), limit=10)
        return await tx.broadcasts.get(broadcast_id), await tx.deliveries.count(broadcast_id), list(events)


async def test_a_stop_is_reported_with_its_reason_and_the_channels_that_get_nothing(
    sqlite: Database, clock: FakeClock
) -> None:
    broadcast_id = await add_broadcast(sqlite, 3)
    await sqlite.write(lambda tx: tx.deliveries.claim("sender", 1))
    clock.advance(seconds=5)
    broadcast, counts, (event,) = await stop(sqlite, broadcast_id)
    assert (broadcast.state, broadcast.stopped_why, broadcast.finished_at) == (BroadcastState.STOPPED, WHY, clock.now)
    assert counts.by_state == {DeliveryState.SENDING: 1, DeliveryState.CANCELLED: 2}
    assert json.loads(event.data) == {"broadcast_id": broadcast_id, "why": WHY, "channels": 2}


async def test_a_broadcast_is_stopped_once(sqlite: Database) -> None:
    """Outcomes of posts that were under way may ask for the stop again; it is neither repeated nor reported again."""
    broadcast_id = await add_broadcast(sqlite)
    first, _, _ = await stop(sqlite, broadcast_id)
    again, _, events = await stop(sqlite, broadcast_id)
    assert again == first
    assert len(events) == 1


@pytest.mark.parametrize("action", [DeliveryAction.EDIT, DeliveryAction.RECALL])
async def test_posts_that_wait_to_be_changed_or_recalled_are_still_posted_after_a_stop(
    sqlite: Database, action: DeliveryAction
) -> None:
    broadcast_id = await add_broadcast(sqlite, 2)
    for delivery in await sqlite.write(lambda tx: tx.deliveries.claim("sender", 2)):
        await sqlite.write(
            lambda tx, row=delivery: tx.deliveries.finish(row.id, row.lease, DeliveryState.SENT, message_id=7)  # type: ignore[misc]
        )
    await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, action))
    _, counts, (event,) = await stop(sqlite, broadcast_id)
    assert counts.by_state == {DeliveryState.SENT: 2}
    assert counts.standing == 2
    assert counts.changed_at is None
    assert json.loads(event.data)["channels"] == 0


@pytest.mark.parametrize("action", [DeliveryAction.EDIT, DeliveryAction.RECALL])
async def test_stopping_a_change_leaves_a_posted_broadcast(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, action: DeliveryAction
) -> None:
    """It is not called cancelled, and nothing else begins while a request of the change is under way."""
    monkeypatch.setattr("bot.broadcasts.stopping._SETTLE_LOOKS", 0)
    hana, discord = Actor(1, "Hana"), NoDiscord()
    service = BroadcastService(sqlite, BroadcastCardService(sqlite, discord, discord), lambda: None)
    broadcast_id = await add_broadcast(sqlite, 2)
    for delivery in await sqlite.write(lambda tx: tx.deliveries.claim("sender", 2)):
        await sqlite.write(
            lambda tx, row=delivery: tx.deliveries.finish(row.id, row.lease, DeliveryState.SENT, message_id=7)  # type: ignore[misc]
        )
    await sqlite.write(lambda tx: tx.broadcasts.finish_completed())
    await sqlite.write(lambda tx: tx.broadcasts.reopen(broadcast_id, BroadcastChanges()))
    await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, action))
    await sqlite.write(lambda tx: tx.deliveries.claim("sender", 1))
    stopped = await service.stop_broadcast(broadcast_id, hana)
    assert "stay as they are" in format_stop(stopped)
    assert (await service.get_status(broadcast_id)).broadcast.state is BroadcastState.DONE
    with pytest.raises(StateError, match="still on their way"):
        await service.recall_posts(broadcast_id, hana)


async def test_a_stop_counts_only_what_it_has_called_off(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what an earlier stop called off counts, nor a post that may have arrived."""
    monkeypatch.setattr("bot.broadcasts.stopping._SETTLE_LOOKS", 0)
    hana, discord = Actor(1, "Hana"), NoDiscord()
    service = BroadcastService(sqlite, BroadcastCardService(sqlite, discord, discord), lambda: None)
    broadcast_id = await add_broadcast(sqlite, 5)
    refused, lost, under_way = await sqlite.write(lambda tx: tx.deliveries.claim("sender", 3))
    await sqlite.write(lambda tx: tx.deliveries.finish(refused.id, refused.lease, DeliveryState.REFUSED))
    await sqlite.write(lambda tx: tx.deliveries.postpone(lost, lost.due_at, "no answer", cannot_have_arrived=False))
    first = await service.stop_broadcast(broadcast_id, hana)
    assert (first.unsent, first.in_flight, first.uncertain) == (2, 1, 1)
    assert "2 posts will not be sent. 1 post on the way may still arrive" in format_stop(first)
    assert "1 post may have arrived" in format_stop(first)
    await sqlite.write(lambda tx: tx.deliveries.finish(under_way.id, under_way.lease, DeliveryState.SENT, message_id=7))
    assert await service.retry_failed(broadcast_id, hana) == 1
    again = await service.stop_all(hana)
    assert (again.broadcasts, again.unsent, again.in_flight, again.uncertain) == (1, 1, 0, 0)


async def test_a_stop_waits_a_moment_for_what_is_under_way(sqlite: Database) -> None:
    """A request that ends in that moment is counted as what it became; a second stop finds nothing to stop."""
    hana, discord = Actor(1, "Hana"), NoDiscord()
    service = BroadcastService(sqlite, BroadcastCardService(sqlite, discord, discord), lambda: None)
    broadcast_id = await add_broadcast(sqlite, 2)
    (sent,) = await sqlite.write(lambda tx: tx.deliveries.claim("sender", 1))
    stopping = asyncio.create_task(service.stop_broadcast(broadcast_id, hana))

    async def is_stopped() -> bool:
        return (await service.get_status(broadcast_id)).broadcast.state is BroadcastState.CANCELLED

    await until(is_stopped)
    await sqlite.write(lambda tx: tx.deliveries.finish(sent.id, sent.lease, DeliveryState.SENT, message_id=7))
    stopped = await stopping
    assert (stopped.unsent, stopped.in_flight) == (1, 0)
    with pytest.raises(StateError, match="not being sent"):
        await service.stop_broadcast(broadcast_id, hana)
