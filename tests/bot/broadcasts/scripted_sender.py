"""A sender with given outcomes, and waits that only move the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from bot.broadcasts.dispatcher import Dispatcher
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind, Post
from bot.jobs.pacer import Pacer
from bot.ports import NoDiscord
from storage import Database
from storage.states import BroadcastState
from storage.stores.delivery_values import Delivery
from tests.conftest import FakeClock

T = TypeVar("T")


SENT = Outcome(OutcomeKind.SENT, message_id=99)
LOST = Outcome(OutcomeKind.UNSURE, error="no answer")
BUSY = Outcome(OutcomeKind.RETRY, error="try again")
REFUSED = Outcome(OutcomeKind.REFUSED, error="I cannot see the channel")
GONE = Outcome(OutcomeKind.RETRY)
UNREADABLE = Outcome(OutcomeKind.UNSURE, error="the history cannot be read")


class FastForward:
    """Waiting moves the clock instead; what is in flight is really awaited."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        if why in {"deliveries that are running", "the next heartbeat"}:
            return await awaitable
        waiting = asyncio.ensure_future(awaitable)
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        self._clock.advance(seconds=0.25 if why == "the pace of posts" else 1)
        raise TimeoutError

    def monotonic(self) -> float:
        """The same clock in seconds."""
        return self._clock.now.timestamp()


class ScriptedSender:
    """A ``PostSender`` that returns the given outcomes one after the other, the last one for ever."""

    def __init__(self, clock: FakeClock, *sends: Outcome | Exception, finds: tuple[Outcome, ...] = (GONE,)) -> None:
        self._clock = clock
        self._sends = list(sends or (SENT,))
        self._finds = list(finds)
        self.acts: list[tuple[str, datetime, str]] = []
        self.posts: list[Post] = []
        self.pings: list[bool] = []
        self.gate: asyncio.Event | None = None

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """The next outcome, or the fault that was asked for."""
        self.pings.append(ping)
        return await self._act("send", delivery, post)

    async def _act(self, name: str, delivery: Delivery, post: Post | None = None) -> Outcome:
        if post is not None:
            assert post.title == "New Lore"
            self.posts.append(post)
        self.acts.append((name, self._clock.now, delivery.id))
        if self.gate is not None:
            await self.gate.wait()
        found = self._sends.pop(0) if len(self._sends) > 1 else self._sends[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def find_post(self, delivery: Delivery) -> Outcome:
        """What a look into the channel would say."""
        self.acts.append(("find", self._clock.now, delivery.id))
        return self._finds.pop(0) if len(self._finds) > 1 else self._finds[0]

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """The next outcome, as for a post."""
        return await self._act("edit", delivery, post)

    async def recall(self, delivery: Delivery) -> Outcome:
        """The next outcome, as for a post."""
        return await self._act("recall", delivery)

    @property
    def names(self) -> list[str]:
        """What was done, in order."""
        return [name for name, _, _ in self.acts]

    def seconds(self) -> list[float]:
        """How far the sends are apart."""
        moments = [when for name, when, _ in self.acts if name == "send"]
        return [(after - before).total_seconds() for before, after in pairwise(moments)]


class RecordingCards(NoDiscord):
    """A card that remembers what it has shown."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.accounts: list[BroadcastStatus] = []
        self._failing = failing

    async def update_card(self, account: BroadcastStatus) -> bool:
        """Remembers it."""
        if self._failing is not None:
            raise self._failing
        self.accounts.append(account)
        return True


class HangingCards(RecordingCards):
    """A card that shows how an announcement ended only when ``gate`` is open; ``asked`` says that it was to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.gate = asyncio.Event(), asyncio.Event()

    async def update_card(self, account: BroadcastStatus) -> bool:
        """Waits first, where the announcement has ended."""
        if account.broadcast.state is not BroadcastState.SENDING:
            self.asked.set()
            await self.gate.wait()
        return await super().update_card(account)


async def add_broadcast(database: Database, channels: int = 1) -> str:
    """The id of a confirmed announcement to so many channels."""
    for number in range(1, channels + 1):
        await database.write(
            lambda tx, guild=number: tx.subscriptions.join(  # type: ignore[misc]
                guild_id=guild,
                guild_name=f"Guild {guild}",
                channel_id=guild,
                channel_name="c",
                role_id=None,
                member_id=None,
            )
        )
    return await DraftService(database, NoDiscord(), lambda: None).compose_and_confirm(
        Post("New Lore", "Share it."), {}
    )


def dispatcher(
    database: Database,
    clock: FakeClock,
    sender: ScriptedSender,
    card: RecordingCards | None = None,
) -> Dispatcher:
    """The dispatcher whose waits only move the clock."""
    fast_forward = FastForward(clock)
    return Dispatcher(
        database,
        sender,
        card or RecordingCards(),
        Pacer(40, fast_forward, fast_forward.monotonic),
        fast_forward,
    )


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Waits, in real time, for something to become true."""
    async with asyncio.timeout(40):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def finished(database: Database, found: Dispatcher, broadcast_id: str) -> list[Delivery]:
    """The deliveries after the announcement has ended."""

    async def ended() -> bool:
        async with database.read() as tx:
            return (await tx.broadcasts.get(broadcast_id)).state is not BroadcastState.SENDING

    await found.start()
    try:
        await until(ended)
    finally:
        await found.stop()
    return await rows(database, broadcast_id)


async def rows(database: Database, broadcast_id: str) -> list[Delivery]:
    """The deliveries as they are."""
    async with database.read() as tx:
        return await tx.deliveries.list_by_broadcast(broadcast_id)


async def claim_as_dead_process(database: Database) -> Delivery:
    """A delivery that a process has claimed and died over."""
    (delivery,) = await database.write(lambda tx: tx.deliveries.claim("sender_dead", 10))
    return delivery
