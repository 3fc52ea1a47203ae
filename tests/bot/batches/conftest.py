"""Fixtures."""

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.generation.gemini.client import GeminiClient, load_sdk
from storage import Database
from tests.bot.batches.batch_stage import BatchStage
from tests.bot.batches.night_stage import Night
from tests.standins.gemini import GeminiStandIn


@pytest.fixture
async def stage(sqlite: Database) -> AsyncIterator[BatchStage]:
    """A book, and a worker that runs."""
    stage = BatchStage(sqlite)
    await stage.add_book()
    await stage.worker.start()
    yield stage
    await stage.worker.stop()


@pytest.fixture(scope="module")
def gemini_server() -> Iterator[GeminiStandIn]:
    """One stand-in for the module."""
    load_sdk()
    with GeminiStandIn() as server:
        yield server


@pytest.fixture
async def night(
    sqlite: Database, gemini_server: GeminiStandIn, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Night]:
    """The night before anything was asked."""
    gemini_server.reset()
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini_server.url)
    stage = BatchStage(sqlite)
    await stage.add_book()
    client = GeminiClient("k" * 30)
    yield Night(stage, gemini_server, client)
    await client.aclose()
