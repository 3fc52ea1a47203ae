"""Keeps the card of one run current while it is being written, without slowing the writing down."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import Wait
from bot.generation.run_view import RunView
from bot.ports import RunCards

_log = logging.getLogger(__name__)

_PACE = ((20, 2.5), (120, 5.0))  # seconds since the start, seconds between two edits
_SLOWEST = 15.0


@dataclass(slots=True)
class CardUpdater:
    """Shows the latest view of one run at a bearable pace, beside the writing and never in its way."""

    card: RunCards
    wait: Wait
    _latest: Callable[[], RunView] | None = None
    _task: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def paint(self, view: Callable[[], RunView]) -> None:
        """``view()`` is shown when its time has come, unless a newer one comes first; it is made only then."""
        self._latest = view
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stops painting; what was not shown is dropped."""
        if self._task is None:
            return
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(outcome, Exception):
            _log.error("painting a card went wrong", exc_info=outcome)
        self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            await self.wait(self._changed.wait(), "news of the run")
            self._changed.clear()
            if self._latest is not None:
                await self.card.update_card(self._latest())
            age = loop.time() - began
            pause = next((pause for limit, pause in _PACE if age < limit), _SLOWEST)
            await self.wait(asyncio.sleep(pause), "the pace of card edits")
