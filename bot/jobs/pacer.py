"""When the next post may go out: by the clock, and not at all while Discord asks for quiet."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.clock import Wait


@dataclass(slots=True)
class Pacer:
    """Lets ``rate`` posts pass a second, evenly, without bursts. ``monotonic`` is in seconds."""

    rate: float
    wait: Wait
    monotonic: Callable[[], float]
    _next: float = 0.0
    _quiet_until: float = 0.0
    _closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def acquire(self) -> None:
        """Returns when it is this caller's turn."""
        while not self._closed.is_set():
            slot = max(self._next, self._quiet_until, self.monotonic())
            self._next = slot + 1 / self.rate
            while (pause := slot - self.monotonic()) > 0 and not self._closed.is_set():
                with suppress(TimeoutError):
                    await self.wait(asyncio.wait_for(self._closed.wait(), pause), "the pace of posts")
            if slot >= self._quiet_until:  # a slot from before a pause is worth nothing: all would go at once
                return

    def pause_for(self, seconds: float) -> None:
        """No caller of ``acquire`` returns for that many seconds."""
        self._quiet_until = max(self._quiet_until, self.monotonic() + seconds)
        self._next = max(self._next, self._quiet_until)

    def close(self) -> None:
        """Wakes every waiting caller of ``acquire``; callers must check whether they should still go on."""
        self._closed.set()
