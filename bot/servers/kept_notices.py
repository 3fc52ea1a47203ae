"""Notices that no channel of a server took: they wait for somebody who manages the server and uses the bot there."""

import time
from dataclasses import dataclass, field
from typing import Final

from storage import Database, ReadTransaction, Topic, WriteTransaction, read_transaction, write_transaction
from storage.states import NoticeState

_LOADED_FOR_SECONDS: Final = 60.0
"""A wake-up may get lost between processes, so the servers are read again after so long."""


@dataclass(slots=True)
class KeptNotices:
    """Gives each kept notice to one person. The servers that have some are in memory: most interactions have none to take."""

    database: Database
    _guild_ids: set[int] = field(default_factory=set)
    _loaded_at: float = 0.0

    async def start(self) -> None:
        """Knows the notices that are kept already, and hears of new ones."""
        self.database.notifications.subscribe(Topic.NOTICE_KEPT, lambda guild_id: self._guild_ids.add(int(guild_id)))
        await self._load()

    async def take(self, guild_id: int) -> str | None:
        """The notices that wait for whoever manages the server, once; None where there is none."""
        if not self.database.exclusive and time.monotonic() - self._loaded_at > _LOADED_FOR_SECONDS:
            await self._load()
        if guild_id not in self._guild_ids:
            return None
        self._guild_ids.discard(guild_id)
        return "\n\n".join(await self._take(guild_id)) or None

    @write_transaction
    async def keep(self, tx: WriteTransaction, guild_id: int, text: str) -> None:
        """The notice waits for whoever manages the server, for example because the last one did not get it."""
        await tx.notices.add(guild_id, text, NoticeState.KEPT)
        tx.wake(Topic.NOTICE_KEPT, str(guild_id))

    async def _load(self) -> None:
        self._loaded_at = time.monotonic()
        self._guild_ids |= await self._list_servers()

    @read_transaction
    async def _list_servers(self, tx: ReadTransaction) -> set[int]:
        return await tx.notices.list_servers_with_kept()

    @write_transaction
    async def _take(self, tx: WriteTransaction, guild_id: int) -> list[str]:
        return await tx.notices.take_kept(guild_id)
