import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.generation.gemini.client import GeminiClient, load_sdk
from tests.standins.gemini import GeminiStandIn

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def gemini_server() -> Iterator[GeminiStandIn]:
    """One stand-in for the whole session, since starting it is slow."""
    load_sdk()
    with GeminiStandIn() as standin:
        yield standin


@pytest.fixture
def standin(gemini_server: GeminiStandIn, monkeypatch: pytest.MonkeyPatch) -> GeminiStandIn:
    """The stand-in without a scenario, as the only Gemini that the SDK can reach."""
    gemini_server.reset()
    gemini_server.chunks, gemini_server.delay = 12, 0.0
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_VERSION", "GOOGLE_GENAI_USE_VERTEXAI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini_server.url)
    # The SDK reads the world's certificates three times for each client: half of the tests' time, and loopback needs none.
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return gemini_server


@pytest.fixture
async def gemini(standin: GeminiStandIn, request: pytest.FixtureRequest) -> AsyncIterator[GeminiClient]:
    """The real client, connected to the stand-in, with a short idle limit only in tests of a stall.

    On a busy machine any answer may take a second, which is no stall.
    """
    model = GeminiClient("test-key", idle_seconds=0.6 if "stall" in request.node.name else 30, clock=lambda: NOW)
    yield model
    await model.aclose()
