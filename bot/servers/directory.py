"""Keeps the database's picture of servers and channels current, and answers from it where this process's cache cannot."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.clock import Wait
from bot.errors import log_unexpected
from bot.permissions import NOTICE, find_missing
from bot.ports import ServerCache
from bot.studio_config import load_config
from storage import (
    Database,
    DatabaseClosingError,
    ReadTransaction,
    Topic,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.stores.known_servers import KnownChannel

_SERVERS_AT_ONCE: Final = 25
"""Servers in one transaction. Their permissions take some milliseconds to compute, in which nothing else runs."""
_AGAIN_SECONDS: Final = 5.0
"""After a write that failed, for example because the database was away."""


@dataclass(slots=True)
class ServerDirectory:
    """The servers that the bot is in, their channels, and what the bot may do there.

    A process with a connection to the gateway answers from its cache and writes what other processes need into the database.
    ``is_shared`` says that there can be others; on SQLite there are none, and nothing is written.
    """

    database: Database
    cache: ServerCache
    wait: Wait
    studio_guild_id: int
    is_shared: bool
    _changed: dict[int, None] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _is_stopping: bool = False

    def start(self) -> None:
        """Also what the studio's settings and boards need is written from now on."""
        for topic in (Topic.CONFIG, Topic.BOARDS):
            self.database.notifications.subscribe(topic, lambda _: self.note_change(self.studio_guild_id))

    def note_change(self, *guild_ids: int) -> None:
        """Something about these servers has changed; the database has it soon."""
        if not self.is_shared or self._is_stopping:
            return
        self._changed |= dict.fromkeys(guild_ids)
        if self._changed and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._write_changes())

    async def note_all(self) -> None:
        """This process has been told of all servers of its shards: the database has exactly these soon."""
        if not self.is_shared:
            return
        stored = await self._list_server_ids()
        self.note_change(*self.cache.list_server_ids(), *filter(self.cache.sees_server, stored))
        if self._task is not None:
            await asyncio.wait([self._task])
        if not self._changed:
            await self._mark_complete()

    async def update(self, guild_id: int) -> None:
        """The database has what this process knows of the server, for example after a channel of it was subscribed."""
        if self.is_shared:
            await self._store([guild_id])

    async def stop(self) -> None:
        """Writes nothing any more; the next start makes up for it."""
        self._is_stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def find_channel(self, guild_id: int, channel_id: int) -> KnownChannel | None:
        """The channel; None where nobody knows it."""
        channel = self.cache.find_channel(guild_id, channel_id)
        if channel is not None or self.cache.sees_server(guild_id):
            return channel
        return await self._find_stored(channel_id)

    async def list_notice_channels(self, guild_id: int) -> list[KnownChannel]:
        """Where a notice to the server can be posted, the best first; none where the bot is not in the server."""
        if self.cache.sees_server(guild_id):
            return self.cache.list_notice_channels(guild_id)
        return await self._list_stored_notice_channels(guild_id)

    async def _write_changes(self) -> None:
        while self._changed:
            batch = list(self._changed)[:_SERVERS_AT_ONCE]
            for guild_id in batch:
                del self._changed[guild_id]
            try:
                await self._store(batch)
            except DatabaseClosingError:
                return
            except Exception as error:  # noqa: BLE001 - logged and tried again
                log_unexpected(error, "storing what the gateway knows of servers")
                self._changed |= dict.fromkeys(batch)
                await self.wait(asyncio.sleep(_AGAIN_SECONDS), "storing servers again")
            await asyncio.sleep(0)

    @write_transaction
    async def _store(self, tx: WriteTransaction, guild_ids: Collection[int]) -> None:
        # Of a server that this process is not told of it knows nothing, least of all that the bot is no longer in it.
        seen = {
            guild_id: self.cache.find_server(guild_id) for guild_id in guild_ids if self.cache.sees_server(guild_id)
        }
        await tx.servers.remove_servers([guild_id for guild_id, server in seen.items() if server is None])
        servers = [server for server in seen.values() if server is not None]
        # During an outage Discord tells nothing but the server's id, so the rest stays as it was stored.
        stored = await tx.servers.get_servers([server.guild_id for server in servers if not server.is_available])
        await tx.servers.save_servers(
            replace(stored.get(server.guild_id, server), is_available=False) if not server.is_available else server
            for server in servers
        )
        available = {server.guild_id for server in servers if server.is_available}
        needed = await tx.servers.list_needed_channels(available)
        announcement = (await load_config(tx)).announcement
        if announcement is not None and announcement.guild_id in available:
            needed.add((announcement.guild_id, announcement.channel_id))
        await tx.servers.save_channels(available, self._describe(available, needed))

    def _describe(self, guild_ids: Iterable[int], needed: Iterable[tuple[int, int]]) -> list[KnownChannel]:
        """The channels that something needs, and those in which a notice could be posted."""
        channels = [self.cache.find_channel(*place) for place in needed]
        channels += [channel for guild_id in guild_ids for channel in self.cache.list_notice_channels(guild_id)]
        return [channel for channel in channels if channel is not None]

    @write_transaction
    async def _mark_complete(self, tx: WriteTransaction) -> None:
        await tx.servers.mark_complete(*self.cache.get_shards())

    @read_transaction
    async def _list_server_ids(self, tx: ReadTransaction) -> list[int]:
        return await tx.servers.list_server_ids()

    @read_transaction
    async def _find_stored(self, tx: ReadTransaction, channel_id: int) -> KnownChannel | None:
        return (await tx.servers.get_channels([channel_id])).get(channel_id)

    @read_transaction
    async def _list_stored_notice_channels(self, tx: ReadTransaction, guild_id: int) -> list[KnownChannel]:
        server = (await tx.servers.get_servers([guild_id])).get(guild_id)
        if server is None:
            return []
        channels = [
            each for each in await tx.servers.list_channels([guild_id]) if not find_missing(each.permissions, NOTICE)
        ]
        return sorted(channels, key=lambda channel: channel.channel_id != server.system_channel_id)
