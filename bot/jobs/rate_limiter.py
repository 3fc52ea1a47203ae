"""A queue for requests to Gemini that keeps the limit of requests a minute and reports everybody's place in it."""

import asyncio
import bisect
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait, wait_plainly

WINDOW_SECONDS: Final = 60.0
"""Gemini's limits are per minute."""
_MARGIN_SECONDS: Final = 1.0
"""Added to the window, since two requests may come closer together on their way."""
_LEARNED_WINDOWS: Final = 10.0
"""After so many windows a learned limit is forgotten and learned again: accounts change, and other programs that shared the
quota stop."""
_POLL_SECONDS: Final = 1.0
"""How often a waiting caller recalculates its place; the text it reports is in whole seconds."""
_DEFAULT_PAUSE_SECONDS: Final = 30.0
"""The pause after a refusal that named none: half a window, after which part of the quota is usually free again."""

OnWait = Callable[[str, float], Awaitable[None]]
"""Called before a wait, and again when its reason changes: with the reason in a sentence, and the seconds it will take."""


@dataclass(slots=True)
class _ModelState:
    """One model's limit, when its last requests were sent, and who waits. Moments are seconds on the event loop's clock."""

    limit: int | None
    sent_at: list[float] = field(default_factory=list)
    closed_until: float = 0.0
    queue: list[tuple[bool, int]] = field(default_factory=list)
    learned_at: float = 0.0


@dataclass(slots=True)
class RateLimiter:
    """Lets at most ``per_minute`` requests a minute pass to each model. None: the limit is learned from refusals.

    ``window`` is the length of that minute in seconds; tests shorten it.
    """

    per_minute: int | None = None
    wait: Wait = wait_plainly
    window: float = WINDOW_SECONDS
    _models: dict[str, _ModelState] = field(default_factory=dict)
    _tickets: "itertools.count[int]" = field(default_factory=itertools.count)

    async def acquire(self, model: str, on_wait: OnWait, *, is_urgent: bool = True) -> float:
        """Waits until a request to ``model`` may be sent; returns how many seconds that took.

        Urgent requests come before all others.

        ``on_wait`` is called when there is a wait, and again whenever the caller's place in the queue changes.
        """
        state = self._get_state(model)
        loop = asyncio.get_running_loop()
        arrived_at = loop.time()
        ticket = (not is_urgent, next(self._tickets))
        bisect.insort(state.queue, ticket)
        reported_place = 0
        try:
            while True:
                place = state.queue.index(ticket) + 1
                pause = self._calculate_pause(state, place, loop.time())
                if place == 1 and pause <= 0:
                    state.sent_at.append(loop.time())
                    return loop.time() - arrived_at
                if reported_place != place:
                    reported_place = place
                    await on_wait(_describe_wait(state, place), pause)
                await self.wait(asyncio.sleep(min(max(pause, 0.01), _POLL_SECONDS)), "a turn at Gemini")
        finally:
            state.queue.remove(ticket)

    def record_refusal(self, model: str, retry_after: float | None, limit: int | None) -> float:
        """Nothing passes to the model for the seconds returned, after the API refused a request as one too many.

        ``retry_after`` (seconds) and ``limit`` (requests a minute) are what the refusal named, or None. Where ``per_minute``
        is not set, the limit is learned from it.
        """
        state = self._get_state(model)
        now = asyncio.get_running_loop().time()
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

    def _get_state(self, model: str) -> _ModelState:
        return self._models.setdefault(model, _ModelState(self.per_minute))

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


def _describe_wait(state: _ModelState, place: int) -> str:
    if state.limit is None:
        return "Waiting for Gemini: it asked for a pause"
    allowed = "1 request a minute is" if state.limit == 1 else f"{state.limit} requests a minute are"
    ordinal = {1: "next", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")
    return f"Waiting for Gemini: {allowed} allowed, yours is {ordinal}"
