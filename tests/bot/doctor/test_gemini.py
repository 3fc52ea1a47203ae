"""What the doctor says about Gemini, against the stand-in."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.doctor.findings import Severity
from bot.doctor.gemini import check_gemini
from bot.settings import StudioSettings
from tests.standins.gemini import GeminiStandIn

KEY = "k" * 30


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> GeminiStandIn:
    """A stand-in, which the tests start."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return GeminiStandIn()


async def test_each_model_has_a_line(gemini: GeminiStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """An accepted key and models that exist are fine, and no text was generated."""
    runner = await gemini.start()
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    findings = await check_gemini(StudioSettings(google_api_key=SecretStr(KEY)))
    await runner.cleanup()
    assert [finding.severity for finding in findings] == [Severity.OK, Severity.OK]
    assert "gemini-3.5-flash-lite exists" in findings[1].text
    assert [request.method for request in gemini.requests] == ["GET", "GET"]


async def test_without_a_key_the_template_writes() -> None:
    """No key is a warning, since the bot works without."""
    (finding,) = await check_gemini(StudioSettings(google_api_key=None, gemini_api_key=None))
    assert finding.severity is Severity.WARNING
    assert "template" in finding.text


async def test_no_network_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing answers, there is one line, and it does not show the key."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    (finding,) = await check_gemini(StudioSettings(google_api_key=SecretStr(KEY)))
    assert finding.severity is Severity.PROBLEM
    assert KEY not in finding.to_line()


@pytest.mark.parametrize(
    ("status", "text", "severities", "words"),
    [
        (400, '{"error": {"details": [{"reason": "API_KEY_INVALID"}]}}', [Severity.PROBLEM], "refuses the key"),
        (404, "{}", [Severity.PROBLEM, Severity.WARNING], "Correct GEMINI_MODEL"),
        (429, "{}", [Severity.WARNING, Severity.WARNING], "quota is used up"),
        (503, "{}", [Severity.WARNING, Severity.WARNING], "status 503"),
    ],
)
async def test_refusals_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int, text: str, severities: list[Severity], words: str
) -> None:
    """A wrong key and a wrong model are told apart from what passes by itself."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    app = web.Application()
    app.router.add_get("/{version}/models/{model}", answer)
    async with TestServer(app) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", str(server.make_url("")))
        findings = await check_gemini(StudioSettings(google_api_key=SecretStr(KEY)))
    assert [finding.severity for finding in findings] == severities
    assert words in findings[0].text
