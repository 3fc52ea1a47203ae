"""What the tests of the stores share."""

from collections.abc import AsyncIterator

import pytest

from storage import Database
from tests.conftest import FakeClock


@pytest.fixture
async def peers(database: Database, database_url: str, clock: FakeClock) -> AsyncIterator[tuple[Database, Database]]:
    """The databases of two processes on PostgreSQL; on SQLite, which only one process may open, the same one twice."""
    if database.exclusive:
        yield database, database
        return
    other = await Database.open(database_url, clock)
    yield database, other
    await other.close()
