"""What the world is shown of a run, and through which seam."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.clock import Wait
from bot.scripts.models import Cue, Script
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything a card shows. ``share`` (0 to 1) is how much of the source is written; ``waiting`` a sentence, if any."""

    run: Run
    ebook_title: str
    title: str
    theme: str
    by: int | None = None
    part: int = 1
    parts: int = 1
    share: float = 0.0
    cue_count: int = 0
    seconds: float = 0.0
    last_cues: tuple[Cue, ...] = ()
    waiting: str = ""
    ahead: int = 0
    stored: StoredScript | None = None
    script: Script | None = None


class Card(Protocol):
    """Shows a run to people. Implemented where Discord is known."""

    async def post(self, view: RunView) -> tuple[int, int] | None:
        """A new card in the run's channel, as (channel, message); None where the run has no channel.

        Raises ``DeliveryError`` where Discord would not take it, ``TimeoutError`` where nobody knows.
        """
        ...

    async def show(self, view: RunView) -> bool:
        """Whether the run's card looks like ``view`` now, or never can. Never raises for what Discord answers."""
        ...


class NoCard:
    """For runs that nobody watches."""

    async def post(self, view: RunView) -> tuple[int, int] | None:  # noqa: ARG002 - part of the protocol
        """Nowhere."""
        return None

    async def show(self, view: RunView) -> bool:  # noqa: ARG002 - part of the protocol
        """Nothing; there is nobody to whom it could be shown."""
        return True


_PACE = ((20, 2.5), (120, 5.0))  # seconds since the start, seconds between two edits
_SLOWEST = 15.0


@dataclass(slots=True)
class Painter:
    """Shows the latest view of one run at a bearable pace, beside the writing and never in its way."""

    card: Card
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
                await self.card.show(self._latest())
            age = loop.time() - began
            pause = next((pause for limit, pause in _PACE if age < limit), _SLOWEST)
            await self.wait(asyncio.sleep(pause), "the pace of card edits")
