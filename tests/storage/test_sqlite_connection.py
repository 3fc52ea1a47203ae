"""SQLAlchemy on connections that make one call of the driver for each statement."""

import asyncio
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import Database


async def make_table(database: Database, rows: int) -> None:
    """A table with the numbers from 0."""
    async with database.engines.writer.begin() as connection:
        await connection.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"))
        values = [{"number": number, "name": f"n{number}"} for number in range(rows)]
        await connection.execute(text("INSERT INTO numbers VALUES (:number, :name)"), values)


async def test_rows_arrive_in_every_way_of_asking(sqlite: Database) -> None:
    """One, some, all, by name, as a scalar and streamed."""
    await make_table(sqlite, 1_200)
    query = text("SELECT number, name FROM numbers ORDER BY number")
    async with sqlite.engines.reader.connect() as connection:
        assert (await connection.execute(query)).first() == (0, "n0")
        result = await connection.execute(query)
        assert result.fetchmany(2) == [(0, "n0"), (1, "n1")]
        assert result.fetchone() == (2, "n2")
        assert len(result.all()) == 1_197
        assert (await connection.execute(query)).mappings().all()[5]["name"] == "n5"
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar_one() == 1_200
        assert (await connection.execute(text("SELECT 1 FROM numbers WHERE number < 0"))).all() == []
        async with connection.stream(query.execution_options(yield_per=500)) as rows:
            assert [row.number async for row in rows] == list(range(1_200))


async def test_changes_count_and_return_their_rows(sqlite: Database) -> None:
    """The number of changed rows decides who wins a race, and RETURNING gives what was changed."""
    await make_table(sqlite, 10)
    rename = text("UPDATE numbers SET name = 'x' WHERE number < :limit").bindparams(bindparam("limit"))
    async with sqlite.engines.writer.begin() as connection:
        assert (await connection.execute(rename, {"limit": 4})).rowcount == 4
        assert (await connection.execute(rename, {"limit": -1})).rowcount == 0
        returned = await connection.execute(text("DELETE FROM numbers WHERE number > 7 RETURNING number"))
        assert sorted(returned.scalars()) == [8, 9]


async def test_an_error_leaves_the_connection_of_use(sqlite: Database) -> None:
    """A refused statement is a SQLAlchemy error, its transaction is undone, and the next one works."""
    await make_table(sqlite, 3)

    async def run(*statements: str) -> None:
        async with sqlite.engines.writer.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    with pytest.raises(IntegrityError):
        await run("DELETE FROM numbers", "INSERT INTO numbers VALUES (1, NULL)")
    with pytest.raises(OperationalError):
        await run("SELECT * FROM nowhere")
    async with sqlite.engines.writer.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar_one() == 3


async def test_a_cancelled_statement_does_not_keep_the_file_locked(sqlite: Database) -> None:
    """Whoever is cancelled in the middle of a statement leaves no lock behind."""
    await make_table(sqlite, 3_000)

    async def read_slowly() -> None:
        async with sqlite.engines.writer.begin() as connection:
            await connection.execute(text("SELECT count(*) FROM numbers AS a, numbers AS b WHERE a.number < b.number"))

    task = asyncio.create_task(read_slowly())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with sqlite.engines.writer.begin() as connection:
        await connection.execute(text("DELETE FROM numbers"))


async def test_one_statement_is_one_call_of_the_driver(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a query costs on top of SQLite is one crossing into the driver's thread."""
    await make_table(sqlite, 5)
    calls: list[object] = []
    async with sqlite.engines.reader.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, aiosqlite.Connection)
        put = driver._tx.put_nowait

        class Queue:
            """Counts what is given to the thread."""

            @staticmethod
            def put_nowait(call: Any) -> None:
                calls.append(call)
                put(call)

        await connection.execute(text("SELECT 1"))  # the transaction begins
        monkeypatch.setattr(driver, "_tx", Queue)
        assert len((await connection.execute(text("SELECT number, name FROM numbers"))).all()) == 5
        assert len(calls) == 1
        monkeypatch.undo()
