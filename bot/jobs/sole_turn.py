"""Work that one process does for all: whoever has its turn does it, and another takes over when that one is gone."""

from dataclasses import dataclass, field

from storage import Database, StaleStateError, WriteTransaction, write_transaction
from storage.leases import new_owner
from storage.stores.turns import StoredTurn


@dataclass(slots=True)
class SoleTurn:
    """The turn at the work called ``name``, which is done in rounds a few seconds apart.

    Where this is the only process on the database, it always has the turn.
    """

    database: Database
    name: str
    owner: str = field(default_factory=lambda: new_owner("turn"))
    _turn: StoredTurn | None = None

    async def has_turn(self) -> bool:
        """Whether this process is to do the next round; asked before each, since that also keeps the turn."""
        if self.database.exclusive:
            return True
        try:
            self._turn = await self._take_or_renew(self._turn)
        except StaleStateError:  # this process stood still, and another has taken over
            self._turn = None
        return self._turn is not None

    async def end(self) -> None:
        """Another process may take over at once."""
        if self._turn is not None:
            await self._end(self._turn)
            self._turn = None

    @write_transaction
    async def _take_or_renew(self, tx: WriteTransaction, turn: StoredTurn | None) -> StoredTurn | None:
        if turn is None:
            return await tx.turns.take(self.name, self.owner)
        await tx.turns.renew(turn)
        return turn

    @write_transaction
    async def _end(self, tx: WriteTransaction, turn: StoredTurn) -> None:
        await tx.turns.end(turn)
