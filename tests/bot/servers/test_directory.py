"""How the database's picture of servers follows the gateway's cache."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from bot.servers import directory as directory_module
from bot.servers.directory import ServerDirectory
from bot.studio_config import AnnouncementChannel, StudioConfig, save_config
from storage import Database, Topic
from storage.errors import DatabaseUnavailableError
from storage.stores.known_servers import KnownServer, KnownServerStore
from tests.bot.servers.fake_cache import FakeCache, channel
from tests.storage.stores.subscribed import join

T = TypeVar("T")
STUDIO, LANTERN, OWLS = 1, 2, 3


async def skip_pauses(awaitable: Awaitable[T], why: str) -> T:
    """Waits for nothing that a test would have to wait for."""
    assert why == "storing servers again"
    asyncio.ensure_future(awaitable).cancel()
    return None  # type: ignore[return-value]


def make_directory(database: Database, cache: FakeCache, *, is_shared: bool = True) -> ServerDirectory:
    """The directory of one process."""
    return ServerDirectory(database, cache, skip_pauses, STUDIO, is_shared)


async def list_known(database: Database) -> tuple[list[int], list[int]]:
    """The ids of the known servers and of their known channels."""
    async with database.read() as tx:
        guild_ids = sorted(await tx.servers.list_server_ids())
        return guild_ids, [each.channel_id for each in await tx.servers.list_channels(guild_ids)]


async def settle(directory: ServerDirectory) -> None:
    """Returns when everything is written."""
    if directory._task is not None:
        await directory._task


async def test_servers_that_were_left_meanwhile_are_forgotten(database: Database) -> None:
    """At the start a process removes what it is no longer told of, but nothing of another process's shards."""
    other = 1 << 22
    cache = FakeCache(shard_count=2)
    cache.add(KnownServer(LANTERN, "Red Lantern"), channel(20, LANTERN))
    stored = [KnownServer(OWLS, "Night Owls"), KnownServer(other, "Other")]
    await database.write(lambda tx: tx.servers.save_servers(stored))
    await make_directory(database, cache).note_all()
    assert await list_known(database) == ([LANTERN, other], [20])
    cache.servers.clear()
    directory = make_directory(database, cache)
    directory.note_change(LANTERN, other)
    await settle(directory)
    assert await list_known(database) == ([other], [])


async def test_only_needed_channels_and_those_for_notices_are_stored(sqlite: Database) -> None:
    """A closed channel is stored where it is subscribed or the announcement channel, also without any permission."""
    cache = FakeCache()
    closed = [channel(number, LANTERN, permissions=0) for number in (21, 22)]
    cache.add(KnownServer(LANTERN, "Red Lantern"), channel(20, LANTERN), *closed)
    cache.add(KnownServer(STUDIO, "Studio"), channel(10, STUDIO, permissions=0), channel(11, STUDIO, permissions=0))
    directory = make_directory(sqlite, cache)
    directory.start()
    await directory.note_all()
    assert await list_known(sqlite) == ([STUDIO, LANTERN], [20])
    await join(sqlite, LANTERN, 21)
    await directory.update(LANTERN)
    assert await list_known(sqlite) == ([STUDIO, LANTERN], [20, 21])
    news = AnnouncementChannel(guild_id=STUDIO, guild_name="Studio", channel_id=10, channel_name="news")
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(announcement=news)))
    sqlite.notifications.publish(Topic.CONFIG)
    await settle(directory)
    assert await list_known(sqlite) == ([STUDIO, LANTERN], [10, 20, 21])


async def test_an_outage_of_discord_keeps_what_was_known(sqlite: Database) -> None:
    """The server is marked, its name and its channels stay; afterwards it is as before."""
    cache = FakeCache()
    lantern = KnownServer(LANTERN, "Red Lantern", system_channel_id=20)
    cache.add(lantern, channel(20, LANTERN))
    directory = make_directory(sqlite, cache)
    await directory.note_all()
    cache.servers[LANTERN] = KnownServer(LANTERN, "", is_available=False)
    await directory.update(LANTERN)
    async with sqlite.read() as tx:
        stored = (await tx.servers.get_servers([LANTERN]))[LANTERN]
    assert stored == KnownServer(LANTERN, "Red Lantern", is_available=False, system_channel_id=20)
    assert await list_known(sqlite) == ([LANTERN], [20])
    cache.servers[LANTERN] = lantern
    await directory.update(LANTERN)
    async with sqlite.read() as tx:
        assert await tx.servers.get_servers([LANTERN]) == {LANTERN: lantern}


async def test_a_failed_write_is_repeated(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost while the database is away, and the servers count as complete only afterwards."""
    cache = FakeCache()
    for guild_id in range(1, directory_module._SERVERS_AT_ONCE + 2):
        cache.add(KnownServer(guild_id, "Server"), channel(guild_id * 10, guild_id))
    save, failures = KnownServerStore.save_servers, [DatabaseUnavailableError("away", is_passing=False)]

    async def save_or_fail(store: KnownServerStore, servers: list[KnownServer]) -> int:
        if failures:
            raise failures.pop()
        return await save(store, servers)

    monkeypatch.setattr(KnownServerStore, "save_servers", save_or_fail)
    await make_directory(sqlite, cache).note_all()
    assert (await list_known(sqlite))[0] == sorted(cache.servers)
    async with sqlite.read() as tx:
        assert await tx.servers.find_gone([99]) == {99}


async def test_a_database_of_one_process_is_not_written(sqlite: Database) -> None:
    """On SQLite the cache knows everything, and a start costs nothing."""
    cache = FakeCache()
    cache.add(KnownServer(LANTERN, "Red Lantern"), channel(20, LANTERN))
    directory = make_directory(sqlite, cache, is_shared=False)
    await directory.note_all()
    directory.note_change(LANTERN)
    await directory.update(LANTERN)
    assert await list_known(sqlite) == ([], [])


async def test_channels_are_found_in_the_cache_or_else_in_the_database(sqlite: Database) -> None:
    """A process without a gateway finds them as one with a gateway does, and the system channel is the first for notices."""
    cache = FakeCache()
    closed, first, system = channel(21, LANTERN, permissions=0), channel(22, LANTERN), channel(23, LANTERN, position=5)
    cache.add(KnownServer(LANTERN, "Red Lantern", system_channel_id=23), closed, first, system)
    await join(sqlite, LANTERN, 21)
    gateway = make_directory(sqlite, cache)
    await gateway.note_all()
    for directory in (gateway, make_directory(sqlite, FakeCache(shard_id=None))):
        assert await directory.find_channel(LANTERN, 21) == closed
        assert await directory.find_channel(LANTERN, 99) is None
        assert await directory.list_notice_channels(LANTERN) == [system, first]
        assert await directory.list_notice_channels(OWLS) == []
