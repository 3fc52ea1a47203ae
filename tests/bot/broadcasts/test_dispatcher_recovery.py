"""Stops, pauses and what dead processes leave: nothing sent twice, nothing lost."""

import asyncio
import time
from datetime import timedelta

from bot.broadcasts.dispatcher import IN_FLIGHT, Dispatcher
from bot.broadcasts.post import Outcome, OutcomeKind
from bot.clock import wait_plainly
from bot.jobs.pacer import Pacer
from storage import Database
from storage.leases import LEASE_DURATION
from storage.states import DeliveryState
from tests.bot.broadcasts.scripted_sender import (
    LOST,
    SENT,
    UNREADABLE,
    HangingCards,
    RecordingCards,
    ScriptedSender,
    add_broadcast,
    claim_as_dead_process,
    dispatcher,
    finished,
    rows,
    until,
)
from tests.conftest import FakeClock


async def test_an_attempt_of_a_dead_process_is_searched_for_first(sqlite: Database, clock: FakeClock) -> None:
    """After a crash in the middle of a send the channel is searched before anything is sent."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, finds=(SENT,))
    await claim_as_dead_process(sqlite)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["find"]
    assert row.state is DeliveryState.SENT


async def test_an_attempt_of_a_dead_process_is_sent_where_it_is_missing(sqlite: Database, clock: FakeClock) -> None:
    """After a crash before the send the post is sent."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock)
    await claim_as_dead_process(sqlite)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["find", "send"]
    assert row.state is DeliveryState.SENT


async def test_a_pause_does_not_make_a_doubt_certain(sqlite: Database, clock: FakeClock) -> None:
    """A post that may have arrived is looked for before every later send, also when a send in between was put off."""
    pause = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=150)
    broadcast_id = await add_broadcast(sqlite)
    sender = ScriptedSender(clock, LOST, pause, SENT, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names[:4] == ["send", "find", "send", "find"]
    assert sender.names.count("send") == 2
    assert row.state is DeliveryState.UNKNOWN


async def test_a_stop_does_not_make_a_doubt_certain(sqlite: Database, clock: FakeClock) -> None:
    """What a dead process may have sent is still in doubt when the next one is stopped before it could send."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, finds=(UNREADABLE,))
    left = await claim_as_dead_process(sqlite)
    clock.advance(seconds=5)
    pacer = Pacer(0.01, wait_plainly, time.monotonic)
    await pacer.pause_for(1000)
    found = Dispatcher(sqlite, sender, RecordingCards(), pacer, wait_plainly)
    await found.start()

    async def looked() -> bool:
        return sender.names == ["find"]

    await until(looked)
    await asyncio.sleep(0.02)
    await found.stop()
    (row,) = await rows(sqlite, broadcast_id)
    assert sender.names == ["find"]
    assert (row.state, row.attempted_at) == (DeliveryState.READY, left.attempted_at)


async def test_a_pause_holds_everybody(sqlite: Database, clock: FakeClock) -> None:
    """When Discord asks for quiet, no channel is sent to until it is over, and then all get the post."""
    pause = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=90)
    broadcast_id, sender = await add_broadcast(sqlite, 30), ScriptedSender(clock, pause, SENT)
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    asked = sender.acts[0][1]
    early = [when for _, when, _ in sender.acts if asked < when < asked + timedelta(seconds=90)]
    assert len(early) <= IN_FLIGHT
    assert all(when - asked < timedelta(seconds=1) for when in early)


async def test_a_stop_puts_back_what_was_not_tried(sqlite: Database, clock: FakeClock) -> None:
    """A stop in the middle leaves what was not sent as if it had never been taken; the next start sends it."""
    broadcast_id, sender = await add_broadcast(sqlite, 15), ScriptedSender(clock)
    slow = Dispatcher(sqlite, sender, RecordingCards(), Pacer(0.01, wait_plainly, time.monotonic), wait_plainly)
    await slow.start()

    async def one_is_sent() -> bool:
        return any(row.state is DeliveryState.SENT for row in await rows(sqlite, broadcast_id))

    await until(one_is_sent)
    await asyncio.wait_for(slow.stop(), 2)
    states = [(row.state, row.attempts, row.attempted_at) for row in await rows(sqlite, broadcast_id)]
    assert states.count((DeliveryState.READY, 0, None)) == 14
    assert sender.names == ["send"]
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    assert sender.names == ["send"] * 15


async def test_a_stop_lets_what_is_in_flight_land(sqlite: Database, clock: FakeClock) -> None:
    """A request that is out when the stop comes is waited for, and its outcome is kept."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock)
    sender.gate = asyncio.Event()
    found = dispatcher(sqlite, clock, sender)
    await found.start()

    async def is_out() -> bool:
        return sender.names == ["send"]

    await until(is_out)
    stopping = asyncio.create_task(found.stop())
    await asyncio.sleep(0.02)
    assert not stopping.done()
    sender.gate.set()
    await stopping
    (row,) = await rows(sqlite, broadcast_id)
    assert row.state is DeliveryState.SENT


async def test_our_own_fault_leaves_no_doubt_unresolved(sqlite: Database, clock: FakeClock) -> None:
    """When sending breaks on our side, the others go on, and the one is looked for after its lease and sent."""
    broadcast_id, sender = await add_broadcast(sqlite, 3), ScriptedSender(clock, RuntimeError("broken"), SENT)
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    assert sender.names == ["send", "send", "send", "find", "send"]
    assert sender.acts[-1][1] - sender.acts[0][1] >= LEASE_DURATION


async def test_a_broken_card_stops_no_announcement(sqlite: Database, clock: FakeClock) -> None:
    """What a card cannot show is still sent, once."""
    broadcast_id, sender = await add_broadcast(sqlite, 3), ScriptedSender(clock)
    card = RecordingCards(RuntimeError("broken"))
    found = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    assert sender.names == ["send"] * 3


async def test_a_card_that_hangs_holds_up_no_announcement(sqlite: Database, clock: FakeClock) -> None:
    """While Discord lets us wait for the card of one announcement, the next one is sent; the end is told later."""
    sender, card = ScriptedSender(clock), HangingCards()
    first = await add_broadcast(sqlite)
    found = dispatcher(sqlite, clock, sender, card)
    await found.start()
    await asyncio.wait_for(card.asked.wait(), 10)
    second = await add_broadcast(sqlite, 2)
    found.wake()

    async def sent() -> bool:
        return {row.state for row in await rows(sqlite, second)} == {DeliveryState.SENT}

    await until(sent)
    card.gate.set()

    async def told() -> bool:
        async with sqlite.read() as tx:
            return (await tx.broadcasts.get(first)).announced and (await tx.broadcasts.get(second)).announced

    await until(told)
    await found.stop()
