"""When the next post may go out: by the clock, and not at all while Discord asks for quiet."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bot.clock import Wait
from bot.jobs.limit_states import LimitStates, LocalStates

_LIMIT: Final = "posts"
_BLOCK_SECONDS: Final = 0.25
"""One process takes the turns of so long at once at most, so that others are not kept waiting for long."""
_AHEAD_SECONDS: Final = 0.5
"""How long before its moment a turn is taken at most: what a process that dies has taken is lost for all."""
_LATE_SECONDS: Final = 0.25
"""A turn that is used later than this is given up. Otherwise everybody would go at once after the process stood still."""


_TRIES: Final = 3
"""Attempts to hear in time which turns are ours. A database that is slower for long must not stop the posts."""


@dataclass(slots=True)
class Pacer:
    """Lets ``rate`` posts pass a second, evenly, without bursts, in all processes that share ``states``.

    ``monotonic`` is in seconds.
    """

    rate: float
    wait: Wait
    monotonic: Callable[[], float]
    states: LimitStates | None = None
    _states: LimitStates = field(init=False)
    _turns: deque[float] = field(default_factory=deque)
    """Moments that were taken for callers of this process, on its own clock."""
    _callers: int = 0
    _taking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _quiet_until: float = 0.0
    _closed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._states = self.states or LocalStates(self.monotonic)
        self._states.on_pause(self._hear_pause)

    async def acquire(self) -> None:
        """Returns when it is this caller's turn."""
        self._callers += 1
        try:
            while not self._closed.is_set():
                turn = await self._take_turn()
                await self._wait_until(turn)
                # A turn from before a pause is worth nothing: all would go at once.
                if turn >= self._quiet_until and self.monotonic() - turn < _LATE_SECONDS:
                    return
        finally:
            self._callers -= 1

    async def pause_for(self, seconds: float) -> None:
        """No caller of ``acquire`` returns for that many seconds, in any process."""
        self._keep_quiet(seconds)

        def postpone(state: dict[str, Any], now: float) -> None:
            state["next"] = max(state.get("next", 0.0), now + seconds)

        self._states.announce_pause(_LIMIT, seconds)
        await self._states.change(_LIMIT, postpone)

    def close(self) -> None:
        """Wakes every waiting caller of ``acquire``; callers must check whether they should still go on."""
        self._closed.set()

    async def _take_turn(self) -> float:
        """The next free moment, on our own clock."""
        async with self._taking:
            if not self._turns:
                await self._take_block()
            turn = self._turns.popleft()
            await self._wait_until(turn - _AHEAD_SECONDS)
            return turn

    async def _take_block(self) -> None:
        count = min(max(self._callers, 1), max(int(self.rate * _BLOCK_SECONDS), 1))

        def take(state: dict[str, Any], now: float) -> float:
            first: float = max(state.get("next", 0.0), now)
            state["next"] = first + count / self.rate
            return first - now

        for _ in range(_TRIES):
            begun = self.monotonic()
            first = await self._states.change(_LIMIT, take) + self.monotonic()
            if self.monotonic() - begun < _LATE_SECONDS:  # else the turns would be those of the next process
                break
        self._turns.extend(first + number / self.rate for number in range(count))

    async def _wait_until(self, moment: float) -> None:
        while (pause := moment - self.monotonic()) > 0 and not self._closed.is_set():
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._closed.wait(), pause), "the pace of posts")

    def _hear_pause(self, limit: str, seconds: float) -> None:
        if limit == _LIMIT:
            self._keep_quiet(seconds)

    def _keep_quiet(self, seconds: float) -> None:
        self._quiet_until = max(self._quiet_until, self.monotonic() + seconds)
