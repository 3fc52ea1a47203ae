"""When shards may begin a session with Discord's gateway: one every five seconds, over all processes together."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import Database, StorageError, WriteTransaction, write_transaction

_log = logging.getLogger(__name__)
_PAUSE: Final = timedelta(seconds=5)
"""Between two sessions that begin (Discord's documentation, "Identifying"). Discord refuses those that come too early."""
_NAME: Final = "session_start:"


@dataclass(slots=True)
class SessionStarts:
    """Gives turns. ``at_once`` is the number of shards that may begin in the same five seconds, as Discord tells the bot."""

    database: Database
    at_once: int = 1

    async def reserve(self, shard_id: int) -> float:
        """A turn for the shard; returns in how many seconds it is. While the database is away it is after the usual pause."""
        try:
            return await self._reserve(f"{_NAME}{shard_id % self.at_once}")
        except StorageError as error:
            _log.warning("other processes are not asked before shard %d begins a session: %s", shard_id, error)
            return _PAUSE.total_seconds()

    @write_transaction
    async def _reserve(self, tx: WriteTransaction, name: str) -> float:
        stored = await tx.key_values.lock(name, "")
        turn = max(tx.now, datetime.fromisoformat(stored)) if stored else tx.now
        await tx.key_values.put(name, (turn + _PAUSE).isoformat())
        return (turn - tx.now).total_seconds()
