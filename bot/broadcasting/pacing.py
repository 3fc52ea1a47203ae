"""When the next post may go out: by the clock, and not at all while Discord asks for quiet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Wait


@dataclass(slots=True)
class Pacer:
    """Lets ``rate`` posts pass a second, evenly, without bursts. ``monotonic`` is in seconds."""

    rate: float
    wait: Wait
    monotonic: Callable[[], float]
    _next: float = 0.0
    _quiet_until: float = 0.0

    async def turn(self) -> None:
        """Returns when it is this caller's turn."""
        slot = max(self._next, self._quiet_until, self.monotonic())
        self._next = slot + 1 / self.rate
        while (pause := max(slot, self._quiet_until) - self.monotonic()) > 0:
            await self.wait(asyncio.sleep(pause), "the pace of posts")

    def quiet(self, seconds: float) -> None:
        """Nobody's turn comes for that long."""
        self._quiet_until = max(self._quiet_until, self.monotonic() + seconds)
        self._next = max(self._next, self._quiet_until)
