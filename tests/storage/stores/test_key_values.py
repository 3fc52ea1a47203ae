"""Single values by key."""

import asyncio

from storage import Database


async def test_a_value_is_replaced(database: Database) -> None:
    """A key holds the newest value."""
    await database.write(lambda tx: tx.key_values.put("synced", "one"))
    await database.write(lambda tx: tx.key_values.put("synced", "two"))
    async with database.read() as tx:
        assert await tx.key_values.get("synced") == "two"
        assert await tx.key_values.get("unknown") is None


async def test_simultaneous_writes_of_a_new_key_all_succeed(peers: tuple[Database, Database]) -> None:
    """If several processes write a new key at the same moment, no write fails and one of the values is stored."""
    await asyncio.gather(
        *(peers[n % 2].write(lambda tx, value=str(n): tx.key_values.put("synced", value)) for n in range(6))  # type: ignore[misc]
    )
    async with peers[1].read() as tx:
        assert await tx.key_values.get("synced") in {"0", "1", "2", "3", "4", "5"}
