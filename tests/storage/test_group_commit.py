"""Writes that share a commit behave as if each had its own."""

import asyncio
import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from storage import Database, DatabaseClosingError, DatabaseUnavailableError, WriteTransaction
from storage.stores.events import EventFilter, verify_chain

EVENT = "Something happened"


def report(number: int, **data: Any) -> Any:
    """A write that only reports an event."""

    async def work(tx: WriteTransaction) -> int:
        tx.report(EVENT, {"number": number, **data})
        return number

    return work


def add_book(name: str, *, fails: bool = False) -> Any:
    """A write that changes a table, reports it and then perhaps raises."""

    async def work(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add(name, name)
        tx.report(EVENT, {"book": name})
        if fails:
            raise ValueError(name)
        return name

    return work


async def get_events(database: Database) -> list[str]:
    """The data of all events in the order of the chain, which has to be intact."""
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
        return [event.data async for event in tx.events.stream(EventFilter())]


async def get_book_ids(database: Database) -> set[str]:
    """The ids of the stored books."""
    async with database.read() as tx:
        return set(await tx.ebooks.get_titles())


async def test_fifty_writes_at_once_need_a_few_commits(database: Database) -> None:
    """Each gets its own result, the events are in order, and the disk is asked to write a few times only."""
    commits: list[None] = []
    event.listen(database.engines.writer.sync_engine, "commit", lambda _: commits.append(None))
    results = await asyncio.gather(*(database.write(report(number)) for number in range(50)))
    assert results == list(range(50))
    assert await get_events(database) == [f'{{"number":{number}}}' for number in range(50)]
    assert len(commits) <= 3


async def test_a_write_that_raises_is_undone_alone(database: Database) -> None:
    """Its change and its report are gone, the others are stored, and only its caller gets the exception."""
    works = [add_book("one"), add_book("two", fails=True), report(3), add_book("four")]
    results = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert results[0] == "one"
    assert isinstance(results[1], ValueError)
    assert results[2:] == [3, "four"]
    assert await get_book_ids(database) == {"one", "four"}
    assert await get_events(database) == ['{"book":"one"}', '{"number":3}', '{"book":"four"}']


async def test_a_report_that_cannot_be_stored_fails_alone(database: Database) -> None:
    """JSON has no NaN; that is noticed when the whole group's events are appended, and only the one write suffers.

    Each of them runs again then, on PostgreSQL at the same time, so the order of their events is open.
    """
    works = [report(1), report(2, share=float("nan")), add_book("three"), report(4)]
    results = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert isinstance(results[1], ValueError)
    assert [results[0], *results[2:]] == [1, "three", 4]
    assert sorted(await get_events(database)) == ['{"book":"three"}', '{"number":1}', '{"number":4}']


async def test_a_faulty_statement_fails_alone(database: Database) -> None:
    """A database may report it with the same class of errors as a lock, but it does not concern the others of the group."""

    async def select_nothing(tx: WriteTransaction) -> None:
        await tx.ebooks.connection.exec_driver_sql("SELECT * FROM nowhere")

    works = [add_book("one"), select_nothing, report(3)]
    results = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert isinstance(results[1], DBAPIError)
    assert [results[0], results[2]] == ["one", 3]
    assert await get_events(database) == ['{"book":"one"}', '{"number":3}']


async def test_a_write_sees_what_was_written_before_it(database: Database) -> None:
    """Two writes in one commit do not overlook each other, as two that check before they add would."""

    async def add_if_absent(tx: WriteTransaction) -> bool:
        if await tx.ebooks.get_titles():
            return False
        await tx.ebooks.get_or_add("only", "only")
        return True

    results = await asyncio.gather(*(database.write(add_if_absent) for _ in range(5)))
    assert results == [True, False, False, False, False]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.lists(st.sampled_from(["reported", "stored", "raising", "faulty"]), min_size=1, max_size=8))
