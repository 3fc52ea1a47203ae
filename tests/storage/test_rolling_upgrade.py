"""A newer program beside processes of an older one: it does not take the tables away from under them (PostgreSQL)."""

import asyncio
from typing import Any

import pytest

from storage import Database, DatabaseInUseError, migrate
from storage.engine import create_engines, parse_url
from storage.migrate import HEAD, KNOWN_VERSIONS
from storage.states import ProcessState
from storage.stores.processes import DEAD_AFTER, NewProcess

OLDER = KNOWN_VERSIONS[-2]


@pytest.fixture
async def older_url(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database as an older program has left it, with a process of it that lives; a migration would only set the version."""
    database = await Database.open(postgres_url)
    process = NewProcess("process_1", "worker", ProcessState.ACTIVE, "host", 7, "0.9", HEAD)
    await database.write(lambda tx: tx.processes.register(process))
    await database.close()
    await execute(
        postgres_url,
        f"UPDATE processes SET schema_version = '{OLDER}'",
        f"UPDATE alembic_version SET version_num = '{OLDER}'",
    )

    def upgrade(connection: Any) -> None:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{HEAD}'")

    monkeypatch.setattr(migrate, "_upgrade", upgrade)
    return postgres_url


async def execute(url: str, *statements: str) -> None:
    """Runs statements without ``Database.open``."""
    engines = create_engines(parse_url(url))
    async with engines.writer.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engines.dispose()


async def test_a_newer_program_waits_for_the_older_ones_to_stop(older_url: str) -> None:
    """It names the processes and changes nothing; once they have ended, or are dead, it migrates."""
    with pytest.raises(DatabaseInUseError, match=f"needs {HEAD}, but processes of an older program .*: worker host/7"):
        await Database.open(older_url)
    with pytest.raises(DatabaseInUseError):
        await Database.open(older_url)
    dead = f"UPDATE processes SET seen_at = seen_at - interval '{DEAD_AFTER.total_seconds() + 1} seconds'"
    await execute(older_url, dead)
    database = await Database.open(older_url)
    async with database.read() as tx:
        assert [process.id for process in await tx.processes.list_all()] == ["process_1"]
    await database.close()


async def test_processes_of_the_same_program_do_not_hinder_each_other(older_url: str) -> None:
    """Several newer processes that start at once: one migrates, the others find it done."""
    await execute(older_url, f"UPDATE processes SET schema_version = '{HEAD}'")
    opened = await asyncio.gather(*(Database.open(older_url) for _ in range(3)))
    await asyncio.gather(*(database.close() for database in opened))
