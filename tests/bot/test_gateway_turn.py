"""Whose turn it is at Discord's gateway: one process for each shard, and who takes over."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from bot.gateway_turn import STEP_DOWN_SECONDS, GatewayTurn, SteppedDownError
from bot.jobs.heartbeat import Heartbeat
from bot.shards import Shards
from storage import Database
from storage.server_locks import ServerLocks
from tests.conftest import FakeClock
from tests.postgres import Server
from tests.storage.breakable_link import BreakableLink, open_link

T = TypeVar("T")
ALL = Shards((0,), 1)


async def hurry(awaitable: Awaitable[T], why: str) -> T:
    """A ``Wait`` whose pauses take a moment."""
    if asyncio.iscoroutine(awaitable):
        awaitable.close()
        awaitable = asyncio.sleep(0.01)  # type: ignore[assignment]
    return await awaitable


class Candidate:
    """A process that wants its turn. ``clock`` is moved by the test."""

    def __init__(self, database: Database, name: str) -> None:
        assert database.engines.single is not None
        self.database = database
        self.locks = ServerLocks(database.engines.single, name)
        self.seconds = 0.0
        self.leads = 0
        self.led_again = asyncio.Event()
        self.turn = GatewayTurn(database, self.locks, hurry, lambda: self.seconds)
        self.taking: asyncio.Task[None] | None = None
        self.keeping: asyncio.Task[None] | None = None

    async def lead(self) -> None:
        self.leads += 1
        if self.leads == 2:
            self.led_again.set()

    def start(self, shards: Shards = ALL) -> "Candidate":
        """Wants its turn from now on."""
        self.taking = asyncio.create_task(self.turn.take(7, shards, self.lead))
        return self

    async def has_turn(self, within: float = 3.0) -> bool:
        """Whether its turn comes in this time; then it keeps it."""
        assert self.taking is not None
        await asyncio.wait([self.taking], timeout=within)
        if self.taking.done() and self.keeping is None:
            self.taking.result()
            self.keeping = asyncio.create_task(self.turn.keep())
        return self.taking.done()

    async def stop(self) -> None:
        for task in (self.taking, self.keeping):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, SteppedDownError):
                    await task
        await self.turn.end()


@pytest.fixture
async def link(postgres_url: str, postgres_server: Server) -> AsyncIterator[BreakableLink]:
    """A link to an empty, migrated database, which can be cut."""
    async with open_link(postgres_server) as opened:
        yield opened


@pytest.fixture
async def direct(postgres_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    """The same database without the link."""
    opened = await Database.open(postgres_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def candidate(direct: Database) -> AsyncIterator[Callable[..., Candidate]]:
    """Makes candidates, and stops them at the end."""
    made: list[Candidate] = []

    def make(name: str, database: Database | None = None) -> Candidate:
        made.append(Candidate(database or direct, name))
        return made[-1]

    yield make
    for each in made:
        await each.stop()


async def test_a_standby_takes_over_when_the_active_process_ends(candidate: Callable[..., Candidate]) -> None:
    """While the active process lives the standby waits; then it is connected, and the leader."""
    active, standby = candidate("active").start(), candidate("standby")
    assert await active.has_turn()
    standby.start()
    assert not await standby.has_turn(within=0.1)
    await active.stop()
    assert await standby.has_turn()
    assert (active.leads, standby.leads) == (1, 1)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (Shards((0,), 2), Shards((1,), 2), True),
        (Shards((0, 1), 3), Shards((1, 2), 3), False),
        (Shards((0,), 2), Shards((0, 1), 2), False),
        (Shards((0, 1), 2), Shards((1,), 2), False),
        (Shards((0,), 1), Shards((0,), 2), False),
    ],
)
async def test_no_shard_is_connected_twice(
    candidate: Callable[..., Candidate], one: Shards, other: Shards, *, together: bool
) -> None:
    """Processes for other shards are connected together, with one leader; no two have a shard in common."""
    first, second = candidate("first").start(one), candidate("second")
    assert await first.has_turn()
    second.start(other)
    assert await second.has_turn(within=3 if together else 0.1) is together
    assert first.leads + second.leads == 1


async def test_the_active_process_takes_its_lock_again(
    candidate: Callable[..., Candidate], link: BreakableLink, clock: FakeClock
) -> None:
    """After its connection was lost for a moment it stays connected to Discord, and leads again."""
    linked = await Database.open(link.url("shared"), clock)
    active, standby = candidate("active", linked).start(), candidate("standby")
    assert await active.has_turn()
    link.cut()
    await asyncio.wait_for(active.led_again.wait(), 5)
    standby.start()
    assert not await standby.has_turn(within=0.1)
    assert active.keeping is not None
    assert not active.keeping.done()
    await active.stop()
    await linked.close()


async def test_the_active_process_steps_down_once_another_has_taken_over(
    candidate: Callable[..., Candidate], link: BreakableLink, clock: FakeClock
) -> None:
    """That it was cut off for a while does not lead to two processes that stay connected."""
    linked = await Database.open(link.url("shared"), clock)
    active, standby = candidate("active", linked).start(), candidate("standby")
    assert await active.has_turn()
    standby.start()
    link.is_down = True
    link.cut()
    assert await standby.has_turn()
    link.is_down = False
    assert active.keeping is not None
    with pytest.raises(SteppedDownError, match="another process"):
        await asyncio.wait_for(active.keeping, 5)
    await linked.close()


async def test_the_active_process_steps_down_when_nobody_can_confirm_its_turn(
    candidate: Callable[..., Candidate], link: BreakableLink, clock: FakeClock
) -> None:
    """It stays connected through a restart of the server, but not for longer than another could have taken over."""
    linked = await Database.open(link.url("shared"), clock)
    active = candidate("active", linked).start()
    assert await active.has_turn()
    link.is_down = True
    link.cut()
    active.seconds = STEP_DOWN_SECONDS
    assert active.keeping is not None
    await asyncio.wait([active.keeping], timeout=0.2)
    assert not active.keeping.done()
    active.seconds += 1
    with pytest.raises(SteppedDownError, match="has not answered"):
        await asyncio.wait_for(active.keeping, 5)
    await linked.close()


async def test_a_halted_process_loses_its_turn(
    candidate: Callable[..., Candidate], direct: Database, clock: FakeClock
) -> None:
    """Its connection is open, but its heartbeat is old, and that of the standby is not."""
    hearts = [Heartbeat(direct, hurry, "gateway", process_id=name) for name in ("halted", "standby")]
    halted, standby = candidate("halted").start(), candidate("standby")
    for heart in hearts:
        await heart._register()
    assert await halted.has_turn()
    assert halted.keeping is not None
    halted.keeping.cancel()
    standby.start()
    assert not await standby.has_turn(within=0.2)
    clock.advance(seconds=11)
    assert not await standby.has_turn(within=0.2), "both heartbeats are old: the database was away"
    await hearts[1]._beat()
    began = time.monotonic()
    assert await standby.has_turn()
    assert time.monotonic() - began < 3
