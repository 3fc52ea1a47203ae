import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.jobs import rate_limiter
from bot.jobs.rate_limiter import RateLimiter

MODEL, OTHER = "gemini-3.8-flash", "gemini-3.5-flash-lite"
WINDOW = 0.2


async def nobody(reason: str, seconds: float) -> None:
    """Is not told."""


class Passed:
    """When requests passed, by the name of whoever asked."""

    def __init__(self, gate: RateLimiter) -> None:
        self.gate = gate
        self.names: list[str] = []
        self.moments: list[float] = []
        self.told: list[tuple[str, str, float]] = []

    async def ask(self, name: str, model: str = MODEL) -> float:
        """Waits for a turn."""

        async def tell(reason: str, seconds: float) -> None:
            self.told.append((name, reason, seconds))

        waited = await self.gate.acquire(model, tell)
        self.names.append(name)
        self.moments.append(asyncio.get_running_loop().time())
        return waited

    def most_in(self, window: float) -> int:
        """The most requests that passed in any window of that length."""
        return max(sum(start <= moment < start + window for moment in self.moments) for start in self.moments)


@asynccontextmanager
async def waiting(passed: Passed, *names: str) -> AsyncIterator[list[asyncio.Task[float]]]:
    """These stand in the queue, in that order; whoever still waits at the end is sent away."""
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(passed.ask(name)))
        await asyncio.sleep(0)
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("limit", [1, 3, 5])
async def test_the_limit_is_kept_in_every_window(limit: int) -> None:
    """Of twenty who come at once and at odd moments, no window of time sees more pass than the limit."""
    passed = Passed(RateLimiter(limit, window=WINDOW if limit > 1 else WINDOW / 5))
    dice = random.Random(limit)

    async def come(number: int) -> None:
        await asyncio.sleep(dice.random() * WINDOW if number % 2 else 0)
        await passed.ask(str(number))

    await asyncio.gather(*(come(number) for number in range(20)))
    assert len(passed.moments) == 20
    assert passed.most_in(passed.gate.window) == limit


async def test_first_come_first_served() -> None:
    """They pass in the order in which they came."""
    passed = Passed(RateLimiter(2, window=0.1))
    await asyncio.gather(*(passed.ask(str(number)) for number in range(8)))
    assert passed.names == [str(number) for number in range(8)]


async def test_whoever_leaves_makes_room() -> None:
    """A cancelled caller neither takes a turn nor holds up those behind."""
    passed = Passed(RateLimiter(1, window=0.1))
    async with waiting(passed, "first", "leaves", "third") as tasks:
        tasks[1].cancel()
        await tasks[2]
    assert passed.names == ["first", "third"]
    assert await asyncio.wait_for(passed.ask("fourth"), 1) > 0.05
    assert passed.gate._models[MODEL].queue == []


async def test_no_limit_and_no_refusal_is_no_wait() -> None:
    """Without a limit everybody passes at once, and nobody is told of a wait."""
    passed = Passed(RateLimiter())
    waits = await asyncio.gather(*(passed.ask(str(number)) for number in range(20)))
    assert max(waits) < 0.5
    assert len(passed.names) == 20


async def test_each_model_has_a_queue_of_its_own() -> None:
    """A model's limit does not hold up the requests to another."""
    passed = Passed(RateLimiter(1, window=10))
    await passed.ask("first")
    async with waiting(passed, "second"):
        assert await asyncio.wait_for(passed.ask("other", OTHER), 1) < 0.1
    assert passed.names == ["first", "other"]


