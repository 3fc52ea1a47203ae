"""Whose turn it is to edit a card: one process at a time, so that edits arrive in the order of what they show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.tables import card_edits
from storage.upsert import insert_if_absent

_KEPT_FOR: Final = timedelta(days=2)
"""How long a card's row is kept after its last edit. A card older than an hour is replaced before it is edited again."""


@dataclass(frozen=True, slots=True)
class CardTurn:
    """The right to edit a card. ``shown_at`` is the moment whose state its newest edit shows, None before the first edit."""

    name: str
    shown_at: datetime | None
    lease: Lease


@dataclass(frozen=True, slots=True)
class CardEditStore:
    """Turns at editing cards, by the card's name."""

    connection: AsyncConnection
    now: datetime

    async def take_turn(self, name: str, owner: str) -> CardTurn | None:
        """The turn at this card; None while somebody else has it. It ends by itself if its owner does not renew it."""
        await insert_if_absent(self.connection, card_edits, {"name": name})
        is_free = or_(card_edits.c.lease_until.is_(None), card_edits.c.lease_until < self.now)
        free = select(card_edits.c.name).where(card_edits.c.name == name, is_free)
        for row in await self._leased.claim(free, owner, LEASE_DURATION, {}):
            return CardTurn(name, row["shown_at"], Lease(owner, row["lease_token"]))
        return None

    async def renew_turn(self, turn: CardTurn) -> None:
        """The turn lasts longer.

        Raises:
            StaleStateError: somebody else has it.
        """
        await self._leased.renew(turn.name, turn.lease, LEASE_DURATION, {})

    async def end_turn(self, turn: CardTurn, shown_at: datetime | None) -> bool:
        """The card is free and shows the state of ``shown_at`` (None: as before). False where the turn was lost before."""
        try:
            await self._leased.end(turn.name, turn.lease, {"shown_at": shown_at or turn.shown_at})
        except StaleStateError:
            return False
        return True

    async def forget_old(self) -> None:
        """Removes the rows of cards that have not been edited for days."""
        await self.connection.execute(card_edits.delete().where(card_edits.c.shown_at < self.now - _KEPT_FOR))

    @property
    def _leased(self) -> LeasedRows:
        return LeasedRows(self.connection, self.now, card_edits, card_edits.c.name, true())
