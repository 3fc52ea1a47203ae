"""Databases that are opened to be read only: what is refused, and in which words."""

from pathlib import Path

import pytest
from sqlalchemy import text

from storage import Database, DatabaseNewerError, DatabaseUnreadableError
from storage.engine import create_engines, parse_url
from storage.errors import DatabaseEmptyError
from storage.migrate import HEAD
from tests.conftest import FakeClock


async def set_version(url: str, version: str) -> None:
    """The database says that it has this version."""
    engines = create_engines(parse_url(url))
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    await engines.dispose()


async def test_a_database_of_this_version_can_be_read(sqlite_url: str, clock: FakeClock) -> None:
    database = await Database.open_for_reading(sqlite_url, clock)
    async with database.read() as tx:
        assert await tx.runs.count_live() == 0
    await database.close()


@pytest.mark.parametrize(
    ("version", "error", "sentence"),
    [
        ("0002", DatabaseUnreadableError, f"version 0002, and this program needs {HEAD}. Start the bot once"),
        ("0099", DatabaseNewerError, f"version 0099, but this program knows versions up to {HEAD}. Update the program"),
    ],
)
async def test_a_database_of_another_version_is_not_read(
    sqlite_url: str, version: str, error: type[Exception], sentence: str
) -> None:
    """The error names both versions and says what to do; the database is not updated."""
    await set_version(sqlite_url, version)
    for _ in range(2):
        with pytest.raises(error, match=sentence):
            await Database.open_for_reading(sqlite_url)


async def test_an_empty_file_is_no_studio_yet(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    path.touch()
    with pytest.raises(DatabaseEmptyError, match="no studio has been stored in it yet"):
        await Database.open_for_reading(f"sqlite:///{path}")
    assert path.stat().st_size == 0
