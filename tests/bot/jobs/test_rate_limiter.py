import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.jobs import rate_limiter
from bot.jobs.rate_limiter import RateLimiter

MODEL, OTHER = "gemini-3.8-flash", "gemini-3.5-flash-lite"
WINDOW = 0.2


async def ignore_wait(reason: str, seconds: float) -> None:
    """Does nothing."""


class RecordingCallers:
    """Callers of a rate limiter: whose request passed, and when."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self.rate_limiter = rate_limiter
        self.names: list[str] = []
        self.moments: list[float] = []
        self.reported: list[tuple[str, str, float]] = []

    async def request(self, name: str, model: str = MODEL) -> float:
        """Waits until a request may be sent."""

        async def record_wait(reason: str, seconds: float) -> None:
            self.reported.append((name, reason, seconds))

        waited = await self.rate_limiter.acquire(model, record_wait)
        self.names.append(name)
        self.moments.append(asyncio.get_running_loop().time())
        return waited

    def count_most_in(self, window: float) -> int:
        """The most requests that passed in any window of that length, in seconds."""
        return max(sum(start <= moment < start + window for moment in self.moments) for start in self.moments)


@asynccontextmanager
async def queue_callers(callers: RecordingCallers, *names: str) -> AsyncIterator[list[asyncio.Task[float]]]:
    """Callers that wait in this order; those that still wait at the end are cancelled."""
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(callers.request(name)))
        await asyncio.sleep(0)
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("limit", [1, 3, 5])
async def test_the_limit_is_kept_in_every_window(limit: int) -> None:
    """Of twenty requests at random moments, no window has more than the limit."""
    callers = RecordingCallers(RateLimiter(limit, window=WINDOW if limit > 1 else WINDOW / 5))
    dice = random.Random(limit)

    async def arrive(number: int) -> None:
        await asyncio.sleep(dice.random() * WINDOW if number % 2 else 0)
        await callers.request(str(number))

    await asyncio.gather(*(arrive(number) for number in range(20)))
    assert len(callers.moments) == 20
    assert callers.count_most_in(callers.rate_limiter.window) == limit


async def test_requests_pass_in_the_order_of_their_arrival() -> None:
    """Requests pass in the order in which they arrived."""
    callers = RecordingCallers(RateLimiter(2, window=0.1))
    await asyncio.gather(*(callers.request(str(number)) for number in range(8)))
    assert callers.names == [str(number) for number in range(8)]


async def test_a_cancelled_caller_leaves_the_queue() -> None:
    """A cancelled caller does not use up the limit and does not hold up those behind."""
    callers = RecordingCallers(RateLimiter(1, window=0.1))
    async with queue_callers(callers, "first", "cancelled", "third") as tasks:
        tasks[1].cancel()
        await tasks[2]
    assert callers.names == ["first", "third"]
    assert await asyncio.wait_for(callers.request("fourth"), 1) > 0.05
    assert callers.rate_limiter._queues[MODEL] == []


async def test_without_a_limit_there_is_no_wait() -> None:
    """Without a limit and without a refusal all requests pass at once."""
    callers = RecordingCallers(RateLimiter())
    waits = await asyncio.gather(*(callers.request(str(number)) for number in range(20)))
    assert max(waits) < 0.5
    assert len(callers.names) == 20


async def test_each_model_has_a_queue_of_its_own() -> None:
    """A model's limit does not hold up the requests to another."""
    callers = RecordingCallers(RateLimiter(1, window=10))
    await callers.request("first")
    async with queue_callers(callers, "second"):
        assert await asyncio.wait_for(callers.request("other", OTHER), 1) < 0.1
    assert callers.names == ["first", "other"]


