"""Notices to servers. One that no channel takes waits for somebody who manages the server."""

from dataclasses import dataclass, field
from typing import Final

from bot.ports import Notices
from storage import Database, WriteTransaction, write_transaction

_PREFIX: Final = "notice:"


@dataclass(slots=True)
class ServerNotices:
    """Implements ``Notices`` with another one, and keeps what that could not deliver."""

    database: Database
    notices: Notices
    _waiting: set[int] = field(default_factory=set)

    async def start(self) -> None:
        """Knows the notices that an earlier process has kept."""
        async with self.database.read() as tx:
            names = await tx.key_values.list_names(_PREFIX)
        self._waiting = {int(name.removeprefix(_PREFIX)) for name in names}

    async def post_to_audit_channel(self, text: str) -> None:
        """Posts the text in the studio's audit channel, if one is configured."""
        await self.notices.post_to_audit_channel(text)

    async def notify_server(self, guild_id: int, text: str) -> bool:
        """Posts the text in a channel of the server; where that fails it is kept. Returns whether it was posted."""
        if await self.notices.notify_server(guild_id, text):
            return True
        await self.keep(guild_id, text)
        return False

    async def keep(self, guild_id: int, text: str) -> None:
        """The notice waits for whoever manages the server."""
        await self._keep(guild_id, text)
        self._waiting.add(guild_id)

    async def take(self, guild_id: int) -> str | None:
        """The notice that waits for whoever manages the server, once; None where there is none."""
        if guild_id not in self._waiting:
            return None
        self._waiting.discard(guild_id)
        return await self._take(guild_id)

    @write_transaction
    async def _keep(self, tx: WriteTransaction, guild_id: int, text: str) -> None:
        await tx.key_values.put(f"{_PREFIX}{guild_id}", text)

    @write_transaction
    async def _take(self, tx: WriteTransaction, guild_id: int) -> str | None:
        text = await tx.key_values.get(f"{_PREFIX}{guild_id}")
        await tx.key_values.delete(f"{_PREFIX}{guild_id}")
        return text