async def test_places_and_times_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits hears the limit, the place and the seconds, and hears it again on moving up."""
    monkeypatch.setattr(rate_limiter, "_POLL_SECONDS", 0.02)
    passed = Passed(RateLimiter(1, window=0.2))
    await passed.ask("first")
    await asyncio.gather(passed.ask("second"), passed.ask("third"))
    of_second = [(reason, seconds) for name, reason, seconds in passed.told if name == "second"]
    of_third = [(reason, seconds) for name, reason, seconds in passed.told if name == "third"]
    assert [reason for reason, _ in of_second] == ["Waiting for Gemini: 1 request a minute is allowed, yours is next"]
    assert [reason.rpartition(" is ")[2] for reason, _ in of_third] == ["2nd", "next"]
    assert of_second[0][1] == pytest.approx(0.22, abs=0.03)
    assert of_third[0][1] == pytest.approx(0.44, abs=0.03)
    assert of_third[1][1] == pytest.approx(0.22, abs=0.05)


async def test_a_place_far_back_is_told_with_its_time() -> None:
    """The seconds told are those that it takes when all before go as early as they may."""
    passed = Passed(RateLimiter(5, window=60))
    async with waiting(passed, *map(str, range(20))):
        await asyncio.sleep(0.05)
        assert passed.names == list("01234")
        told = {name: (reason, round(seconds)) for name, reason, seconds in passed.told}
    assert told["5"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is next", 61)
    assert told["9"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is 5th", 61)
    assert told["19"] == ("Waiting for Gemini: 5 requests a minute are allowed, yours is 15th", 183)


async def test_a_refusal_that_names_its_limit_teaches_it() -> None:
    """A refusal that says five lets five pass from then on, after the pause that it asked for."""
    passed = Passed(RateLimiter(window=WINDOW))
    await asyncio.gather(*(passed.ask(str(number)) for number in range(7)))
    refused_at = asyncio.get_running_loop().time()
    passed.gate.record_refusal(MODEL, 0.1, 5)
    passed.gate.record_refusal(MODEL, 0.1, 5)
    passed.moments.clear()
    await asyncio.gather(*(passed.ask(str(number)) for number in range(12)))
    assert passed.moments[0] - refused_at >= 0.1
    assert passed.most_in(WINDOW) == 5


async def test_a_refusal_without_a_number_is_learned_from_what_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where eight went at once and three were refused, five are let through from then on, after a pause of our own."""
    monkeypatch.setattr(rate_limiter, "_DEFAULT_PAUSE_SECONDS", 0.05)
    passed = Passed(RateLimiter(window=WINDOW))
    await asyncio.gather(*(passed.ask(str(number)) for number in range(8)))
    began = asyncio.get_running_loop().time()
    for _ in range(3):
        passed.gate.record_refusal(MODEL, None, None)
    passed.moments.clear()
    await asyncio.gather(*(passed.ask(str(number)) for number in range(12)))
    assert passed.moments[0] - began >= 0.05
    assert passed.most_in(WINDOW) == 5


async def test_a_refusal_of_the_very_first_request_teaches_nothing() -> None:
    """Where no number was told and nothing had passed, there is no limit to learn: others may have used it up."""
    passed = Passed(RateLimiter(window=0.1))
    await passed.ask("first")
    passed.gate.record_refusal(MODEL, 0.0, 0)
    passed.moments.clear()  # Gemini did not count it
    await asyncio.gather(*(passed.ask(str(number)) for number in range(3)))
    assert passed.most_in(0.1) == 3


async def test_a_learned_limit_is_forgotten() -> None:
    """After ten windows a learned limit is no longer believed: accounts change."""
    passed = Passed(RateLimiter(window=0.02))
    await passed.ask("first")
    passed.gate.record_refusal(MODEL, 0.0, 1)
    await asyncio.sleep(0.25)
    passed.moments.clear()
    await asyncio.gather(*(passed.ask(str(number)) for number in range(3)))
    assert passed.most_in(0.02) == 3


async def test_a_limit_that_was_set_is_not_unlearned() -> None:
    """A refusal makes a pause, but the operator's own number stays."""
    passed = Passed(RateLimiter(3, window=0.1))
    await passed.ask("first")
    passed.gate.record_refusal(MODEL, 0.05, 1)
    passed.moments.clear()
    await asyncio.gather(*(passed.ask(str(number)) for number in range(6)))
    assert passed.most_in(0.1) == 3


async def test_a_refusal_never_lets_the_limit_be_passed() -> None:
    """An early request refused late gives back a place of its own moment, not that of a later request."""
    passed = Passed(RateLimiter(5, window=WINDOW))
    for _ in range(4):
        await passed.ask("early")
    await asyncio.sleep(WINDOW * 0.75)
    await passed.ask("late")
    passed.gate.record_refusal(MODEL, 0.0, 5)
    passed.moments.pop(0)  # one of the four; Gemini did not count it
    await asyncio.gather(*(passed.ask(str(number)) for number in range(8)))
    assert passed.most_in(WINDOW) <= 5


async def test_during_a_pause_without_a_limit_the_reason_is_told() -> None:
    """While the gate is closed after a refusal, those who wait hear that Gemini asked for it."""
    passed = Passed(RateLimiter(window=WINDOW))
    passed.gate._get_state(MODEL).closed_until = asyncio.get_running_loop().time() + 0.1
    await passed.ask("first")
    ((name, reason, seconds),) = passed.told
    assert (name, reason) == ("first", "Waiting for Gemini: it asked for a pause")
    assert seconds == pytest.approx(0.1, abs=0.03)
