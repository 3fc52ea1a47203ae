"""What every test may ask for: a database of either kind, a clock that stands still until it is moved."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from hypothesis import settings

from storage import Database
from tests import postgres

_NUMBER = itertools.count(1)
# The same examples at every run, so that a change is judged by itself; `make soak` tries new ones.
settings.register_profile("steady", derandomize=True)
settings.register_profile("roaming", max_examples=500)
settings.load_profile("roaming" if os.environ.get("SOAK") else "steady")


class SampleActor(NamedTuple):
    """A person on Discord with the two fields that storage reads of an actor."""

    discord_id: int
    name: str


class FakeClock:
    """A clock that moves only when a test advances it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """Moves the clock, for example ``advance(minutes=5)``."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> FakeClock:
    """A clock at a known moment."""
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, closed SQLite file to be copied."""
    path = tmp_path_factory.mktemp("template") / "studio.db"

    async def make() -> None:
        await (await Database.open(f"sqlite:///{path}", FakeClock())).close()

    _in_thread(make())
    assert not Path(f"{path}-wal").exists(), "a copy without its WAL would lose commits"
    return path


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    """A running PostgreSQL whose database ``template`` is migrated."""
    with postgres.server() as folder:

        async def make() -> None:
            admin = await asyncpg.connect(user="postgres", host=folder, database="postgres")
            await admin.execute("CREATE DATABASE template_studio")
            await admin.close()
            url = f"postgresql://postgres@/template_studio?host={folder}"
            await (await Database.open(url, FakeClock())).close()

        _in_thread(make())
        yield folder


def _in_thread(coroutine: object) -> None:
    """A session fixture may be fetched from inside a running loop, so it brings a loop of its own in a thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()  # type: ignore[arg-type]


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database."""
    path = tmp_path / "studio.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def postgres_url(postgres_folder: str) -> AsyncIterator[str]:
    """The address of a fresh PostgreSQL database."""
    name = f"t{next(_NUMBER)}"
    admin = await asyncpg.connect(user="postgres", host=postgres_folder, database="postgres")
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template_studio")
    yield f"postgresql://postgres@/{name}?host={postgres_folder}"
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database of either kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    """An open database, on SQLite and on PostgreSQL in turn."""
    opened = await Database.open(database_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    """An open SQLite database, for what does not depend on the kind."""
    opened = await Database.open(sqlite_url, clock)
    yield opened
    await opened.close()
