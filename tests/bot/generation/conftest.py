"""Fixtures."""

import logging
import ssl
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.client import load_sdk
from bot.jobs import rate_limiter
from storage import Database
from tests.bot.generation.pipeline_stage import FaultyGemini, PipelineStage
from tests.bot.generation.run_stage import RunStage
from tests.conftest import FakeClock


@pytest.fixture(scope="module")
def gemini_server() -> Iterator[FaultyGemini]:
    """One stand-in for the whole module, since starting it is slow."""
    load_sdk()
    with FaultyGemini() as standin:
        yield standin


@pytest.fixture
def standin(gemini_server: FaultyGemini, monkeypatch: pytest.MonkeyPatch) -> FaultyGemini:
    """The stand-in without a scenario, as the only Gemini that the SDK can reach."""
    gemini_server.reset()
    gemini_server.chunks, gemini_server.delay = 24, 0.0
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_VERSION", "GOOGLE_GENAI_USE_VERTEXAI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini_server.url)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr(rate_limiter, "_DEFAULT_PAUSE_SECONDS", 0.02)
    return gemini_server


@pytest.fixture
def stage(sqlite: Database, sqlite_url: str, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> PipelineStage:
    """The pipeline's stage, with its log captured."""
    caplog.set_level(logging.INFO)
    return PipelineStage(sqlite, sqlite_url.removeprefix("sqlite:///"), GeminiAvailability(clock))


@pytest.fixture
def runs(sqlite: Database) -> RunStage:
    """The service and a worker that has not been started, with Gemini's place taken by a writer that can be held."""
    return RunStage(sqlite)


@pytest.fixture
async def shared_runs(postgres_url: str, clock: FakeClock) -> AsyncIterator[RunStage]:
    """The same on PostgreSQL, where other processes may be."""
    database = await Database.open(postgres_url, clock)
    yield RunStage(database)
    await database.close()
