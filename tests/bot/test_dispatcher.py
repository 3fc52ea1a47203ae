"""Announcements on their way, with a clock that moves while everybody waits. SQLite, no Discord."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from bot.broadcasting.dispatcher import IN_FLIGHT, Dispatcher
from bot.broadcasting.pacing import Pacer
from bot.broadcasting.post import Account, Nowhere, Outcome, OutcomeKind, Post
from bot.broadcasting.service import Broadcasting
from bot.clock import plainly
from storage import Database
from storage.deliveries import Delivery
from storage.states import BroadcastState, DeliveryState
from tests.conftest import StillClock

T = TypeVar("T")
LEASE = timedelta(minutes=5)
SENT = Outcome(OutcomeKind.SENT, message_id=99)
LOST = Outcome(OutcomeKind.UNSURE, error="no answer")
BUSY = Outcome(OutcomeKind.RETRY, error="try again")
REFUSED = Outcome(OutcomeKind.REFUSED, error="I cannot see the channel")
GONE = Outcome(OutcomeKind.RETRY)
UNREADABLE = Outcome(OutcomeKind.UNSURE, error="the history cannot be read")


class Hurry:
    """Waiting moves the clock instead; what is in flight is really awaited."""

    def __init__(self, clock: StillClock) -> None:
        self._clock = clock

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        if why == "posts in flight":
            return await awaitable
        waiting = asyncio.ensure_future(awaitable)
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        self._clock.forward(seconds=0.25 if why == "the pace of posts" else 1)
        raise TimeoutError

    def monotonic(self) -> float:
        """The same clock in seconds."""
        return self._clock.now.timestamp()


class Script:
    """A ``Sender`` that says what it was told to say, one outcome after the other; the last one for ever."""

    def __init__(self, clock: StillClock, *sends: Outcome | Exception, finds: tuple[Outcome, ...] = (GONE,)) -> None:
        self._clock = clock
        self._sends = list(sends or (SENT,))
        self._finds = list(finds)
        self.acts: list[tuple[str, datetime, str]] = []
        self.nonces: list[str] = []
        self.gate: asyncio.Event | None = None

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """The next outcome, or the fault that was asked for."""
        assert post.title == "New Lore"
        assert not ping
        self.acts.append(("send", self._clock.now, delivery.id))
        if self.gate is not None:
            await self.gate.wait()
        found = self._sends.pop(0) if len(self._sends) > 1 else self._sends[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def find(self, delivery: Delivery) -> Outcome:
        """What a look into the channel would say."""
        self.acts.append(("find", self._clock.now, delivery.id))
        return self._finds.pop(0) if len(self._finds) > 1 else self._finds[0]

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """No test here edits."""
        raise AssertionError(delivery, post)

    async def recall(self, delivery: Delivery) -> Outcome:
        """No test here recalls."""
        raise AssertionError(delivery)

    @property
    def names(self) -> list[str]:
        """What was done, in order."""
        return [name for name, _, _ in self.acts]

    def seconds(self) -> list[float]:
        """How far the sends are apart."""
        moments = [when for name, when, _ in self.acts if name == "send"]
        return [(after - before).total_seconds() for before, after in pairwise(moments)]


class Shown(Nowhere):
    """A card that remembers what it has shown."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.accounts: list[Account] = []
        self._failing = failing

    async def show(self, account: Account) -> bool:
        """Remembers it."""
        if self._failing is not None:
            raise self._failing
        self.accounts.append(account)
        return True


async def announced(database: Database, channels: int = 1) -> str:
    """The id of a confirmed announcement to so many channels."""
    for number in range(1, channels + 1):
        await database.write(
            lambda writing, guild=number: writing.subscriptions.join(  # type: ignore[misc]
                guild_id=guild,
                guild_name=f"Guild {guild}",
                channel_id=guild,
                channel_name="c",
                role_id=None,
                member_id=None,
            )
        )
    return await Broadcasting(database, Nowhere(), Nowhere(), Nowhere(), lambda: None).announce(
        Post("New Lore", "Share it."), {}
    )


