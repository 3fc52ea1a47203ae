"""Servers and channels as the gateway sees them, for processes that have no connection to it.

Not every channel is here: only those that something needs (subscriptions, boards, the announcement channel) and a few in which
a notice to the server could be posted.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.key_values import KeyValueStore
from storage.stores.subscriptions import OPEN_STATES
from storage.tables import boards, key_values, known_channels, known_guilds, subscriptions
from storage.upsert import insert_if_absent, insert_or_update_all

_COMPLETE: Final = "known_servers:"
"""Begins the names of the values that say of which shards all servers are known, such as ``known_servers:0/2``."""


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server that the bot is in. During an outage of Discord it is not available, and its channels are not known."""

    guild_id: int
    name: str
    is_available: bool = True
    system_channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel of a server. ``permissions`` is what the bot may do there, as Discord's bit set."""

    channel_id: int
    guild_id: int
    name: str
    position: int
    is_news: bool
    permissions: int


@dataclass(frozen=True, slots=True)
class KnownServerStore:
    """Servers and their channels by id."""

    connection: AsyncConnection
    now: datetime

    async def get_servers(self, guild_ids: Collection[int]) -> dict[int, KnownServer]:
        """The servers with these ids, by id, as far as they are known."""
        query = select(known_guilds).where(known_guilds.c.guild_id.in_(set(guild_ids)))
        rows = (await self.connection.execute(query)).mappings()
        return {row["guild_id"]: KnownServer(**_without_moment(row)) for row in rows}

    async def get_channels(self, channel_ids: Collection[int]) -> dict[int, KnownChannel]:
        """The channels with these ids, by id, as far as they are known."""
        query = select(known_channels).where(known_channels.c.channel_id.in_(set(channel_ids)))
        return {channel.channel_id: channel for channel in await self._list(query)}

    async def list_channels(self, guild_ids: Collection[int]) -> list[KnownChannel]:
        """The known channels of these servers, as they stand in Discord's list."""
        query = select(known_channels).where(known_channels.c.guild_id.in_(set(guild_ids)))
        return await self._list(query.order_by(known_channels.c.position, known_channels.c.channel_id))

    async def list_server_ids(self) -> list[int]:
        """The ids of all known servers."""
        return list((await self.connection.execute(select(known_guilds.c.guild_id))).scalars())

    async def list_needed_channels(self, guild_ids: Collection[int]) -> set[tuple[int, int]]:
        """Server and channel of each open subscription and each board in these servers."""
        wanted = set(guild_ids)
        of_subscriptions = select(subscriptions.c.guild_id, subscriptions.c.channel_id).where(
            subscriptions.c.guild_id.in_(wanted), subscriptions.c.state.in_(OPEN_STATES)
        )
        of_boards = select(boards.c.guild_id, boards.c.channel_id).where(boards.c.guild_id.in_(wanted))
        return {
            (row.guild_id, row.channel_id)
            for query in (of_subscriptions, of_boards)
            for row in await self.connection.execute(query)
        }

    async def save_servers(self, servers: Iterable[KnownServer]) -> int:
        """These servers are known as they are here; returns how many rows that changed."""
        wanted = {server.guild_id: server for server in servers}
        present = await self.get_servers(wanted)
        changed = [server for guild_id, server in wanted.items() if present.get(guild_id) != server]
        await self._save(known_guilds, changed, "guild_id")
        return len(changed)

    async def save_channels(self, guild_ids: Collection[int], channels: Iterable[KnownChannel]) -> int:
        """Of these servers exactly these channels are known; returns how many rows that changed."""
        wanted = {channel.channel_id: channel for channel in channels}
        present = {channel.channel_id: channel for channel in await self.list_channels(guild_ids)}
        gone = present.keys() - wanted.keys()
        if gone:
            await self.connection.execute(known_channels.delete().where(known_channels.c.channel_id.in_(gone)))
        changed = [channel for channel_id, channel in wanted.items() if present.get(channel_id) != channel]
        await self._save(known_channels, changed, "channel_id")
        return len(gone) + len(changed)

    async def remove_servers(self, guild_ids: Collection[int]) -> None:
        """The bot is no longer in these servers: they and their channels are forgotten."""
        if guild_ids:
            for table in (known_guilds, known_channels):
                await self.connection.execute(table.delete().where(table.c.guild_id.in_(set(guild_ids))))

    async def mark_complete(self, shard_ids: Iterable[int], shard_count: int) -> None:
        """Every server of these shards is known from now on: one that is not known does not exist."""
        for shard_id in shard_ids:
            row = {"name": f"{_COMPLETE}{shard_id}/{shard_count}", "value": ""}
            await insert_if_absent(self.connection, key_values, row)

    async def find_gone(self, missing: Collection[int]) -> set[int]:
        """Those of these servers, none of which is known, that the bot is certainly not in; at the others nobody has looked."""
        if not missing:
            return set()
        names = await KeyValueStore(self.connection).list_names(_COMPLETE)
        complete = [tuple(map(int, name.removeprefix(_COMPLETE).split("/"))) for name in names]
        return {
            guild_id for guild_id in missing if any(find_shard(guild_id, count) == shard for shard, count in complete)
        }

    async def _save(self, table: Table, items: Sequence[KnownServer | KnownChannel], key: str) -> None:
        rows = [asdict(item) | {"updated_at": self.now} for item in items]
        await insert_or_update_all(self.connection, table, rows, [key])

    async def _list(self, query: Select[Any]) -> list[KnownChannel]:
        rows = (await self.connection.execute(query)).mappings()
        return [KnownChannel(**_without_moment(row)) for row in rows]


def find_shard(guild_id: int, shard_count: int) -> int:
    """The shard that tells of a server, by the formula in Discord's documentation ("Sharding")."""
    return (guild_id >> 22) % shard_count


def _without_moment(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "updated_at"}
