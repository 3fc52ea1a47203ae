"""Limits that several processes keep together, each process being a database of its own on the same server."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.clock import utcnow, wait_plainly
from bot.generation.error_messages import create_error
from bot.generation.gemini.availability import FAILURES_IN_A_ROW, GeminiAvailability
from bot.generation.writer import GenerationErrorKind
from bot.jobs.limit_states import SharedStates, create_limit_states
from bot.jobs.pacer import Pacer
from bot.jobs.rate_limiter import RateLimiter
from storage import Database
from storage.tables import rate_limits
from tests.bot.jobs.test_rate_limiter import MODEL, ignore_wait


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[list[SharedStates]]:
    """The states of two processes that hear of each other's pauses."""
    databases = [await Database.open(postgres_url) for _ in range(2)]
    for database in databases:
        database.notifications.start()
    yield [SharedStates(database) for database in databases]
    for database in databases:
        await database.close()


async def test_the_pace_is_that_of_all_processes_together(processes: list[SharedStates]) -> None:
    """Posts of two processes are as far apart, on average, as those of one, and no second has more than the limit."""
    rate, count = 50.0, 30
    pacers = [Pacer(rate, wait_plainly, time.monotonic, states) for states in processes]
    moments: list[float] = []

    async def post(number: int) -> None:
        await pacers[number % 2].acquire()
        moments.append(time.monotonic())

    await asyncio.gather(*(post(number) for number in range(count)))
    assert max(moments) - min(moments) >= (count - 1) / rate - 0.1
    assert len(set(moments)) == count


async def test_a_pause_is_kept_by_every_process(processes: list[SharedStates]) -> None:
    """Who waits already in another process waits until the pause is over, and so does who comes later."""
    pacers = [Pacer(20, wait_plainly, time.monotonic, states) for states in processes]
    await asyncio.sleep(0.3)  # until both listen
    await pacers[1].acquire()
    waiting = [asyncio.create_task(pacers[1].acquire()) for _ in range(20)]
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await pacers[0].pause_for(1.0)
    passed = sum(task.done() for task in waiting)
    await asyncio.sleep(0.1)
    passed = sum(task.done() for task in waiting)
    await asyncio.sleep(0.7)
    assert sum(task.done() for task in waiting) == passed
    await pacers[0].acquire()
    assert time.monotonic() - begun >= 1.0
    pacers[1].close()
    await asyncio.gather(*waiting)


async def test_requests_a_minute_are_those_of_all_processes_together(processes: list[SharedStates]) -> None:
    """Of five allowed requests, two processes send five; the next one waits until the window is over."""
    limiters = [RateLimiter(5, window=1.0, states=states) for states in processes]
    begun = time.monotonic()
    for number in range(5):
        assert await limiters[number % 2].acquire(MODEL, ignore_wait) < 0.5
    await limiters[1].acquire(MODEL, ignore_wait)
    assert time.monotonic() - begun >= 1.0


async def test_an_urgent_request_comes_before_those_of_other_processes(processes: list[SharedStates]) -> None:
    """A chapter that somebody waits for passes before a batch that another process writes."""
    limiters = [RateLimiter(1, window=0.6, states=states) for states in processes]
    await limiters[0].acquire(MODEL, ignore_wait)
    order: list[str] = []

    async def request(name: str, limiter: RateLimiter, *, is_urgent: bool) -> None:
        await limiter.acquire(MODEL, ignore_wait, is_urgent=is_urgent)
        order.append(name)

    batch = asyncio.create_task(request("batch", limiters[0], is_urgent=False))
    await asyncio.sleep(0.05)
    await request("script", limiters[1], is_urgent=True)
    await batch
    assert order == ["script", "batch"]


async def test_who_left_while_waiting_urgently_holds_nobody_for_long(processes: list[SharedStates]) -> None:
    """A batch goes on two seconds after the last sign of an urgent request, and at once after one that has passed."""
    limiters = [RateLimiter(2, window=0.2, states=states) for states in processes]
    for _ in range(2):
        await limiters[0].acquire(MODEL, ignore_wait)
    leaving = asyncio.create_task(limiters[0].acquire(MODEL, ignore_wait))
    await asyncio.sleep(0.05)
    leaving.cancel()
    waited = await limiters[1].acquire(MODEL, ignore_wait, is_urgent=False)
    assert 1.5 < waited < 4
    await limiters[0].acquire(MODEL, ignore_wait)
    assert await limiters[1].acquire(MODEL, ignore_wait, is_urgent=False) < 1


async def test_a_refusal_closes_the_model_for_every_process(processes: list[SharedStates]) -> None:
    """The pause that Gemini asked for in one process, and the limit that it named, hold in the other."""
    limiters = [RateLimiter(states=states) for states in processes]
    await limiters[0].record_refusal(MODEL, 0.5, 7)
    reasons: list[str] = []

    async def record(reason: str, _seconds: float) -> None:
        reasons.append(reason)

    assert await limiters[1].acquire(MODEL, record) >= 0.4
    assert reasons == ["Waiting for Gemini: 7 requests a minute are allowed, yours is next"]


async def test_failures_in_a_row_are_counted_over_all_processes(processes: list[SharedStates]) -> None:
    """The fifth failure makes every process rest, and a success anywhere ends it."""
    one, other = (GeminiAvailability(utcnow, states) for states in processes)
    for number in range(FAILURES_IN_A_ROW):
        assert await other.get_resting_until() is None
        await (one, other)[number % 2].record_error(create_error(GenerationErrorKind.OVERLOADED))
    until = await other.get_resting_until()
    assert until is not None
    assert 50 < (until - utcnow()).total_seconds() <= 60
    await one.record_success()
    await other.require_available()


async def test_limits_are_kept_in_memory_where_no_other_process_can_be(sqlite: Database) -> None:
    """A single process asks no database for its turns; its states are its own, and its clock is the given one."""
    states = create_limit_states(sqlite, lambda: 7.0)
    assert await states.change("posts", lambda state, now: state.setdefault("seen", now)) == 7.0
    assert await states.change("posts", lambda state, _: state["seen"]) == 7.0
    assert await states.change("others", lambda state, _: state) == {}
    async with sqlite.read() as tx:
        assert (await tx.rate_limits.connection.execute(select(rate_limits))).first() is None


async def test_limits_are_in_the_database_where_other_processes_can_be(processes: list[SharedStates]) -> None:
    states = create_limit_states(processes[0].database, lambda: 7.0)
    await states.change("posts", lambda state, _: state.update(seen=1))
    assert await processes[1].change("posts", lambda state, _: state["seen"]) == 1
