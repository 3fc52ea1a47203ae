"""The pace of posts, on a clock that moves when somebody waits."""

import asyncio
import time
from collections.abc import Awaitable
from itertools import pairwise
from typing import TypeVar

import pytest

from bot.clock import wait_plainly
from bot.jobs.limit_states import Change, LocalStates
from bot.jobs.pacer import Pacer

T = TypeVar("T")
STEP = 1 / 1024


class Stepping:
    """Time that goes on in small steps, as long as somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def wait(self, awaitable: Awaitable[T], why: str) -> T:
        """One step, and nothing of what was waited for."""
        assert why
        waiting = asyncio.ensure_future(awaitable)
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        self.now += STEP
        raise TimeoutError


@pytest.fixture
def stepping() -> Stepping:
    """Time that goes on only while somebody waits."""
    return Stepping()


async def turns(pacer: Pacer, stepping: Stepping, number: int) -> list[float]:
    """When so many callers that come at once have their turns, in order."""
    found: list[float] = []

    async def one() -> None:
        await pacer.acquire()
        found.append(stepping.now)

    await asyncio.gather(*(one() for _ in range(number)))
    return found


def gaps(moments: list[float]) -> list[float]:
    """The time between neighbours."""
    return [after - before for before, after in pairwise(moments)]


@pytest.mark.parametrize("rate", [1.0, 25.0, 40.0])
async def test_the_pace_is_kept_evenly(stepping: Stepping, rate: float) -> None:
    """Callers who come at once pass one by one, as far apart as the rate says; the first need not wait."""
    moments = await turns(Pacer(rate, stepping.wait, stepping), stepping, 10)
    assert moments[0] == 100.0
    assert min(gaps(moments)) > 1 / rate - 12 * STEP
    assert 9 / rate - STEP <= moments[-1] - moments[0] < 9 / rate + 12 * STEP


async def test_a_process_that_dies_has_taken_few_turns(stepping: Stepping) -> None:
    """However many of its posts waited for their turns, another process goes on within a second and a turn."""
    states = LocalStates(stepping)
    dying = Pacer(3, stepping.wait, stepping, states)
    callers = [asyncio.create_task(dying.acquire()) for _ in range(20)]
    while stepping.now < 101:  # noqa: ASYNC110
        await asyncio.sleep(0)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    begin = stepping.now
    (moment,) = await turns(Pacer(3, stepping.wait, stepping, states), stepping, 1)
    assert moment - begin < 1 + 1 / 3


async def test_time_not_used_is_not_saved(stepping: Stepping) -> None:
    """After a rest there is no burst."""
    pacer = Pacer(10, stepping.wait, stepping)
    await turns(pacer, stepping, 1)
    stepping.now += 60
    moments = await turns(pacer, stepping, 5)
    assert moments[-1] - moments[0] >= 4 / 10 - STEP


async def test_quiet_holds_everybody(stepping: Stepping) -> None:
    """While Discord asks for quiet nobody passes, neither who comes then nor who was waiting already."""
    pacer = Pacer(10, stepping.wait, stepping)
    await pacer.acquire()
    waiting = asyncio.create_task(turns(pacer, stepping, 3))
    for _ in range(4):  # until they have begun to wait
        await asyncio.sleep(0)
    await pacer.pause_for(5)
    moments = [*await waiting, *await turns(pacer, stepping, 3)]
    assert min(moments) >= 105.0


async def test_quiet_ends_without_a_burst(stepping: Stepping) -> None:
    """Those who were held by a pause pass one by one, the first as soon as it is over."""
    pacer = Pacer(10, stepping.wait, stepping)
    await pacer.acquire()
    waiting = asyncio.create_task(turns(pacer, stepping, 8))
    for _ in range(4):  # until they have begun to wait
        await asyncio.sleep(0)
    await pacer.pause_for(5)
    moments = await waiting
    assert 105.0 <= min(moments) < 105.0 + 12 * STEP
    assert min(gaps(moments)) > 1 / 10 - 12 * STEP


async def test_a_shorter_quiet_ends_no_longer_one(stepping: Stepping) -> None:
    """Two pauses at once last as long as the longer one, for who comes then and for who was waiting already."""
    pacer = Pacer(1, stepping.wait, stepping)
    await pacer.acquire()
    waiting = asyncio.create_task(turns(pacer, stepping, 3))
    for _ in range(4):  # until they have begun to wait
        await asyncio.sleep(0)
    await pacer.pause_for(5)
    await pacer.pause_for(1)
    moments = [*await waiting, *await turns(pacer, stepping, 1)]
    assert min(moments) >= 105.0


async def test_closing_lets_everybody_go_at_once() -> None:
    """At the end nobody waits for a turn any longer, not even in a pause."""
    pacer = Pacer(0.01, wait_plainly, time.monotonic)
    await pacer.acquire()
    await pacer.pause_for(1000)
    waiting = [asyncio.create_task(pacer.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    pacer.close()
    await asyncio.wait_for(asyncio.gather(*waiting), 1)


async def test_turns_that_were_missed_in_a_standstill_are_given_up(stepping: Stepping) -> None:
    """Who waits while the process stands still passes one by one afterwards, and not all at once."""
    pacer = Pacer(10, stepping.wait, stepping)
    await pacer.acquire()
    waiting = asyncio.create_task(turns(pacer, stepping, 8))
    for _ in range(4):  # until they have begun to wait
        await asyncio.sleep(0)
    stepping.now += 30
    moments = await waiting
    assert len(moments) == 8
    assert sum(gap < 1 / 10 - 12 * STEP for gap in gaps(sorted(moments))) <= 2, (
        "those due within the last quarter second"
    )


async def test_a_pause_of_another_limit_holds_nobody(stepping: Stepping) -> None:
    """Pauses are announced by the name of their limit."""
    pacer = Pacer(10, stepping.wait, stepping)
    pacer._hear_pause("gemini/model", 60)
    assert await turns(pacer, stepping, 1) == [100.0]
    pacer._hear_pause("posts", 5)
    (moment,) = await turns(pacer, stepping, 1)
    assert moment >= 105.0


async def test_turns_that_a_slow_database_has_given_are_taken_anew() -> None:
    """An answer that comes late says when the turn was, but not on our clock: it would be another process's by then."""
    asked: list[float] = []

    class SlowAtFirst(LocalStates):
        async def change(self, name: str, change: Change[T]) -> T:
            asked.append(self.clock())
            if len(asked) == 1:
                await asyncio.sleep(0.3)
            return await LocalStates.change(self, name, change)

    pacer = Pacer(50, wait_plainly, time.monotonic, SlowAtFirst(time.monotonic))
    await pacer.acquire()
    assert len(asked) == 2
