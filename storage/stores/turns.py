"""Whose turn it is: what only one process may do at a time, such as editing a card."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.tables import turns
from storage.upsert import insert_if_absent

_KEPT_FOR: Final = timedelta(days=2)
"""How long a card's row is kept after its last edit. A card older than an hour is replaced before it is edited again."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """The right to do something. ``shown_at``, for a card, is the moment whose state its newest edit shows."""

    name: str
    shown_at: datetime | None
    lease: Lease


@dataclass(frozen=True, slots=True)
class TurnStore:
    """Turns by the name of what is done in them."""

    connection: AsyncConnection
    now: datetime

    async def take(self, name: str, owner: str) -> StoredTurn | None:
        """The turn; None while somebody else has it. It ends by itself if its owner does not renew it."""
        await insert_if_absent(self.connection, turns, {"name": name})
        is_free = or_(turns.c.lease_until.is_(None), turns.c.lease_until < self.now)
        free = select(turns.c.name).where(turns.c.name == name, is_free)
        for row in await self._leased.claim(free, owner, LEASE_DURATION, {}):
            return StoredTurn(name, row["shown_at"], Lease(owner, row["lease_token"]))
        return None

    async def renew(self, turn: StoredTurn) -> None:
        """The turn lasts longer.

        Raises:
            StaleStateError: somebody else has it.
        """
        await self._leased.renew(turn.name, turn.lease, LEASE_DURATION, {})

    async def end(self, turn: StoredTurn, shown_at: datetime | None = None) -> bool:
        """The turn is free, and shows the state of ``shown_at`` (None: as before). False where it was lost before."""
        try:
            await self._leased.end(turn.name, turn.lease, {"shown_at": shown_at or turn.shown_at})
        except StaleStateError:
            return False
        return True

    async def forget_old(self) -> None:
        """Removes the rows of cards that have not been edited for days."""
        await self.connection.execute(turns.delete().where(turns.c.shown_at < self.now - _KEPT_FOR))

    @property
    def _leased(self) -> LeasedRows:
        return LeasedRows(self.connection, self.now, turns, turns.c.name, true())
