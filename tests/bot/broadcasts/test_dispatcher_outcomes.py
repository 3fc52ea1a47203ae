"""How the dispatcher handles each outcome of an attempt, up to the final state of the delivery."""

from datetime import timedelta

from storage import Database
from storage.states import BroadcastState, DeliveryState
from tests.bot.broadcasts.scripted_sender import (
    BUSY,
    LOST,
    REFUSED,
    SENT,
    UNREADABLE,
    RecordingCards,
    ScriptedSender,
    add_broadcast,
    claim_as_dead_process,
    dispatcher,
    finished,
)
from tests.conftest import FakeClock


async def test_every_channel_gets_one_post(sqlite: Database, clock: FakeClock) -> None:
    """A broadcast is sent once to each channel; it is done then, and its card shows that."""
    broadcast_id, sender, card = await add_broadcast(sqlite, 25), ScriptedSender(clock), RecordingCards()
    deliveries = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert {(row.state, row.message_id, row.attempts) for row in deliveries} == {(DeliveryState.SENT, 99, 1)}
    assert sender.names == ["send"] * 25
    assert len({who for _, _, who in sender.acts}) == 25
    last = card.accounts[-1]
    assert (last.counts.standing, last.counts.total, last.counts.waiting) == (25, 25, 0)
    assert last.broadcast.state is BroadcastState.DONE


async def test_a_refusal_is_final(sqlite: Database, clock: FakeClock) -> None:
    """A refused delivery is not tried again, and its reason is stored for people."""
    broadcast_id, sender, card = await add_broadcast(sqlite), ScriptedSender(clock, REFUSED), RecordingCards()
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.REFUSED, "I cannot see the channel", 1)
    assert sender.names == ["send"]
    assert [delivery.id for delivery in card.accounts[-1].failed_deliveries] == [row.id]


async def test_failures_are_retried_with_growing_waits(sqlite: Database, clock: FakeClock) -> None:
    """A failed attempt is repeated after growing waits, five attempts in all; then the delivery has failed."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, BUSY)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.FAILED, "try again", 5)
    assert sender.names == ["send"] * 5
    for waited, wanted in zip(sender.seconds(), (2, 8, 30, 60), strict=True):
        assert wanted <= waited < wanted + 3


async def test_a_retry_may_succeed(sqlite: Database, clock: FakeClock) -> None:
    """Failed attempts leave no trace once a later one succeeds, apart from their number."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, BUSY, BUSY, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 3, "")


async def test_a_post_with_a_lost_answer_is_found(sqlite: Database, clock: FakeClock) -> None:
    """After a lost answer the channel is searched first; a post that is found is not sent again."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, LOST, finds=(SENT,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find"]
    assert (row.state, row.message_id) == (DeliveryState.SENT, 99)


async def test_a_missing_post_with_a_lost_answer_is_sent_again(sqlite: Database, clock: FakeClock) -> None:
    """After a lost answer the post is sent again if the channel certainly does not contain it."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, LOST, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert row.state is DeliveryState.SENT


async def test_an_unreadable_channel_is_retried_under_the_same_nonce(sqlite: Database, clock: FakeClock) -> None:
    """While Discord remembers the nonce, a post that may have arrived is sent again under the same id."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, LOST, SENT, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert len({who for _, _, who in sender.acts}) == 1
    assert row.state is DeliveryState.SENT


async def test_an_unreadable_channel_is_not_retried_after_the_nonce_expired(sqlite: Database, clock: FakeClock) -> None:
    """Once Discord has forgotten the nonce, a post that may have arrived is not sent again but ends as unknown."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, finds=(UNREADABLE,))
    await claim_as_dead_process(sqlite)
    clock.advance(minutes=10)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert "send" not in sender.names
    assert (row.state, row.error) == (DeliveryState.UNKNOWN, "the history cannot be read")


async def test_lost_answers_only_end_as_unknown(sqlite: Database, clock: FakeClock) -> None:
    """A post whose answers are always lost ends as unknown, and nothing is sent after the nonce has expired."""
    broadcast_id, sender = await add_broadcast(sqlite), ScriptedSender(clock, LOST, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert row.state is DeliveryState.UNKNOWN
    first = sender.acts[0][1]
    assert all(when - first < timedelta(minutes=2) for name, when, _ in sender.acts if name == "send")
