"""Members: our random ids for people on Discord."""

import asyncio
import re

from storage import Database
from tests.conftest import SampleActor


async def test_a_person_keeps_their_id(database: Database) -> None:
    """A person keeps one random member id, and has the name that they had last."""
    first = await database.write(lambda tx: tx.members.remember(SampleActor(2**63 - 1, "Hana")))
    second = await database.write(lambda tx: tx.members.remember(SampleActor(2**63 - 1, "Hana of the Bells 🦊")))
    assert first == second
    assert re.fullmatch(r"members_[0-9a-f]{16}", first)
    async with database.read() as tx:
        assert await tx.members.find_id(2**63 - 1) == first
        assert await tx.members.find_id(8) is None
        assert await tx.members.get_names([first, "members_0"]) == {first: "Hana of the Bells 🦊"}
        assert await tx.members.get_discord_ids([first]) == {first: 2**63 - 1}
        assert await tx.members.get_names([]) == {}


async def test_concurrent_writes_remember_a_person_once(peers: tuple[Database, Database]) -> None:
    """A new person who presses several buttons at once gets one id, and no press fails."""
    ids = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.members.remember(SampleActor(7, "Hana"))) for n in range(8))
    )
    assert len(set(ids)) == 1


async def test_concurrent_writes_remember_different_people(peers: tuple[Database, Database]) -> None:
    """Different people who act at the same moment get different ids."""
    ids = await asyncio.gather(
        *(peers[n % 2].write(lambda tx, who=n: tx.members.remember(SampleActor(who, "Somebody"))) for n in range(8))  # type: ignore[misc]
    )
    assert len(set(ids)) == 8