async def test_places_and_times_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller learns the limit, its place and the seconds, and again when it moves up."""
    monkeypatch.setattr(rate_limiter, "_POLL_SECONDS", 0.02)
    callers = RecordingCallers(RateLimiter(1, window=0.2))
    await callers.request("first")
    await asyncio.gather(callers.request("second"), callers.request("third"))
    of_second = [(reason, seconds) for name, reason, seconds in callers.reported if name == "second"]
    of_third = [(reason, seconds) for name, reason, seconds in callers.reported if name == "third"]
    assert [reason for reason, _ in of_second] == ["Waiting for Gemini: 1 request a minute is allowed, yours is next"]
    assert [reason.rpartition(" is ")[2] for reason, _ in of_third] == ["2nd", "next"]
    assert of_second[0][1] == pytest.approx(0.22, abs=0.03)
    assert of_third[0][1] == pytest.approx(0.44, abs=0.03)
    assert of_third[1][1] == pytest.approx(0.22, abs=0.05)


async def test_a_place_far_back_is_reported_with_its_time() -> None:
    """The seconds are those that it takes if all callers before send as early as they may."""
    callers = RecordingCallers(RateLimiter(5, window=60))
    async with queue_callers(callers, *map(str, range(20))):
        await asyncio.sleep(0.05)
        assert callers.names == list("01234")
        reported = {name: (reason, round(seconds)) for name, reason, seconds in callers.reported}
    assert reported["5"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is next", 61)
    assert reported["9"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is 5th", 61)
    assert reported["19"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is 15th", 183)


async def test_a_limit_is_learned_from_a_refusal_that_names_it() -> None:
    """After a refusal that names a limit of five, and its pause, five requests pass in a window."""
    callers = RecordingCallers(RateLimiter(window=WINDOW))
    await asyncio.gather(*(callers.request(str(number)) for number in range(7)))
    refused_at = asyncio.get_running_loop().time()
    await callers.rate_limiter.record_refusal(MODEL, 0.1, 5)
    await callers.rate_limiter.record_refusal(MODEL, 0.1, 5)
    callers.moments.clear()
    await asyncio.gather(*(callers.request(str(number)) for number in range(12)))
    assert callers.moments[0] - refused_at >= 0.1
    assert callers.count_most_in(WINDOW) == 5


async def test_a_limit_is_learned_from_what_had_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """If eight requests were sent and three refused, five pass in a window from then on, after our own pause."""
    monkeypatch.setattr(rate_limiter, "_DEFAULT_PAUSE_SECONDS", 0.05)
    callers = RecordingCallers(RateLimiter(window=WINDOW))
    await asyncio.gather(*(callers.request(str(number)) for number in range(8)))
    began = asyncio.get_running_loop().time()
    for _ in range(3):
        await callers.rate_limiter.record_refusal(MODEL, None, None)
    callers.moments.clear()
    await asyncio.gather(*(callers.request(str(number)) for number in range(12)))
    assert callers.moments[0] - began >= 0.05
    assert callers.count_most_in(WINDOW) == 5


async def test_a_refusal_of_the_very_first_request_teaches_nothing() -> None:
    """If nothing had passed and no limit was named, there is none to learn: others may have used it up."""
    callers = RecordingCallers(RateLimiter(window=0.1))
    await callers.request("first")
    await callers.rate_limiter.record_refusal(MODEL, 0.0, 0)
    callers.moments.clear()  # Gemini did not count it
    await asyncio.gather(*(callers.request(str(number)) for number in range(3)))
    assert callers.count_most_in(0.1) == 3


async def test_a_learned_limit_is_forgotten() -> None:
    """After ten windows a learned limit no longer applies, since accounts change."""
    callers = RecordingCallers(RateLimiter(window=0.02))
    await callers.request("first")
    await callers.rate_limiter.record_refusal(MODEL, 0.0, 1)
    await asyncio.sleep(0.25)
    callers.moments.clear()
    await asyncio.gather(*(callers.request(str(number)) for number in range(3)))
    assert callers.count_most_in(0.02) == 3


async def test_a_configured_limit_is_kept() -> None:
    """A refusal causes a pause, but the operator's limit does not change."""
    callers = RecordingCallers(RateLimiter(3, window=0.1))
    await callers.request("first")
    await callers.rate_limiter.record_refusal(MODEL, 0.05, 1)
    callers.moments.clear()
    await asyncio.gather(*(callers.request(str(number)) for number in range(6)))
    assert callers.count_most_in(0.1) == 3


async def test_a_refusal_never_leads_to_more_requests_than_the_limit() -> None:
    """An early request that is refused late makes room for its own moment, not for a later one."""
    callers = RecordingCallers(RateLimiter(5, window=WINDOW))
    for _ in range(4):
        await callers.request("early")
    await asyncio.sleep(WINDOW * 0.75)
    await callers.request("late")
    await callers.rate_limiter.record_refusal(MODEL, 0.0, 5)
    callers.moments.pop(0)  # one of the four; Gemini did not count it
    await asyncio.gather(*(callers.request(str(number)) for number in range(8)))
    assert callers.count_most_in(WINDOW) <= 5


async def test_during_a_pause_without_a_limit_the_reason_is_reported() -> None:
    """During a pause after a refusal, callers learn that Gemini asked for it."""
    callers = RecordingCallers(RateLimiter(window=WINDOW))
    await callers.rate_limiter._change(MODEL, lambda state, now: setattr(state, "closed_until", now + 0.1))
    await callers.request("first")
    ((name, reason, seconds),) = callers.reported
    assert (name, reason) == ("first", "Waiting for Gemini: it asked for a pause")
    assert seconds == pytest.approx(0.1, abs=0.03)


async def test_a_refusal_says_for_how_long_nothing_passes() -> None:
    """As long as the API named, 30 s where it named nothing, and never shorter than a pause that was named before."""
    rate_limiter = RateLimiter(5)
    pauses = [
        await rate_limiter.record_refusal(model, named, None)
        for model, named in ((MODEL, 7.0), (MODEL, 2.0), (OTHER, None))
    ]
    assert pauses == pytest.approx([7.0, 7.0, 30.0], abs=0.5)
