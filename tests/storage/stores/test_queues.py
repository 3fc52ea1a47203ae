"""What is waiting and who works on it."""

from datetime import timedelta

from storage import Database, ReadTransaction, WriteTransaction
from storage.leases import LEASE_DURATION
from storage.stores.boards import NewBoard
from storage.stores.queues import LeaseGroup, Queue
from tests.conftest import FakeClock


async def test_due_jobs_and_leases_are_counted(database: Database, clock: FakeClock) -> None:
    """A job counts as due from its moment on; a leased one does not wait; a lease that ran out is marked."""

    async def add(tx: WriteTransaction) -> None:
        for channel in (1, 2, 3):
            await tx.boards.add(
                NewBoard(channel_id=channel, guild_id=9, member_id="members_1", ebook_id="", period="week")
            )
        await tx.boards.claim(1, "boards_1_a")

    await database.write(add)

    async def read(tx: ReadTransaction) -> tuple[Queue, list[LeaseGroup]]:
        return (await tx.queues.list_queues())["boards"], await tx.queues.list_leases()

    queue, leases = await database.read_shielded(read)
    (lease,) = leases
    assert (queue.due, queue.leased) == (2, 1)
    assert (lease.queue, lease.owner, lease.jobs, lease.is_expired) == ("boards", "boards_1_a", 1, False)
    clock.advance(seconds=LEASE_DURATION.total_seconds() + 1)
    _, leases = await database.read_shielded(read)
    assert [lease.is_expired for lease in leases] == [True]


def test_the_lag_is_the_age_of_the_oldest(clock: FakeClock) -> None:
    """Where nothing waits it is 0."""
    assert Queue(2, clock() - timedelta(seconds=5), 0).get_lag(clock()) == 5
    assert Queue(0, None, 0).get_lag(clock()) == 0
