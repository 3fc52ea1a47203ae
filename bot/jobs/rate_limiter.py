"""Our own queue for Gemini's requests a minute: the limit is kept, and everybody is told their place and time."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait, wait_plainly

WINDOW: Final = 60.0
_MARGIN: Final = 1.0
"""Seconds more than the window: two requests may come closer together on their way."""
_REMEMBERED: Final = 10.0
"""Windows after which a learned limit is forgotten, to be learned anew: accounts change, other programs stop."""
_LOOK: Final = 1.0
_COOL: Final = 30.0
"""Seconds of silence after a refusal that named none."""

OnWait = Callable[[str, float], Awaitable[None]]


@dataclass(slots=True)
class _Gate:
    """One model's limit, when its last requests left, and who waits. Moments are the event loop's seconds."""

    limit: int | None
    sent: list[float] = field(default_factory=list)
    closed_until: float = 0.0
    queue: list[int] = field(default_factory=list)
    learned_at: float = 0.0


@dataclass(slots=True)
class RateLimiter:
    """Lets at most ``per_minute`` requests to each model pass in a minute; unset, the number is learned from refusals."""

    per_minute: int | None = None
    wait: Wait = wait_plainly
    window: float = WINDOW
    _gates: dict[str, _Gate] = field(default_factory=dict)
    _tickets: "itertools.count[int]" = field(default_factory=itertools.count)

    async def acquire(self, model: str, on_wait: OnWait) -> float:
        """Seconds that were waited until this request may go; ``tell`` hears why and how long, again as it changes."""
        gate = self._gate(model)
        loop = asyncio.get_running_loop()
        came = loop.time()
        ticket = next(self._tickets)
        gate.queue.append(ticket)
        told = 0
        try:
            while True:
                place = gate.queue.index(ticket) + 1
                pause = self._pause(gate, place, loop.time())
                if place == 1 and pause <= 0:
                    gate.sent.append(loop.time())
                    return loop.time() - came
                if told != place:
                    told = place
                    await on_wait(_why(gate, place), pause)
                await self.wait(asyncio.sleep(min(max(pause, 0.01), _LOOK)), "a turn at Gemini")
        finally:
            gate.queue.remove(ticket)

    def record_refusal(self, model: str, retry_after: float | None, limit: int | None) -> float:
        """A request was one too many: nothing passes for the seconds returned, and the limit is known better."""
        gate = self._gate(model)
        now = asyncio.get_running_loop().time()
        gate.sent = [moment for moment in gate.sent if moment > now - self._span]
        # One of these was not counted. Which is not known; without the oldest the rest is never too early in any window.
        del gate.sent[:1]
        passed = len(gate.sent)
        learned = limit if limit and limit > 0 else passed
        if self.per_minute is None and learned:
            known = self._limit(gate, now)
            gate.limit = learned if known is None else min(known, learned)
            gate.learned_at = now
        gate.closed_until = max(gate.closed_until, now + (_COOL if retry_after is None else retry_after))
        return gate.closed_until - now

    def _limit(self, gate: _Gate, now: float) -> int | None:
        """The limit as it is believed now: what was learned long ago may no longer hold."""
        if self.per_minute is None and gate.limit is not None and now - gate.learned_at > _REMEMBERED * self.window:
            gate.limit = None
        return gate.limit

    @property
    def _span(self) -> float:
        return self.window + min(_MARGIN, self.window / 10)

    def _gate(self, model: str) -> _Gate:
        return self._gates.setdefault(model, _Gate(self.per_minute))

    def _pause(self, gate: _Gate, place: int, now: float) -> float:
        """Seconds until the one at ``place`` may go, if everybody before goes as early as possible."""
        span = self._span
        limit = self._limit(gate, now)
        gate.sent = [moment for moment in gate.sent if moment > now - span]
        moments = list(gate.sent)
        moment = now
        for _ in range(place):
            moment = max(now, gate.closed_until)
            if limit is not None and len(moments) >= limit:
                moment = max(moment, moments[-limit] + span)
            moments.append(moment)
        return moment - now


def _why(gate: _Gate, place: int) -> str:
    if gate.limit is None:
        return "Waiting for Gemini: it asked for a pause"
    allowed = "1 request a minute is" if gate.limit == 1 else f"{gate.limit} requests a minute are"
    ordinal = {1: "next", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")
    return f"Waiting for Gemini: {allowed} allowed, yours is {ordinal}"
