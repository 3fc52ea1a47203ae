"""Logs hold no secret, wherever it would appear."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logging
from bot.settings import LogFormat, LogLevel

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GhostX.thirteen_bells_over_the_drowned_valley"
ODD = 'pass"wo\\rd\twith-ö'
KEY = "AIzaSyThirteenBellsOverTheDrownedValley"
SECRETS = (TOKEN, KEY, ODD)
_log = logging.getLogger("midnight.test")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the test runner's again afterwards."""
    root = logging.getLogger()
    level = root.level
    levels = {name: one.level for name, one in root.manager.loggerDict.items() if isinstance(one, logging.Logger)}
    yield
    root.handlers[:] = [handler for handler in root.handlers if type(handler) is not logging.StreamHandler]
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name, one in root.manager.loggerDict.items():
        if isinstance(one, logging.Logger):
            one.setLevel(levels.get(name, logging.NOTSET))


@pytest.fixture(params=LogFormat)
def seen(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> "Seen":
    """What has been logged, in one format and the other in turn."""
    return Seen(capsys, LogFormat(request.param))


class Seen:
    """Reads the log."""

    def __init__(self, capsys: pytest.CaptureFixture[str], style: LogFormat) -> None:
        self._capsys = capsys
        self._style = style

    def begin(self) -> None:
        """Logs from here on, knowing three secrets; pytest's own handlers, which come with each test, are gone."""
        set_up_logging(LogLevel.INFO, self._style, SECRETS)

    def text(self) -> str:
        """All that was logged, JSON decoded."""
        err = self._capsys.readouterr().err
        assert err
        if self._style is LogFormat.TEXT:
            return err
        lines = [json.loads(line) if line.startswith("{") else {"raw": line} for line in err.splitlines()]
        return "\n".join(str(value) for line in lines for value in line.values())


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_cut_out_of_messages(seen: Seen, secret: str) -> None:
    """A secret in a message is cut out and the rest stays."""
    seen.begin()
    _log.warning(f"before {secret} after")
    text = seen.text()
    assert secret not in text
    assert "before [redacted] after" in text


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_cut_out_of_arguments(seen: Seen, secret: str) -> None:
    """A secret among a message's arguments is cut out, also where it comes in two pieces."""
    seen.begin()
    _log.warning("one %s", secret)
    _log.warning("two %s%s", secret[:9], secret[9:])
    _log.warning("three %(token)s", {"token": secret})
    text = seen.text()
    assert secret not in text
    assert text.count("[redacted]") == 3


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_cut_out_of_tracebacks(seen: Seen, secret: str) -> None:
    """A secret in an error, in its cause or in what it is about does not reach the log."""
    seen.begin()
    try:
        try:
            raise ValueError(f"inner {secret}")  # noqa: TRY301
        except ValueError as error:
            raise RuntimeError(f"outer {secret}") from error
    except RuntimeError:
        _log.exception("while trying %s", secret)
    text = seen.text()
    assert secret not in text
    assert "outer [redacted]" in text
    assert "inner [redacted]" in text
    assert "Traceback" in text


@pytest.mark.parametrize(
    ("line", "hidden", "kept"),
    [
        ("got OTk5OTk5OTk5OTk5OTk5OTk5.Gabcde." + "x" * 38, "x" * 38, "got"),
        ("key=AIza" + "B" * 35 + " used", "B" * 35, "used"),
        ("GET https://discord.com/api/v10/webhooks/123456/aW50ZXJhY3Rpb24tdG9rZW4tMTIz/messages", "aW50ZXJ", "123456"),
        ("POST /interactions/98765/aW50ZXJhY3Rpb24tdG9rZW4tMTIz/callback", "aW50ZXJ", "98765"),
        ("cannot reach postgresql+asyncpg://bob:thirteen-bells@db:5432/studio", "thirteen-bells", "@db:5432/studio"),
        ("proxy http://user:p%40ss@proxy.example:8080/", "p%40ss", "proxy.example"),
    ],
)
def test_what_looks_like_a_secret_is_cut_out(seen: Seen, line: str, hidden: str, kept: str) -> None:
    """Tokens, keys and passwords that nobody told us of are known by their looks."""
    seen.begin()
    _log.warning(line)
    text = seen.text()
    assert hidden not in text
    assert "[redacted]" in text
    assert kept in text


@pytest.mark.parametrize(
    "line",
    [
        "run runs_9f2c04d1a7b3e658 is done",
        "head 6f1ed002ab5595859014ebf0951522d96f1ed002ab5595859014ebf0951522d9",
        "https://discord.com/channels/123456789012345678/123456789012345678",
        "at 2026-11-22T20:00:00.000000+00:00 in storage.migrations.versions",
        "mail to bob@example.org: hello",
    ],
)
def test_what_is_no_secret_stays(seen: Seen, line: str) -> None:
    """Ids, hashes, addresses and times stay readable."""
    seen.begin()
    _log.warning(line)
    assert line in seen.text()


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """For a collector each record is one line of JSON, with time, level, logger and message."""
    set_up_logging(LogLevel.INFO, LogFormat.JSON, ())
    _log.info("two\nlines “and” %s", "月")
    try:
        raise ValueError("broken")  # noqa: TRY301
    except ValueError:
        _log.exception("failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["message"] == "two\nlines “and” 月"
    assert (first["level"], first["logger"]) == ("INFO", "midnight.test")
    assert first["time"].endswith("+00:00")
    assert "traceback" not in first
    assert "ValueError: broken" in second["traceback"]


def test_libraries_are_quiet(seen: Seen) -> None:
    """Libraries are heard only when something is wrong."""
    seen.begin()
    logging.getLogger("discord.gateway").info("heartbeat")
    logging.getLogger("discord.gateway").warning("reconnecting")
    _log.debug("detail")
    _log.info("told")
    text = seen.text()
    assert "heartbeat" not in text
    assert "detail" not in text
    assert "reconnecting" in text
    assert "told" in text


def test_a_misspelt_line_tells_nothing(seen: Seen) -> None:
    """Even a log line that cannot be put together does not print its secret."""
    seen.begin()
    _log.warning("number %d", TOKEN)
    _log.warning("told")
    assert TOKEN not in seen.text()
