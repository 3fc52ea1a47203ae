"""Copying everything into another database, in both directions, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Enum, Integer, LargeBinary, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import Database, DatabaseInUseError, StorageError, WriteTransaction, copying
from storage.copying import CopyError, copy_database
from storage.tables import chain_head, events, metadata, scripts
from storage.types import Utc
from tests.conftest import FakeClock

MOMENT = datetime(2026, 11, 22, 20, 0, 0, 123_456, tzinfo=UTC)


def sample_value(column: Column[Any]) -> object:
    """A value that the column accepts; rows that refer to each other fit together."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return sample_value(key.column)
    match column.type:
        case Enum() as kind:
            return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
        case Utc():
            return MOMENT
        case Boolean():
            return True
        case BigInteger():
            return 2**53 + 1
        case Integer():
            return 7
        case LargeBinary():
            return b"\x00\xff"
        case _:
            return f"ß 月 {column.name}"[: getattr(column.type, "length", None)]


@pytest.fixture
async def urls(request: pytest.FixtureRequest, sqlite_url: str, postgres_url: str, clock: FakeClock) -> tuple[str, str]:
    """The addresses of an SQLite file with a row in every table and of an empty PostgreSQL database, or the other way round."""
    source, target = (postgres_url, sqlite_url) if getattr(request, "param", "") else (sqlite_url, postgres_url)
    database = await Database.open(source, clock)
    await database.write(fill)
    await database.close()
    return source, target


async def fill(tx: WriteTransaction) -> None:
    """A row in every table, and two events."""
    for table in metadata.sorted_tables:
        if table not in (chain_head, events):
            row = {column.name: sample_value(column) for column in table.columns}
            await tx.events.connection.execute(table.insert(), row)
    tx.report("One", {"text": "ß 月"})
    tx.report("Two", {})


async def read_all(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    database = await Database.open_for_reading(url)
    async with database.read() as tx:
        rows = {
            table.name: sorted((tuple(row) for row in await tx.events.connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }
    await database.close()
    return rows


async def change(url: str, statement: str) -> None:
    """Changes the database by hand."""
    database = await Database.open(url)
    connection: AsyncConnection
    async with database.engines.writer.begin() as connection:
        await connection.execute(text(statement))
    await database.close()


async def report(url: str, name: str) -> None:
    """One more event."""

    async def work(tx: WriteTransaction) -> None:
        tx.report(name, {})

    database = await Database.open(url)
    await database.write(work)
    await database.close()


@pytest.mark.parametrize("urls", ["", "the other way round"], indirect=True)
async def test_everything_is_copied_and_verified(urls: tuple[str, str]) -> None:
    """Every row of every table is at the other side, exactly as it was, and new rows get new numbers there."""
    source, target = urls
    copied = await copy_database(source, target)
    there = await read_all(target)
    assert there == await read_all(source)
    assert all(there.values()), "every table has a row"
    assert (copied.event_count, copied.rows) == (2, sum(map(len, there.values())))
    database = await Database.open(target)
    async with database.engines.writer.begin() as connection:
        row = {column.name: sample_value(column) for column in scripts.columns if column.name != "seq"}
        await connection.execute(scripts.insert(), row | {"id": "other", "version": 8})
        assert (await connection.execute(select(scripts.c.seq).where(scripts.c.id == "other"))).scalar_one() == 8
    await database.close()


async def test_a_copy_can_be_repeated(urls: tuple[str, str]) -> None:
    """A copy made again has what was added to the source meanwhile."""
    source, target = urls
    await copy_database(source, target)
    await report(source, "Three")
    await change(source, "UPDATE members SET name = 'Hana'")
    assert (await copy_database(source, target)).event_count == 3
    assert (await copy_database(source, target)).event_count == 3
    assert await read_all(target) == await read_all(source)


@pytest.mark.parametrize("other", ["its own events", "rows without events"])
async def test_a_target_that_holds_something_else_is_refused(urls: tuple[str, str], other: str) -> None:
    """A target in which a studio has begun to work is refused and not changed, whether or not it was a copy."""
    source, target = urls
    if other == "its own events":
        await copy_database(source, target)
        await report(target, "Work at the other side")
    else:
        await change(target, "INSERT INTO ebooks (id, title, created_at) VALUES ('e', 'The Owl', '2026-01-01')")
    before = await read_all(target)
    with pytest.raises(CopyError, match="holds something else"):
        await copy_database(source, target)
    assert await read_all(target) == before


async def test_a_copy_that_does_not_verify_is_undone(urls: tuple[str, str]) -> None:
    """A source with a broken chain is reported, and the target stays empty."""
    source, target = urls
    await change(source, "UPDATE events SET data = '{}' WHERE seq = 1")
    before = await read_all(target)
    with pytest.raises(CopyError, match="broken at event 1; it was undone"):
        await copy_database(source, target)
    assert await read_all(target) == before


async def test_a_database_is_not_copied_into_itself(sqlite_url: str, postgres_url: str) -> None:
    """The same address as source and target is refused, and everything stays."""
    with pytest.raises(StorageError, match="in use"):
        await copy_database(sqlite_url, sqlite_url)
    await report(postgres_url, "One")
    with pytest.raises(CopyError, match="names the database that is to be copied"):
        await copy_database(postgres_url, postgres_url + "&application_name=other")
    assert len((await read_all(postgres_url))["events"]) == 1


async def test_a_running_bot_is_not_copied(sqlite: Database, sqlite_url: str, postgres_url: str) -> None:
    """While a bot works on the SQLite file, a copy is refused, since it would lack what the bot stores afterwards."""
    assert sqlite.exclusive
    with pytest.raises(DatabaseInUseError, match="Stop the bot first, then copy"):
        await copy_database(sqlite_url, postgres_url)


@pytest.mark.parametrize("urls", ["the other way round"], indirect=True)
async def test_a_copy_beside_a_running_bot_is_noticed_on_a_server(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL has no lock that tells, but an event that was stored during the copy does; nothing is copied then."""
    source, target = urls
    copy_rows = copying.copy_rows

    async def copy_slowly(*arguments: Any) -> None:
        await copy_rows(*arguments)
        await report(source, "Meanwhile")

    before = await read_all(source)
    monkeypatch.setattr(copying, "copy_rows", copy_slowly)
    with pytest.raises(CopyError, match="Stop the bot first, then copy"):
        await copy_database(source, target)
    assert (await read_all(target))["events"] == []
    assert len((await read_all(source))["events"]) == len(before["events"]) + 1


async def test_an_unusable_target_is_named_as_the_target(sqlite_url: str) -> None:
    """The sentence speaks of --to and not of the setting."""
    with pytest.raises(CopyError, match="--to begins with mysql"):
        await copy_database(sqlite_url, "mysql://db/studio")
