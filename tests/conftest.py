"""What every test may ask for: a database of either kind and a clock that only the test moves."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import util
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import storage.engine
import storage.postgres
from storage import Database
from tests import postgres

T = TypeVar("T")

# The same examples in every run, so that a failure is caused by a change; `make soak` tries new ones.
# How fast examples are made says only how busy the machine is.
_ANY_SPEED = [HealthCheck.too_slow]
settings.register_profile("repeatable", derandomize=True, max_examples=60, suppress_health_check=_ANY_SPEED)
settings.register_profile("soak", max_examples=500, suppress_health_check=_ANY_SPEED)
settings.load_profile("soak" if os.environ.get("SOAK") else "repeatable")


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


@pytest.hookimpl(trylast=True)  # after Hypothesis has marked its tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measures no coverage where that is slow and finds nothing.

    Tracing makes property tests 2.6 times slower, and the other tests run the same lines. Tests that start processes run
    the product outside of this one, and the stand-ins' own tests do not run the product at all.
    """
    for item in items:
        if item.get_closest_marker("hypothesis") or item.get_closest_marker("slow") or "standins" in item.path.parts:
            item.add_marker("no_cover")


@pytest.fixture(scope="session", autouse=True)
def shared_statement_cache() -> Iterator[None]:
    """Lets all databases of a worker share the compiled statements, which SQLAlchemy keeps for each engine and its dialect.

    Nearly every test opens a database, and compiling takes longer than running its statements.
    """
    cache: util.LRUCache[Any, Any] = util.LRUCache(2000)

    def create(*arguments: Any, **options: Any) -> AsyncEngine:
        engine = create_async_engine(*arguments, **options)
        engine.sync_engine._compiled_cache = cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)))
        for module in (storage.engine, storage.postgres):
            patch.setattr(module, "create_async_engine", create)
        yield


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Restores the test runner's logging after a test that sets up the product's logging."""
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    levels = {
        name: logger.level for name, logger in root.manager.loggerDict.items() if isinstance(logger, logging.Logger)
    }
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raising
    logging.captureWarnings(capture=False)
    for name, logger in root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger):
            logger.setLevel(levels.get(name, logging.NOTSET))


@pytest.fixture
def clock() -> FakeClock:
    """A clock at a known moment."""
    return FakeClock()


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, closed SQLite file. Tests get copies of it, since a migration takes longer than a copy."""
    path = tmp_path_factory.mktemp("migrated") / "studio.db"
    _run_in_thread(_migrate(f"sqlite:///{path}"))
    assert not Path(f"{path}-wal").exists(), "a copy without its write-ahead log would lose commits"
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A running PostgreSQL server, one for each worker of pytest-xdist."""
    with postgres.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_postgres_url(postgres_server: postgres.Server) -> str:
    """The address of the migrated database that this worker's tests use one after the other."""

    async def create() -> str:
        url = await postgres_server.create_database("shared")
        await _migrate(url)
        await postgres_server.remember_initial_rows("shared")
        return url

    return _run_in_thread(create())


async def _migrate(url: str) -> None:
    await (await Database.open(url, FakeClock())).close()


def _run_in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result. A session fixture may be requested while a loop runs, so it gets its own loop and thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """The address of a new, migrated SQLite database."""
    path = tmp_path / "studio.db"
    shutil.copy(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def postgres_url(shared_postgres_url: str, postgres_server: postgres.Server) -> AsyncIterator[str]:
    """The address of a migrated PostgreSQL database without rows. A test that changes tables needs a database of its own."""
    yield shared_postgres_url
    await postgres_server.restore_initial_rows("shared")


@pytest.fixture
async def empty_postgres_url(postgres_server: postgres.Server) -> AsyncIterator[str]:
    """The address of a new PostgreSQL database without any table, which this test alone uses."""
    yield await postgres_server.create_database("own")
    await postgres_server.drop_database("own")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database of either kind without rows."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    """An open database, on SQLite and on PostgreSQL in turn."""
    opened = await Database.open(database_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    """An open SQLite database, for tests that need not run on both kinds."""
    opened = await Database.open(sqlite_url, clock)
    yield opened
    await opened.close()
