"""What becomes of a delivery, whatever Discord answers."""

from datetime import timedelta

from storage import Database
from storage.states import BroadcastState, DeliveryState
from tests.bot.broadcasts.hurry import (
    BUSY,
    LOST,
    REFUSED,
    SENT,
    UNREADABLE,
    Script,
    Shown,
    announced,
    dispatcher,
    finished,
    left_by_the_dead,
)
from tests.conftest import FakeClock


async def test_every_channel_gets_it_once(sqlite: Database, clock: FakeClock) -> None:
    """An announcement is sent once to each channel, its card ends complete, and it is done."""
    broadcast_id, sender, card = await announced(sqlite, 25), Script(clock), Shown()
    found = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert {(row.state, row.message_id, row.attempts) for row in found} == {(DeliveryState.SENT, 99, 1)}
    assert sender.names == ["send"] * 25
    assert len({who for _, _, who in sender.acts}) == 25
    last = card.accounts[-1]
    assert (last.sent, last.total, last.waiting) == (25, 25, 0)
    assert last.broadcast.state is BroadcastState.DONE


async def test_a_refusal_is_final(sqlite: Database, clock: FakeClock) -> None:
    """What a channel refuses is not tried again, and the reason is kept for people."""
    broadcast_id, sender, card = await announced(sqlite), Script(clock, REFUSED), Shown()
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.REFUSED, "I cannot see the channel", 1)
    assert sender.names == ["send"]
    assert [one.id for one in card.accounts[-1].failed_deliveries] == [row.id]


async def test_failures_are_tried_again_ever_later(sqlite: Database, clock: FakeClock) -> None:
    """What surely did not arrive is tried again after longer and longer waits, five times in all, and then fails."""
    broadcast_id, sender = await announced(sqlite), Script(clock, BUSY)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.FAILED, "try again", 5)
    assert sender.names == ["send"] * 5
    for waited, wanted in zip(sender.seconds(), (2, 8, 30, 60), strict=True):
        assert wanted <= waited < wanted + 3


async def test_a_second_try_may_succeed(sqlite: Database, clock: FakeClock) -> None:
    """A failure in between does no harm."""
    broadcast_id, sender = await announced(sqlite), Script(clock, BUSY, BUSY, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 3, "")


async def test_a_lost_answer_is_looked_for_and_found(sqlite: Database, clock: FakeClock) -> None:
    """Where the answer was lost, the channel is searched first; a post that stands there is not sent again."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, finds=(SENT,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find"]
    assert (row.state, row.message_id) == (DeliveryState.SENT, 99)


async def test_a_lost_answer_is_looked_for_and_sent_again(sqlite: Database, clock: FakeClock) -> None:
    """Where the answer was lost and the post surely does not stand there, it is sent again."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert row.state is DeliveryState.SENT


async def test_in_doubt_the_nonce_protects_for_a_while(sqlite: Database, clock: FakeClock) -> None:
    """Where nobody can look but Discord still knows the nonce, the same post is sent again under the same id."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, SENT, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert len({who for _, _, who in sender.acts}) == 1
    assert row.state is DeliveryState.SENT


async def test_in_doubt_for_too_long_nothing_is_repeated(sqlite: Database, clock: FakeClock) -> None:
    """Where nobody can look and Discord has forgotten the nonce, nothing is sent, and the doubt is shown."""
    broadcast_id, sender = await announced(sqlite), Script(clock, finds=(UNREADABLE,))
    await left_by_the_dead(sqlite)
    clock.advance(minutes=10)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert "send" not in sender.names
    assert (row.state, row.error) == (DeliveryState.UNKNOWN, "the history cannot be read")


async def test_endless_doubt_ends_as_unknown(sqlite: Database, clock: FakeClock) -> None:
    """A post whose answer is always lost ends as unknown, and nothing is sent after the nonce's time."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert row.state is DeliveryState.UNKNOWN
    first = sender.acts[0][1]
    assert all(when - first < timedelta(minutes=2) for name, when, _ in sender.acts if name == "send")