async def test_whatever_shares_a_commit_only_what_succeeded_is_stored(database: Database, fates: list[str]) -> None:
    """Each write is stored whole or not at all, as its caller was told, and the events have the order of the calls."""
    async with database.read() as tx:
        before = (await tx.events.get_head()).seq

    def make(number: int, fate: str) -> Any:
        async def work(tx: WriteTransaction) -> int:
            tx.report(EVENT, {"number": number})
            if fate != "reported":
                await tx.key_values.put(f"{before}:{number}", fate)
                await tx.key_values.put("last", str(number))
            if fate == "raising":
                raise ValueError(number)
            if fate == "faulty":
                await tx.ebooks.connection.exec_driver_sql("SELECT * FROM nowhere")
            return number

        return work

    works = [make(number, fate) for number, fate in enumerate(fates)]
    results = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    expected = {"reported": int, "stored": int, "raising": ValueError, "faulty": DBAPIError}
    assert all(isinstance(result, expected[fate]) for result, fate in zip(results, fates, strict=True))
    stored = [number for number, fate in enumerate(fates) if fate == "stored"]
    told = [number for number, fate in enumerate(fates) if fate in {"reported", "stored"}]
    assert (await get_events(database))[before:] == [f'{{"number":{number}}}' for number in told]
    async with database.read() as tx:
        assert sorted(await tx.key_values.list_names(f"{before}:")) == [f"{before}:{number}" for number in stored]
        assert not stored or await tx.key_values.get("last") == str(stored[-1])


async def test_closing_waits_for_writes_under_way(database_url: str) -> None:
    """Every write that was begun before the database is closed is stored, those that still wait for their turn included."""
    database = await Database.open(database_url)
    begun = asyncio.Event()

    async def begin(tx: WriteTransaction) -> int:
        begun.set()
        return int(await report(0)(tx))

    works = [begin, *map(report, range(1, 200))]
    tasks = [asyncio.create_task(database.write(work)) for work in works]
    await begun.wait()
    await database.close()
    assert await asyncio.gather(*tasks) == list(range(200))
    with pytest.raises(DatabaseClosingError):
        await database.write(report(200))
    reopened = await Database.open(database_url)
    assert len(await get_events(reopened)) == 200
    await reopened.close()


async def test_a_cancelled_caller_takes_nobody_with_them(database: Database) -> None:
    """Cancelling one of the callers, the first included, leaves the results of the others."""
    tasks = [asyncio.create_task(database.write(report(number))) for number in range(6)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[3].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [results[number] for number in (1, 2, 4, 5)] == [1, 2, 4, 5]
    assert await database.write(report(6)) == 6


async def test_a_locked_file_is_reported_to_everyone_who_waits(sqlite: Database) -> None:
    """While another program holds the lock, all fail after one wait and not one after the other, and the next ones work."""
    engine = sqlite.engines.writer.sync_engine
    event.listen(engine, "checkout", lambda dbapi, *_: dbapi.cursor().execute("PRAGMA busy_timeout=20"))
    path = sqlite.engines.path
    assert path is not None
    sqlite.outages.retry_seconds = 0
    begin = asyncio.get_running_loop().time()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(*(sqlite.write(report(n)) for n in range(20)), return_exceptions=True)
        other.execute("ROLLBACK")
    assert all(isinstance(result, DatabaseUnavailableError) for result in results)
    assert asyncio.get_running_loop().time() - begin < 20 * 0.02
    assert await sqlite.write(report(20)) == 20
    other.close()


async def test_a_commit_waits_for_the_disk(sqlite: Database) -> None:
    """What was committed survives a power cut: SQLite syncs the log at each commit."""

    async def get_level(tx: WriteTransaction) -> int:
        result = await tx.ebooks.connection.exec_driver_sql("PRAGMA synchronous")
        return int(result.scalar_one())

    full = 2
    assert await sqlite.write(get_level) == full
