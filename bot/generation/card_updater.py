"""Keeps the card of one run current while the run is written, without slowing the writing down."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Wait
from bot.generation.run_view import RunView
from bot.ports import RunCards

_log = logging.getLogger(__name__)

_EDIT_INTERVALS: Final = ((20, 2.5), (120, 5.0))
"""Until so many seconds after the start, so many seconds lie between two edits. Quick at first, when people watch, and slower
later, since Discord limits edits per channel."""
_LONGEST_EDIT_INTERVAL: Final = 15.0
"""Seconds between two edits after that; still within a minute of what is true."""


@dataclass(slots=True)
class CardUpdater:
    """Shows the latest view of one run at a pace that Discord accepts, in a task of its own."""

    cards: RunCards
    wait: Wait
    _latest: Callable[[], RunView] | None = None
    _task: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def schedule_update(self, get_view: Callable[[], RunView]) -> None:
        """The card will show ``get_view()`` at its next edit, unless this is called again before. Returns at once.

        ``get_view`` is called only when its view is needed.
        """
        self._latest = get_view
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stops updating; a scheduled update that was not shown yet is dropped."""
        if self._task is None:
            return
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(outcome, Exception):
            _log.error("updating the card of a run failed", exc_info=outcome)
        self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        while True:
            await self.wait(self._changed.wait(), "news of the run")
            self._changed.clear()
            if self._latest is not None:
                await self.cards.update_card(self._latest())
            age = loop.time() - started_at
            interval = next((interval for until, interval in _EDIT_INTERVALS if age < until), _LONGEST_EDIT_INTERVAL)
            await self.wait(asyncio.sleep(interval), "the pace of card edits")
