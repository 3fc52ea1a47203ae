"""What the database knows of servers and channels."""

from dataclasses import replace

from storage import Database
from storage.states import SubscriptionState
from storage.stores.boards import NewBoard
from storage.stores.known_servers import KnownChannel, KnownServer
from tests.storage.stores.subscribed import join

LANTERN, OWLS = KnownServer(1, "Red Lantern", system_channel_id=11), KnownServer(2, "Night Owls")
LORE, NEWS = KnownChannel(11, 1, "lore", 1, False, 2048), KnownChannel(12, 1, "news", 0, True, 3072)
NEST = KnownChannel(21, 2, "nest", 0, False, 1 << 51)


async def test_only_what_has_changed_is_written(database: Database) -> None:
    """Rows are added, changed and removed as needed; where all is as before, nothing is written."""
    assert await database.write(lambda tx: tx.servers.save_servers([LANTERN, OWLS])) == 2
    assert await database.write(lambda tx: tx.servers.save_channels([1, 2], [LORE, NEWS, NEST])) == 3
    assert await database.write(lambda tx: tx.servers.save_servers([LANTERN, OWLS])) == 0
    assert await database.write(lambda tx: tx.servers.save_channels([1, 2], [NEWS, NEST, LORE])) == 0
    away, muted = replace(OWLS, is_available=False), replace(LORE, permissions=0)
    assert await database.write(lambda tx: tx.servers.save_servers([LANTERN, away])) == 1
    assert await database.write(lambda tx: tx.servers.save_channels([1], [muted])) == 2
    async with database.read() as tx:
        assert await tx.servers.get_servers([1, 2, 3]) == {1: LANTERN, 2: away}
        assert await tx.servers.list_channels([1, 2]) == [NEST, muted]
        assert await tx.servers.get_channels([11, 12]) == {11: muted}


async def test_a_server_that_is_left_is_forgotten_with_its_channels(database: Database) -> None:
    """The rows of other servers stay."""
    await database.write(lambda tx: tx.servers.save_servers([LANTERN, OWLS]))
    await database.write(lambda tx: tx.servers.save_channels([1, 2], [LORE, NEST]))
    await database.write(lambda tx: tx.servers.remove_servers([1]))
    async with database.read() as tx:
        assert await tx.servers.list_server_ids() == [2]
        assert await tx.servers.list_channels([1, 2]) == [NEST]


async def test_a_server_counts_as_gone_only_where_somebody_has_looked(database: Database) -> None:
    """An unknown server is gone if its shard was complete; of other shards nobody can say."""
    first, second = 1 << 22, 2 << 22  # shards 1 and 0 of two
    async with database.read() as tx:
        assert await tx.servers.find_gone([first, second]) == set()
    await database.write(lambda tx: tx.servers.mark_complete([1], 2))
    await database.write(lambda tx: tx.servers.mark_complete([1], 2))
    async with database.read() as tx:
        assert await tx.servers.find_gone([first, second]) == {first}


async def test_channels_of_open_subscriptions_and_boards_are_needed(sqlite: Database) -> None:
    """Those of subscriptions that have ended, and of other servers, are not."""
    await join(sqlite, 1, 11)
    await join(sqlite, 2, 21, state=SubscriptionState.PAUSED)
    await join(sqlite, 3, 31)
    await join(sqlite, 4, 41)
    await sqlite.write(lambda tx: tx.subscriptions.end(3, "left"))
    await sqlite.write(lambda tx: tx.boards.add(NewBoard(12, 1, "members_0", "", "week")))
    async with sqlite.read() as tx:
        assert await tx.servers.list_needed_channels([1, 2, 3]) == {(1, 11), (1, 12), (2, 21)}
