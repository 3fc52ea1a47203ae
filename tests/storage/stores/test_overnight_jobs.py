"""What is stored of the jobs of batches that are written overnight."""

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.states import BatchPace, ChapterOrder
from storage.stores.batches import Batch, NewBatch

BOOK = "the-lantern"


async def add_batch(database: Database, pace: BatchPace = BatchPace.OVERNIGHT) -> Batch:
    """A batch that runs."""

    async def add(tx: WriteTransaction) -> Batch:
        await tx.ebooks.get_or_add(BOOK, "The Lantern")
        new = NewBatch(
            ebook_id=BOOK,
            member_id=None,
            guild_id=None,
            channel_id=None,
            chapter_order=ChapterOrder.PARALLEL,
            pace=pace,
        )
        return await tx.batches.add(new)

    return await database.write(add)


async def test_batches_with_a_job_are_found_until_the_job_is_gone(database: Database) -> None:
    """Those that run, and those that have ended while Gemini had a job; no others."""
    await add_batch(database, BatchPace.NOW)
    running, paused, cancelled, ended = [(await add_batch(database)).id for _ in range(4)]
    for batch_id in (paused, cancelled):
        await database.write(lambda tx, batch_id=batch_id: tx.batches.change_overnight_job(batch_id, "", "{}"))  # type: ignore[misc]
    await database.write(lambda tx: tx.batches.pause(paused, "Paused."))
    await database.write(lambda tx: tx.batches.cancel(cancelled))
    await database.write(lambda tx: tx.batches.finish(ended))
    async with database.read() as tx:
        assert {batch.id for batch in await tx.batches.list_overnight()} == {running, cancelled}
    await database.write(lambda tx: tx.batches.change_overnight_job(cancelled, "{}", ""))
    async with database.read() as tx:
        assert [batch.id for batch in await tx.batches.list_overnight()] == [running]


async def test_of_two_processes_only_one_changes_the_job(database: Database) -> None:
    """The other sees that the job is another one, and stores nothing."""
    batch = await add_batch(database)
    await database.write(lambda tx: tx.batches.change_overnight_job(batch.id, "", "first"))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.batches.change_overnight_job(batch.id, "", "second"))
    async with database.read() as tx:
        assert (await tx.batches.get(batch.id)).overnight_job == "first"


async def test_lost_requests_are_counted_for_the_pace_that_lost_them(database: Database) -> None:
    """A dead process loses what it was writing itself, not what Gemini writes overnight."""
    batch = await add_batch(database)
    await database.write(lambda tx: tx.batches.add_lost_requests({batch.id: 2}))
    await database.write(lambda tx: tx.batches.add_lost_requests({batch.id: 3}, BatchPace.OVERNIGHT))
    async with database.read() as tx:
        assert (await tx.batches.get(batch.id)).lost_requests == 3
