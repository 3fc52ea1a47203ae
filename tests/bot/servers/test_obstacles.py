"""Why the bot cannot post: the same sentence from the cache and from the database."""

import pytest

from bot.clock import wait_plainly
from bot.servers.directory import ServerDirectory
from bot.servers.obstacles import find_obstacles
from storage import Database
from storage.stores.known_servers import KnownServer
from tests.bot.servers.fake_cache import POSTING_BITS, FakeCache, channel
from tests.storage.stores.subscribed import join

STUDIO, OPEN, CLOSED, AWAY, LEFT = 1, 2, 3, 4, 5


@pytest.fixture
def cache() -> FakeCache:
    """A cache with servers of every kind; the channel of each has ten times its id."""
    cache = FakeCache()
    cache.add(KnownServer(OPEN, "Open"), channel(OPEN * 10, OPEN))
    cache.add(KnownServer(CLOSED, "Closed"), channel(CLOSED * 10, CLOSED, permissions=POSTING_BITS & ~(1 << 11)))
    cache.add(KnownServer(AWAY, "Away", is_available=False))
    return cache


PLACES = {
    (OPEN, OPEN * 10): "",
    (OPEN, 99): "the channel was deleted",
    (CLOSED, CLOSED * 10): "lacks Send Messages",
    (AWAY, AWAY * 10): "",
    (LEFT, LEFT * 10): "I am no longer in this server",
}


async def test_a_process_without_a_cache_says_the_same(database: Database, cache: FakeCache) -> None:
    """What the gateway has written answers for every place as the gateway itself does."""
    for guild_id, channel_id in PLACES:
        await join(database, guild_id, channel_id)
    async with database.read() as tx:
        assert await find_obstacles(tx, cache, list(PLACES)) == PLACES
    directory = ServerDirectory(database, cache, wait_plainly, STUDIO, is_shared=True)
    await directory.note_all()
    async with database.read() as tx:
        assert await find_obstacles(tx, FakeCache(shard_id=None), list(PLACES)) == PLACES


async def test_where_nobody_has_looked_the_bot_finds_out_when_it_posts(sqlite: Database) -> None:
    """A worker that starts before the first gateway holds no server for gone and no channel for deleted."""
    async with sqlite.read() as tx:
        assert await find_obstacles(tx, FakeCache(shard_id=None), list(PLACES)) == dict.fromkeys(PLACES, "")


async def test_a_server_of_another_shard_is_read_from_the_database(sqlite: Database, cache: FakeCache) -> None:
    """Each place is answered by whoever is told of its server."""
    other = 1 << 22  # on shard 1 of two; the small ids are on shard 0
    cache.shard_count = 2
    await sqlite.write(lambda tx: tx.servers.save_servers([KnownServer(other, "Other")]))
    await sqlite.write(lambda tx: tx.servers.save_channels([other], [channel(7, other, permissions=0)]))
    async with sqlite.read() as tx:
        found = await find_obstacles(tx, cache, [(other, 7), (LEFT, 50)])
    lacking = "lacks View Channel, Send Messages and Embed Links"
    assert found == {(other, 7): lacking, (LEFT, 50): "I am no longer in this server"}
