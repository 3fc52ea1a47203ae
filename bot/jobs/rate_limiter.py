"""A queue for requests to Gemini that keeps the limit of requests a minute and reports everybody's place in it."""

import asyncio
import bisect
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

from bot.clock import Wait, wait_plainly
from bot.jobs.limit_states import LimitStates, LocalStates

T = TypeVar("T")

WINDOW_SECONDS: Final = 60.0
"""Gemini's limits are per minute."""
_MARGIN_SECONDS: Final = 1.0
"""Added to the window, since two requests may come closer together on their way."""
_LEARNED_WINDOWS: Final = 10.0
"""After so many windows a learned limit is forgotten and learned again: accounts change, and other programs that shared the
quota stop."""
_POLL_SECONDS: Final = 1.0
"""How often a waiting caller recalculates its place; the text it reports is in whole seconds."""
_URGENT_SECONDS: Final = 2 * _POLL_SECONDS
"""For how long a waiting urgent request keeps the others back; it says so again with each look, as long as it waits."""
_DEFAULT_PAUSE_SECONDS: Final = 30.0
"""The pause after a refusal that named none: half a window, after which part of the quota is usually free again."""

OnWait = Callable[[str, float], Awaitable[None]]
"""Called before a wait, and again when its reason changes: with the reason in a sentence, and the seconds it will take."""


@dataclass(slots=True)
class _ModelState:
    """One model's limit and when its last requests were sent. Moments are seconds on the clock of ``LimitStates``."""

    limit: int | None
    sent_at: list[float] = field(default_factory=list)
    closed_until: float = 0.0
    learned_at: float = 0.0
    urgent_until: float = 0.0
    """Until then an urgent request of some process waits, and no other may pass."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whether a request may be sent now, else in how many seconds; and the limit that this follows from."""

    is_now: bool
    pause: float
    limit: int | None


@dataclass(slots=True)
class RateLimiter:
    """Lets at most ``per_minute`` requests a minute pass to each model. None: the limit is learned from refusals.

    All processes that share ``states`` keep the limit together. ``window`` is the length of that minute in seconds; tests
    shorten it.
    """

    per_minute: int | None = None
    wait: Wait = wait_plainly
    window: float = WINDOW_SECONDS
    states: LimitStates = field(default_factory=lambda: LocalStates(time.monotonic))
    _queues: dict[str, list[tuple[bool, int]]] = field(default_factory=dict)
    _tickets: "itertools.count[int]" = field(default_factory=itertools.count)

    async def acquire(self, model: str, on_wait: OnWait, *, is_urgent: bool = True) -> float:
        """Waits until a request to ``model`` may be sent; returns how many seconds that took.

        Urgent requests come before all others.

        ``on_wait`` is called when there is a wait, and again whenever the caller's place in the queue changes.
        """
        loop = asyncio.get_running_loop()
        arrived_at = loop.time()
        queue = self._queues.setdefault(model, [])
        ticket = (not is_urgent, next(self._tickets))
        bisect.insort(queue, ticket)
        reported_place = 0
        try:
            while True:
                place = queue.index(ticket) + 1
                turn = await self._change(model, lambda state, now: self._try(state, now, place, is_urgent=is_urgent))  # noqa: B023 - called at once
                if turn.is_now:
                    return loop.time() - arrived_at
                if reported_place != place:
                    reported_place = place
                    await on_wait(_describe_wait(turn.limit, place), turn.pause)
                await self.wait(asyncio.sleep(min(max(turn.pause, 0.01), _POLL_SECONDS)), "a turn at Gemini")
        finally:
            queue.remove(ticket)

    async def record_refusal(self, model: str, retry_after: float | None, limit: int | None) -> float:
        """Nothing passes to the model for the seconds returned, after the API refused a request as one too many.

        ``retry_after`` (seconds) and ``limit`` (requests a minute) are what the refusal named, or None. Where ``per_minute``
        is not set, the limit is learned from it.
        """

        def close(state: _ModelState, now: float) -> float:
            state.sent_at = [moment for moment in state.sent_at if moment > now - self._span]
            # The API did not count one of these, and which one is unknown. Without the oldest, no window is ever too full.
            del state.sent_at[:1]
            learned = limit if limit and limit > 0 else len(state.sent_at)
            if self.per_minute is None and learned:
                believed = self._get_limit(state, now)
                state.limit = learned if believed is None else min(believed, learned)
                state.learned_at = now
            pause = _DEFAULT_PAUSE_SECONDS if retry_after is None else retry_after
            state.closed_until = max(state.closed_until, now + pause)
            return state.closed_until - now

        return await self._change(model, close)

    async def _change(self, model: str, change: Callable[[_ModelState, float], T]) -> T:
        def apply(stored: dict[str, Any], now: float) -> T:
            state = _ModelState(**({"limit": None} | stored))
            if self.per_minute is not None:
                state.limit = self.per_minute
            result = change(state, now)
            stored.update(asdict(state))
            return result

        return await self.states.change(f"gemini/{model}", apply)

    def _try(self, state: _ModelState, now: float, place: int, *, is_urgent: bool) -> _Turn:
        """Takes the turn if it is this caller's, who is at ``place`` in this process."""
        pause = self._calculate_pause(state, place, now)
        is_first = place == 1 and (is_urgent or state.urgent_until <= now)
        if is_first and pause <= 0:
            state.sent_at.append(now)
            state.urgent_until = 0.0
            return _Turn(is_now=True, pause=0.0, limit=state.limit)
        if is_urgent:
            state.urgent_until = now + _URGENT_SECONDS
        return _Turn(is_now=False, pause=pause, limit=state.limit)

    def _get_limit(self, state: _ModelState, now: float) -> int | None:
        """The limit as it is believed now; a learned one is forgotten after a while."""
        is_old = now - state.learned_at > _LEARNED_WINDOWS * self.window
        if self.per_minute is None and state.limit is not None and is_old:
            state.limit = None
        return state.limit

    @property
    def _span(self) -> float:
        """The window with its margin, in seconds."""
        return self.window + min(_MARGIN_SECONDS, self.window / 10)

    def _calculate_pause(self, state: _ModelState, place: int, now: float) -> float:
        """Seconds until the caller at ``place`` may send, if everybody before sends as early as possible."""
        span = self._span
        limit = self._get_limit(state, now)
        state.sent_at = [moment for moment in state.sent_at if moment > now - span]
        moments = list(state.sent_at)
        moment = now
        for _ in range(place):
            moment = max(now, state.closed_until)
            if limit is not None and len(moments) >= limit:
                moment = max(moment, moments[-limit] + span)
            moments.append(moment)
        return moment - now


def _describe_wait(limit: int | None, place: int) -> str:
    if limit is None:
        return "Waiting for Gemini: it asked for a pause"
    allowed = "1 request a minute is" if limit == 1 else f"{limit} requests a minute are"
    ordinal = {1: "next", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")
    return f"Waiting for Gemini: {allowed} allowed, yours is {ordinal}"
