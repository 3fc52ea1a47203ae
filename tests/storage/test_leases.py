"""Leases as every kind of job uses them."""

import os

import pytest

from storage import Database, StaleStateError
from storage.leases import LEASE_DURATION, new_owner
from storage.stores.boards import NewBoard
from tests.conftest import FakeClock, SampleActor


async def test_an_owner_that_was_paused_is_told_by_its_token(database: Database, clock: FakeClock) -> None:
    """The same owner claims a job again after its own lease ran out: what its first attempt still stores is refused."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    await database.write(lambda tx: tx.boards.add(NewBoard(1, 2, member_id, "", "week")))
    first = await database.write(lambda tx: tx.boards.claim(1, "me"))
    assert first is not None
    clock.advance(seconds=LEASE_DURATION.total_seconds() + 1)
    second = await database.write(lambda tx: tx.boards.claim(1, "me"))
    assert second is not None
    assert (first.lease_owner, first.lease_token) == (second.lease_owner, second.lease_token - 1)
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.boards.renew(1, first.lease))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.boards.release(first, LEASE_DURATION))
    await database.write(lambda tx: tx.boards.renew(1, second.lease))


async def test_a_released_job_is_free_but_rests(database: Database, clock: FakeClock) -> None:
    """After a release nobody holds the job, and it is due again when its rest is over."""
    member_id = await database.write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    await database.write(lambda tx: tx.boards.add(NewBoard(1, 2, member_id, "", "week")))
    (board,) = await database.write(lambda tx: tx.boards.claim_due("me", 10))
    assert await database.write(lambda tx: tx.boards.claim_due("you", 10)) == []
    await database.write(lambda tx: tx.boards.release(board, LEASE_DURATION))
    async with database.read() as tx:
        assert await tx.boards.get_next_due() == clock.now + LEASE_DURATION
    assert await database.write(lambda tx: tx.boards.claim_due("you", 10)) == []
    clock.advance(seconds=LEASE_DURATION.total_seconds())
    assert len(await database.write(lambda tx: tx.boards.claim_due("you", 10))) == 1


async def test_postgresql_decides_what_now_means(postgres_url: str) -> None:
    """Without a clock of its own the database's server tells the time, so that leases of two machines compare."""
    opened = await Database.open(postgres_url)
    try:
        async with opened.read() as tx:
            early = tx.now
        async with opened.read() as tx:
            assert tx.now > early
            assert tx.now.tzinfo is not None
    finally:
        await opened.close()


def test_owners_name_their_process() -> None:
    """An owner tells which kind of job and which process it is, and no two are the same."""
    owner = new_owner("runs")
    assert owner.startswith(f"runs_{os.getpid()}_")
    assert owner != new_owner("runs")
    assert len(owner) <= 60
