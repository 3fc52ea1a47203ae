"""Writes that share a transaction on PostgreSQL and meet other transactions, or lose their connection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import Database, WriteTransaction
from storage.server_groups import ServerGroups
from storage.stores.events import EventFilter, verify_chain
from tests.postgres import Server
from tests.storage.breakable_link import open_link

EVENT = "Take recorded"
_LIMIT_SECONDS = 20.0
"""For a test; far more than it takes, and less than a lock that is never freed."""
_DIE_AT_COMMIT = (
    "CREATE TEMPORARY TABLE last_words (word text)",
    """CREATE FUNCTION pg_temp.die() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER die AFTER INSERT ON last_words DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.die()""",
    "INSERT INTO last_words VALUES ('goodbye')",
)


@pytest.fixture
async def one(postgres_url: str) -> AsyncIterator[Database]:
    """A process's database."""
    opened = await Database.open(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(postgres_url: str) -> AsyncIterator[Database]:
    """Another process's database, which is the same."""
    opened = await Database.open(postgres_url)
    yield opened
    await opened.close()


class Writes:
    """Numbered writes of one test that report an event each, and how often each was run."""

    def __init__(self) -> None:
        self.runs: dict[int, int] = {}

    def begin(self, tx: WriteTransaction, number: int) -> int:
        """Reports and counts; returns which run of this write it is."""
        tx.report(EVENT, {"number": number})
        self.runs[number] = self.runs.get(number, 0) + 1
        return self.runs[number]

    def plain(self, number: int, row: str = "") -> Any:
        """A write that stores its number in ``row``, its own by default."""

        async def work(tx: WriteTransaction) -> int:
            self.begin(tx, number)
            await tx.key_values.put(row or f"row {number}", str(number))
            return number

        return work

    def failing_at_first(self, number: int, statements: Sequence[str]) -> Any:
        """The same, but its first run ends with these statements."""

        async def work(tx: WriteTransaction) -> int:
            run = self.begin(tx, number)
            await tx.key_values.put(f"row {number}", str(number))
            if run == 1:
                for statement in statements:
                    await tx.members.connection.exec_driver_sql(statement)
            return number

        return work

    async def check(self, database: Database, numbers: Sequence[int]) -> None:
        """Each of these writes is stored once, and the chain is intact."""
        async with database.read() as tx:
            assert (await verify_chain(tx.events)).is_intact
            events = sorted([each.data async for each in tx.events.stream(EventFilter())])
        assert events == sorted(f'{{"number":{number}}}' for number in numbers)


@pytest.fixture
def writes() -> Writes:
    """The writes of one test."""
    return Writes()


async def test_two_groups_that_lock_the_same_rows_crosswise_both_succeed(
    one: Database, other: Database, writes: Writes
) -> None:
    """Each group has one row and then wants the other's: the writes in the middle go on alone, and none is lost."""
    both_hold_one = asyncio.Barrier(2)

    def lock_first(number: int, row: str) -> Any:
        async def work(tx: WriteTransaction) -> int:
            if writes.begin(tx, number) == 1:
                await tx.key_values.put(row, str(number))
                await both_hold_one.wait()
            return number

        return work

    async with asyncio.timeout(_LIMIT_SECONDS):
        results = await asyncio.gather(
            *map(one.write, (lock_first(0, "left"), writes.plain(1, "right"), writes.plain(2))),
            *map(other.write, (lock_first(3, "right"), writes.plain(4, "left"), writes.plain(5))),
        )
    assert results == list(range(6))
    await writes.check(one, range(6))
    assert writes.runs[0] == writes.runs[3] == 1
    assert max(writes.runs.values()) == 2


async def test_a_write_that_waits_for_another_process_holds_nobody_up(
    one: Database, other: Database, writes: Writes
) -> None:
    """Those before it, those behind it and those that come later are stored while the other process keeps its lock."""
    locked, released = asyncio.Event(), asyncio.Event()

    async def keep_lock(tx: WriteTransaction) -> None:
        await tx.key_values.put("wanted", "mine")
        locked.set()
        await released.wait()

    keeper = asyncio.create_task(other.write(keep_lock))
    await locked.wait()
    works = [
        writes.plain(0),
        *(writes.plain(number, "wanted") for number in range(1, 4)),
        *map(writes.plain, range(4, 9)),
    ]
    tasks = [asyncio.create_task(one.write(work)) for work in works]
    async with asyncio.timeout(_LIMIT_SECONDS):
        assert await asyncio.gather(tasks[0], *tasks[4:]) == [0, *range(4, 9)]
        assert await one.write(writes.plain(9)) == 9
        assert not any(task.done() for task in tasks[1:4])
        released.set()
        assert await asyncio.gather(*tasks[1:4]) == [1, 2, 3]
    await keeper
    await writes.check(one, range(10))


async def test_a_slow_write_does_not_hold_up_the_next_ones(one: Database, writes: Writes) -> None:
    """While one write takes its time, those that come later are stored."""
    released = asyncio.Event()

    async def work(tx: WriteTransaction) -> None:
        writes.begin(tx, 0)
        await released.wait()

    slow = asyncio.create_task(one.write(work))
    await asyncio.sleep(0)
    async with asyncio.timeout(_LIMIT_SECONDS):
        assert await asyncio.gather(*(one.write(writes.plain(number)) for number in range(1, 6))) == list(range(1, 6))
        assert not slow.done()
        released.set()
        await slow
    await writes.check(one, range(6))


@pytest.mark.parametrize(
    ("statements", "runs"),
    [
        (["DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"], [1, 1, 2, 1]),
        (["SELECT pg_terminate_backend(pg_backend_pid())"], [2, 2, 2, 1]),
        (_DIE_AT_COMMIT, [2, 2, 2, 2]),
    ],
    ids=["deadlock", "connection lost in the middle", "connection lost in the commit"],
)
async def test_every_write_of_a_group_that_was_interrupted_is_stored_once(
    one: Database, writes: Writes, statements: Sequence[str], runs: list[int]
) -> None:
    """After a deadlock only the write that met it runs again; after a lost connection all that were undone do."""
    works = [writes.plain(0), writes.plain(1), writes.failing_at_first(2, statements), writes.plain(3)]
    async with asyncio.timeout(_LIMIT_SECONDS):
        assert await asyncio.gather(*map(one.write, works)) == [0, 1, 2, 3]
    await writes.check(one, range(4))
    assert [writes.runs[number] for number in range(4)] == runs


async def test_a_group_whose_commit_was_not_answered_is_not_repeated(
    postgres_url: str, postgres_server: Server, writes: Writes
) -> None:
    """The server knows that it was carried out, and that is true of every write in it."""
    async with open_link(postgres_server) as link:
        database = await Database.open(link.url("shared"))
        link.cut_after = b"COMMIT"
        results = await asyncio.gather(*(database.write(writes.plain(number)) for number in range(5)))
        assert link.cut_after == b""
        assert results == list(range(5))
        await writes.check(database, range(5))
        assert set(writes.runs.values()) == {1}
        await database.close()


async def test_a_write_that_hides_a_fault_of_its_own_harms_no_other(one: Database, writes: Writes) -> None:
    """PostgreSQL refuses everything after a faulty statement; if a write carries on regardless, it alone fails."""

    async def hide_fault(tx: WriteTransaction) -> None:
        tx.report(EVENT, {"number": -1})
        with pytest.raises(DBAPIError):
            await tx.members.connection.exec_driver_sql("SELECT * FROM nowhere")

    works = [writes.plain(0), hide_fault, writes.plain(1)]
    results = await asyncio.gather(*map(one.write, works), return_exceptions=True)
    assert results[0::2] == [0, 1]
    assert isinstance(results[1], DBAPIError)
    await writes.check(one, [0, 1])


async def test_a_collision_while_events_are_appended_is_resolved_alone(one: Database) -> None:
    """It concerns all writes of the group, and each of them succeeds in a transaction of its own."""
    finished: list[int] = []

    async def finish(views: Sequence[AsyncConnection]) -> None:
        finished.append(len(views))
        if len(views) > 1:
            await views[0].execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))

    groups = ServerGroups(one.engines.writer, one.outages, lambda connection, _: connection, finish)

    async def work(connection: AsyncConnection) -> int:
        return int((await connection.execute(text("SELECT 7"))).scalar_one())

    assert await asyncio.gather(*(groups.write(work) for _ in range(3))) == [7, 7, 7]
    assert finished == [3, 1, 1, 1]


async def test_the_time_of_a_write_goes_on_within_a_group(one: Database) -> None:
    """A write that runs after a slow one in the same transaction does not get the time of its beginning."""
    times = []

    async def work(tx: WriteTransaction) -> None:
        times.append(tx.now)
        await tx.members.connection.execute(text("SELECT pg_sleep(0.02)"))

    await asyncio.gather(one.write(work), one.write(work))
    assert 0.02 <= (times[1] - times[0]).total_seconds() < 10
