"""Edits of one card keep their order, also if several processes edit it.

Whoever edits a card takes its turn in the database, and gives it back when Discord has answered. An edit that shows an older
state than the card's newest one is left out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from storage import Database, StaleStateError, Topic, WriteTransaction, write_transaction
from storage.leases import new_owner
from storage.stores.turns import StoredTurn

_RENEW_SECONDS: Final = 3.0
"""Between two renewals while Discord has not answered; the turn ends 10 s after the last one."""
_LOOK_SECONDS: Final = 0.5
"""Between two looks at a card whose turn somebody else has, in case that nobody tells that it is free."""


@dataclass(slots=True)
class Turn:
    """A turn at a card. Whoever has it sets ``is_shown`` once Discord has taken the edit."""

    is_outdated: bool = False
    """Whether the card already shows something newer, so that the edit must be left out."""
    is_shown: bool = False


@dataclass(slots=True)
class CardTurns:
    """The turns of this process. Where it is the only one on the database, every turn is free at once."""

    database: Database
    owner: str = field(default_factory=lambda: new_owner("cards"))
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Hears of turns that other processes have ended."""
        self.database.notifications.subscribe(Topic.CARDS, lambda _: self._freed.set())

    @asynccontextmanager
    async def hold(self, name: str, read_at: datetime | None) -> AsyncIterator[Turn]:
        """Waits for the turn at the card and holds it in the block.

        ``read_at`` is when the state was read that the edit shows, by the database's clock; None where it is the present.
        """
        if self.database.exclusive:
            yield Turn()
            return
        taken, now = await self._wait_for_turn(name)
        turn = Turn(is_outdated=read_at is not None and taken.shown_at is not None and read_at < taken.shown_at)
        renewing = asyncio.create_task(self._keep(taken))
        try:
            yield turn
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._end(taken, (read_at or now) if turn.is_shown else None)
            self.database.notifications.publish(Topic.CARDS)

    async def _wait_for_turn(self, name: str) -> tuple[StoredTurn, datetime]:
        while True:
            self._freed.clear()
            taken, now = await self._take(name)
            if taken is not None:
                return taken, now
            with suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), _LOOK_SECONDS)

    async def _keep(self, taken: StoredTurn) -> None:
        with suppress(
            StaleStateError
        ):  # lost, for example in a standstill: the edit that is under way may be overtaken
            while True:
                await asyncio.sleep(_RENEW_SECONDS)
                await self._renew(taken)

    @write_transaction
    async def _take(self, tx: WriteTransaction, name: str) -> tuple[StoredTurn | None, datetime]:
        return await tx.turns.take(name, self.owner), tx.now

    @write_transaction
    async def _renew(self, tx: WriteTransaction, taken: StoredTurn) -> None:
        await tx.turns.renew(taken)

    @write_transaction
    async def _end(self, tx: WriteTransaction, taken: StoredTurn, shown_at: datetime | None) -> None:
        await tx.turns.end(taken, shown_at)
        await tx.turns.forget_old()