def dispatcher(database: Database, clock: StillClock, sender: Script, card: Shown | None = None) -> Dispatcher:
    """The dispatcher in a hurry."""
    hurry = Hurry(clock)
    return Dispatcher(database, sender, card or Shown(), Nowhere(), Pacer(40, hurry, hurry.monotonic), hurry)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Waits, in real time, for something to become true."""
    async with asyncio.timeout(40):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def finished(database: Database, found: Dispatcher, broadcast_id: str) -> list[Delivery]:
    """The deliveries after the announcement has ended."""

    async def ended() -> bool:
        async with database.read() as reading:
            return (await reading.broadcasts.get(broadcast_id)).state is not BroadcastState.SENDING

    await found.start()
    try:
        await until(ended)
    finally:
        await found.stop()
    return await rows(database, broadcast_id)


async def rows(database: Database, broadcast_id: str) -> list[Delivery]:
    """The deliveries as they are."""
    async with database.read() as reading:
        return await reading.deliveries.of_broadcast(broadcast_id)


async def left_by_the_dead(database: Database) -> Delivery:
    """A delivery that a process has claimed and died over."""
    (delivery,) = await database.write(lambda writing: writing.deliveries.claim("sender_dead", LEASE, 10))
    return delivery


async def test_every_channel_gets_it_once(sqlite: Database, clock: StillClock) -> None:
    """An announcement is sent once to each channel, its card ends complete, and it is done."""
    broadcast_id, sender, card = await announced(sqlite, 25), Script(clock), Shown()
    found = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert {(row.state, row.message_id, row.attempts) for row in found} == {(DeliveryState.SENT, 99, 1)}
    assert sender.names == ["send"] * 25
    assert len({who for _, _, who in sender.acts}) == 25
    last = card.accounts[-1]
    assert (last.sent, last.total, last.waiting) == (25, 25, 0)
    assert last.broadcast.state is BroadcastState.DONE


async def test_a_refusal_is_final(sqlite: Database, clock: StillClock) -> None:
    """What a channel refuses is not tried again, and the reason is kept for people."""
    broadcast_id, sender, card = await announced(sqlite), Script(clock, REFUSED), Shown()
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.REFUSED, "I cannot see the channel", 1)
    assert sender.names == ["send"]
    assert [one.id for one in card.accounts[-1].troubles] == [row.id]


async def test_failures_are_tried_again_ever_later(sqlite: Database, clock: StillClock) -> None:
    """What surely did not arrive is tried again after longer and longer waits, five times in all, and then fails."""
    broadcast_id, sender = await announced(sqlite), Script(clock, BUSY)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.error, row.attempts) == (DeliveryState.FAILED, "try again", 5)
    assert sender.names == ["send"] * 5
    for waited, wanted in zip(sender.seconds(), (2, 8, 30, 60), strict=True):
        assert wanted <= waited < wanted + 3


async def test_a_second_try_may_succeed(sqlite: Database, clock: StillClock) -> None:
    """A failure in between does no harm."""
    broadcast_id, sender = await announced(sqlite), Script(clock, BUSY, BUSY, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 3, "")


async def test_a_lost_answer_is_looked_for_and_found(sqlite: Database, clock: StillClock) -> None:
    """Where the answer was lost, the channel is searched first; a post that stands there is not sent again."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, finds=(SENT,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find"]
    assert (row.state, row.message_id) == (DeliveryState.SENT, 99)


async def test_a_lost_answer_is_looked_for_and_sent_again(sqlite: Database, clock: StillClock) -> None:
    """Where the answer was lost and the post surely does not stand there, it is sent again."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, SENT)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert row.state is DeliveryState.SENT


async def test_in_doubt_the_nonce_protects_for_a_while(sqlite: Database, clock: StillClock) -> None:
    """Where nobody can look but Discord still knows the nonce, the same post is sent again under the same id."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, SENT, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["send", "find", "send"]
    assert len({who for _, _, who in sender.acts}) == 1
    assert row.state is DeliveryState.SENT


async def test_in_doubt_for_too_long_nothing_is_repeated(sqlite: Database, clock: StillClock) -> None:
    """Where nobody can look and Discord has forgotten the nonce, nothing is sent, and the doubt is shown."""
    broadcast_id, sender = await announced(sqlite), Script(clock, finds=(UNREADABLE,))
    await left_by_the_dead(sqlite)
    clock.forward(minutes=10)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert "send" not in sender.names
    assert (row.state, row.error) == (DeliveryState.UNKNOWN, "the history cannot be read")


