"""Migrations: the database after a start, whatever it was before."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, Engine, Enum, Integer, Table, event, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import Database, DatabaseNewerError, states
from storage.engine import create_engines, parse_url
from storage.migrate import HEAD, KNOWN_VERSIONS, _upgrade
from storage.states import DeliveryAction
from storage.tables import metadata
from storage.types import Utc
from tests.conftest import FakeClock

_NUMBER = count(1)
STATES = [kind for kind in vars(states).values() if isinstance(kind, type) and kind.__module__ == states.__name__]


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that does not exist, in a folder that does not exist."""
    return f"sqlite:///{tmp_path}/deep/inside/studio.db"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of either kind."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


async def read_tables(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every table with every row, read without ``Database.open``."""
    engines = create_engines(parse_url(url))

    def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        names = inspect(connection).get_table_names()
        return {name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names}

    try:
        async with engines.reader.connect() as connection:
            return await connection.run_sync(everything)
    finally:
        await engines.dispose()


async def execute(url: str, statement: str) -> None:
    """Runs one statement without ``Database.open``."""
    engines = create_engines(parse_url(url))
    try:
        async with engines.writer.begin() as connection:
            await connection.exec_driver_sql(statement)
    finally:
        await engines.dispose()


async def insert_row(connection: AsyncConnection, table: Table, **values: Any) -> dict[str, Any]:
    """Inserts a row with a value in every required column, and the parent rows that it refers to."""
    row = dict(values)
    for column in table.columns:
        if column.name in row or column.nullable or column.server_default is not None:
            continue
        for key in column.foreign_keys:
            row[column.name] = (await insert_row(connection, key.column.table))[key.column.name]
        if column.name in row:
            continue
        match column.type:
            case Enum(enum_class=kind) if kind is not None:
                row[column.name] = next(iter(kind))
            case Utc():
                row[column.name] = FakeClock().now
            case Boolean():
                row[column.name] = False
            case Integer():
                row[column.name] = next(_NUMBER)
            case _:
                row[column.name] = f"x{next(_NUMBER)}"
    await connection.execute(table.insert().values(row))
    return row


@contextmanager
def fail_statements(fragment: str) -> Iterator[None]:
    """Statements that contain ``fragment`` fail."""

    def fail(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if fragment in statement:
            raise RuntimeError("the migration fails here")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", fail)


def is_search_index(name: str | None) -> bool:
    """Whether this belongs to the full-text index, which each kind of database builds in its own way."""
    return (name or "").startswith("search_index")


async def test_migrations_create_the_declared_tables(database: Database) -> None:
    """A migrated database has exactly the tables, columns and indexes of ``storage/tables/``."""

    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "include_object": lambda _, name, *__: not is_search_index(name)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))

    async with database.engines.reader.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_head_is_the_newest_migration() -> None:
    """``HEAD`` is the newest migration, and ``KNOWN_VERSIONS`` lists all of them."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(KNOWN_VERSIONS)


def _state_columns() -> list[Column[Any]]:
    columns = [column for table in metadata.tables.values() for column in table.columns]
    return [column for column in columns if isinstance(column.type, Enum) and column.type.create_constraint]


def test_every_state_type_has_a_column() -> None:
    """Each state type is stored in a column with a CHECK constraint."""
    assert {column.type.enum_class for column in _state_columns() if isinstance(column.type, Enum)} == set(STATES)


@pytest.mark.parametrize("column", _state_columns(), ids=str)
async def test_every_state_can_be_stored(database: Database, column: Column[Any]) -> None:
    """Each state can be stored in its column and read; the database refuses any other value."""
    table, name = column.table, column.name
    assert isinstance(table, Table)
    assert isinstance(column.type, Enum)
    kind = column.type.enum_class
    assert kind is not None
    async with database.engines.writer.begin() as connection:
        for state in kind:
            row = await insert_row(connection, table, **{name: state})
            query = table.select().where(*(key == row[key.name] for key in table.primary_key))
            assert (await connection.execute(query)).mappings().one()[name] is state
    async with database.engines.writer.begin() as connection:
        with pytest.raises(IntegrityError):
            await connection.exec_driver_sql(f"UPDATE {table.name} SET {name} = 'dreaming'")


async def test_empty_database_is_migrated(empty_url: str, clock: FakeClock) -> None:
    """A start on an empty database creates everything, and a second start changes nothing."""
    for _ in range(2):
        database = await Database.open(empty_url, clock)
        await database.write(lambda tx: tx.key_values.put("there", "yes"))
        await database.close()
    found = await read_tables(empty_url)
    assert {name for name in found if not is_search_index(name)} == {*metadata.tables, "alembic_version"}
    assert found["alembic_version"] == [(HEAD,)]
    assert found["key_values"] == [("there", "yes")]
    assert len(found["chain_head"]) == 1


async def test_failed_migration_is_rolled_back(empty_url: str, clock: FakeClock) -> None:
    """A migration that fails midway leaves nothing, and the next start creates everything."""
    with fail_statements("CREATE TABLE deliveries"), pytest.raises(RuntimeError, match="fails here"):
        await Database.open(empty_url, clock)
    assert await read_tables(empty_url) == {}
    await (await Database.open(empty_url, clock)).close()
    assert "deliveries" in await read_tables(empty_url)


async def test_rows_of_an_older_database_are_kept(empty_url: str, clock: FakeClock) -> None:
    """Every row that an earlier version wrote is there after the update, under the new names."""
    engines = create_engines(parse_url(empty_url))
    async with engines.writer.begin() as connection:
        await connection.run_sync(_upgrade, "0002")
        for statement in OLD_ROWS:
            await connection.exec_driver_sql(statement)
    await engines.dispose()
    database = await Database.open(empty_url, clock)
    async with database.read() as tx:
        assert await tx.key_values.get("commands_synced") == "abc"
        assert (await tx.broadcasts.get("notifications_1")).announced
        (delivery,) = await tx.deliveries.list_by_broadcast("notifications_1")
        assert (delivery.action, delivery.lease_owner, delivery.lease_token) == (DeliveryAction.EDIT, "sender_1", 0)
        assert (await tx.scripts.get("audio_scripts_1")).approved_by == "members_1"
        assert (await tx.scripts.get("audio_scripts_2")).approved_by is None
        (board,) = await tx.boards.list_all()
        assert (board.channel_id, board.message_id, board.lease_owner, board.due_at) == (5, 6, None, None)
    await database.close()
    found = await read_tables(empty_url)
    assert [row[:2] for row in found["visits"]] == [("members_1", 12)]


NOW = "'2026-11-22 20:00:00.000000'"
OLD_ROWS = (
    "INSERT INTO facts (name, value) VALUES ('commands_synced', 'abc')",
    f"INSERT INTO members (id, discord_id, name, created_at) VALUES ('members_1', 7, 'Hana', {NOW})",
    f"INSERT INTO looks (member_id, seq, looked_at) VALUES ('members_1', 12, {NOW})",
    (
        "INSERT INTO broadcasts (id, state, title, message, ping_roles, audience, told, created_at)"
        f" VALUES ('notifications_1', 'done', 'New Lore', 'Share it.', false, 'all', true, {NOW})"
    ),
    (
        "INSERT INTO deliveries (id, broadcast_id, state, act, guild_id, guild_name, channel_id, channel_name, due_at,"
        " lease_owner, lease_until, updated_at)"
        f" VALUES ('0123456789abcdef', 'notifications_1', 'sending', 'edit', 1, 'G', 2, 'c', {NOW}, 'sender_1', {NOW}, {NOW})"
    ),
    f"INSERT INTO ebooks (id, title, created_at) VALUES ('ebook_1', 'Bells', {NOW})",
    *(
        "INSERT INTO scripts"
        " (id, state, ebook_id, chapter_number, version, title, theme, writer, body, created_at, approved_at)"
        f" VALUES ('audio_scripts_{number}', '{state}', 'ebook_1', {number}, 1, 'T', 'T', 'gemini', '', {NOW}, {approved})"
        for number, state, approved in ((1, "approved", NOW), (2, "draft", "NULL"))
    ),
    (
        "INSERT INTO events (seq, timestamp, event, data, member_id, prev_hash, hash) VALUES"
        """ (1, 'now', 'Script approved', '{"script_id":"audio_scripts_1"}', 'members_1', '', '')"""
    ),
    (
        "INSERT INTO boards (channel_id, guild_id, message_id, period, lease_owner, lease_until, created_at)"
        f" VALUES (5, 1, 6, 'week', 'board_1', {NOW}, {NOW})"
    ),
)


async def test_newer_database_is_refused(empty_url: str, clock: FakeClock) -> None:
    """A database of a newer program is refused with both versions named, and is not changed."""
    await (await Database.open(empty_url, clock)).close()
    await execute(empty_url, "UPDATE alembic_version SET version_num = '0099'")
    await execute(empty_url, "CREATE TABLE future_table (a INTEGER)")
    before = await read_tables(empty_url)
    with pytest.raises(DatabaseNewerError, match=rf"0099.*{HEAD}.*Update the program"):
        await Database.open(empty_url, clock)
    assert await read_tables(empty_url) == before


async def test_several_processes_may_start_at_once(empty_postgres_url: str, clock: FakeClock) -> None:
    """Several processes that start on the same empty PostgreSQL migrate it once and all run."""
    opened = await asyncio.gather(*(Database.open(empty_postgres_url, clock) for _ in range(3)))
    for database in opened:
        await database.close()
    assert (await read_tables(empty_postgres_url))["alembic_version"] == [(HEAD,)]
