"""A migration of SQLite that would orphan rows is undone, and references are enforced again afterwards."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from storage import Database, migrate
from storage.engine import create_engines, parse_url
from storage.errors import DatabaseUnreadableError
from tests.conftest import FakeClock


async def read_value(url: str, query: str) -> object:
    """The only value of the query's result, read without ``Database.open``."""
    engines = create_engines(parse_url(url))
    try:
        async with engines.reader.connect() as connection:
            return (await connection.execute(text(query))).scalar()
    finally:
        await engines.dispose()


async def test_a_migration_that_orphans_a_row_is_undone(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a migration deletes a row that others refer to, the start fails and the database is as it was before."""
    url = f"sqlite:///{tmp_path}/studio.db"
    upgrade = migrate._upgrade
    engines = create_engines(parse_url(url))
    async with engines.writer.begin() as connection:
        await connection.run_sync(upgrade, "0002")
        now = "'2026-11-22 20:00:00.000000'"
        await connection.exec_driver_sql(f"INSERT INTO members (id, name, created_at) VALUES ('m1', 'Hana', {now})")
        await connection.exec_driver_sql(
            f"INSERT INTO sessions (id, member_id, name, started_at, last_at) VALUES ('s1', 'm1', '', {now}, {now})"
        )
    await engines.dispose()

    def upgrade_and_orphan(connection: Connection) -> None:
        upgrade(connection)
        connection.execute(text("DELETE FROM members"))

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_upgrade", upgrade_and_orphan)
        with pytest.raises(DatabaseUnreadableError, match="would have broken references; it was rolled back"):
            await (await Database.open(url, clock)).close()
    assert await read_value(url, "SELECT version_num FROM alembic_version") == "0002"
    assert await read_value(url, "SELECT count(*) FROM members") == 1

    database = await Database.open(url, clock)
    async with database.engines.writer.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1
        with pytest.raises(IntegrityError):
            await connection.exec_driver_sql("DELETE FROM members")
    await database.close()