async def test_endless_doubt_ends_as_unknown(sqlite: Database, clock: StillClock) -> None:
    """A post whose answer is always lost ends as unknown, and nothing is sent after the nonce's time."""
    broadcast_id, sender = await announced(sqlite), Script(clock, LOST, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert row.state is DeliveryState.UNKNOWN
    first = sender.acts[0][1]
    assert all(when - first < timedelta(minutes=2) for name, when, _ in sender.acts if name == "send")


async def test_what_the_dead_left_is_looked_for_first(sqlite: Database, clock: StillClock) -> None:
    """After a crash in the middle of a send the channel is searched before anything is sent."""
    broadcast_id, sender = await announced(sqlite), Script(clock, finds=(SENT,))
    await left_by_the_dead(sqlite)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["find"]
    assert row.state is DeliveryState.SENT


async def test_what_the_dead_left_is_sent_where_it_is_missing(sqlite: Database, clock: StillClock) -> None:
    """After a crash before the send the post is sent."""
    broadcast_id, sender = await announced(sqlite), Script(clock)
    await left_by_the_dead(sqlite)
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names == ["find", "send"]
    assert row.state is DeliveryState.SENT


async def test_a_pause_does_not_make_a_doubt_certain(sqlite: Database, clock: StillClock) -> None:
    """A post that may have arrived is looked for before every later send, also when a send in between was put off."""
    pause = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", seconds=150)
    broadcast_id = await announced(sqlite)
    sender = Script(clock, LOST, pause, SENT, finds=(UNREADABLE,))
    (row,) = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert sender.names[:4] == ["send", "find", "send", "find"]
    assert sender.names.count("send") == 2
    assert row.state is DeliveryState.UNKNOWN


async def test_a_stop_does_not_make_a_doubt_certain(sqlite: Database, clock: StillClock) -> None:
    """What a dead process may have sent is still in doubt when the next one is stopped before it could send."""
    broadcast_id, sender = await announced(sqlite), Script(clock, finds=(UNREADABLE,))
    left = await left_by_the_dead(sqlite)
    clock.forward(seconds=5)
    pacer = Pacer(0.01, plainly, time.monotonic)
    pacer.quiet(1000)
    found = Dispatcher(sqlite, sender, Shown(), Nowhere(), pacer, plainly)
    await found.start()

    async def looked() -> bool:
        return sender.names == ["find"]

    await until(looked)
    await asyncio.sleep(0.02)
    await found.stop()
    (row,) = await rows(sqlite, broadcast_id)
    assert sender.names == ["find"]
    assert (row.state, row.attempted_at) == (DeliveryState.READY, left.attempted_at)


async def test_a_pause_holds_everybody(sqlite: Database, clock: StillClock) -> None:
    """When Discord asks for quiet, no channel is sent to until it is over, and then all get the post."""
    pause = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", seconds=90)
    broadcast_id, sender = await announced(sqlite, 30), Script(clock, pause, SENT)
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    asked = sender.acts[0][1]
    early = [when for _, when, _ in sender.acts if asked < when < asked + timedelta(seconds=90)]
    assert len(early) <= IN_FLIGHT
    assert all(when - asked < timedelta(seconds=1) for when in early)


async def test_a_stop_puts_back_what_was_not_tried(sqlite: Database, clock: StillClock) -> None:
    """A stop in the middle leaves what was not sent as if it had never been taken; the next start sends it."""
    broadcast_id, sender = await announced(sqlite, 15), Script(clock)
    slow = Dispatcher(sqlite, sender, Shown(), Nowhere(), Pacer(0.01, plainly, time.monotonic), plainly)
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


async def test_a_stop_lets_what_is_in_flight_land(sqlite: Database, clock: StillClock) -> None:
    """A request that is out when the stop comes is waited for, and its outcome is kept."""
    broadcast_id, sender = await announced(sqlite), Script(clock)
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


async def test_our_own_fault_leaves_no_doubt_unresolved(sqlite: Database, clock: StillClock) -> None:
    """When sending breaks on our side, the others go on, and the one is looked for after its lease and sent."""
    broadcast_id, sender = await announced(sqlite, 3), Script(clock, RuntimeError("broken"), SENT)
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    assert sender.names == ["send", "send", "send", "find", "send"]
    assert sender.acts[-1][1] - sender.acts[0][1] >= LEASE


async def test_a_broken_card_stops_no_announcement(sqlite: Database, clock: StillClock) -> None:
    """What a card cannot show is still sent, once."""
    broadcast_id, sender = await announced(sqlite, 3), Script(clock)
    card = Shown(RuntimeError("broken"))
    found = await finished(sqlite, dispatcher(sqlite, clock, sender, card), broadcast_id)
    assert {row.state for row in found} == {DeliveryState.SENT}
    assert sender.names == ["send"] * 3
