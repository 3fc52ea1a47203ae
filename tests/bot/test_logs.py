"""Logging: no secrets, two formats, quiet libraries."""

import json
import logging
import os
import socket
import warnings

import pytest

from bot.logs import set_up_logging
from bot.settings import LogFormat, LogLevel

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GhostX.thirteen_bells_over_the_drowned_valley"
ODD = 'pass"wo\\rd\twith-ö'
KEY = "AIzaSyThirteenBellsOverTheDrownedValley"
SECRETS = (TOKEN, KEY, ODD)
_log = logging.getLogger("midnight.test")


pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.fixture(params=LogFormat)
def log(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> "LogReader":
    """Reads the log, once in each format."""
    return LogReader(capsys, LogFormat(request.param))


class LogReader:
    """Sets logging up and reads what was logged."""

    def __init__(self, capsys: pytest.CaptureFixture[str], style: LogFormat) -> None:
        self._capsys = capsys
        self._style = style

    def start(self) -> None:
        """Sets logging up with three secrets; this replaces pytest's own handlers."""
        set_up_logging(LogLevel.INFO, self._style, SECRETS)

    def text(self) -> str:
        """Everything that was logged; JSON is decoded."""
        err = self._capsys.readouterr().err
        assert err
        if self._style is LogFormat.TEXT:
            return err
        lines = [json.loads(line) if line.startswith("{") else {"raw": line} for line in err.splitlines()]
        return "\n".join(str(value) for line in lines for value in line.values())


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_in_messages(log: LogReader, secret: str) -> None:
    """A secret in a message is removed, and the rest stays."""
    log.start()
    _log.warning(f"before {secret} after")
    text = log.text()
    assert secret not in text
    assert "before [redacted] after" in text


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_in_arguments(log: LogReader, secret: str) -> None:
    """A secret in the arguments of a message is removed, even if two arguments form it."""
    log.start()
    _log.warning("one %s", secret)
    _log.warning("two %s%s", secret[:9], secret[9:])
    _log.warning("three %(token)s", {"token": secret})
    text = log.text()
    assert secret not in text
    assert text.count("[redacted]") == 3


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_in_tracebacks(log: LogReader, secret: str) -> None:
    """A secret in an exception, in its cause or in the message beside it is removed."""
    log.start()
    try:
        try:
            raise ValueError(f"inner {secret}")  # noqa: TRY301
        except ValueError as error:
            raise RuntimeError(f"outer {secret}") from error
    except RuntimeError:
        _log.exception("while trying %s", secret)
    text = log.text()
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
def test_text_that_looks_like_a_secret(log: LogReader, line: str, hidden: str, kept: str) -> None:
    """Tokens, keys and passwords that are not in the settings are recognised by their form."""
    log.start()
    _log.warning(line)
    text = log.text()
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
def test_ordinary_text_stays(log: LogReader, line: str) -> None:
    """Ids, hashes, addresses and times stay readable."""
    log.start()
    _log.warning(line)
    assert line in log.text()


def test_json_format(capsys: pytest.CaptureFixture[str]) -> None:
    """Each record is one line of JSON with time, level, logger and message."""
    set_up_logging(LogLevel.INFO, LogFormat.JSON, ())
    _log.info("two\nlines “and” %s", "月")
    try:
        raise ValueError("broken")  # noqa: TRY301
    except ValueError:
        _log.exception("failed")
    err = capsys.readouterr().err
    assert "月" in err, "a person can search the log for it"
    first, second = map(json.loads, err.splitlines())
    assert first["message"] == "two\nlines “and” 月"
    assert (first["level"], first["logger"]) == ("INFO", "midnight.test")
    assert first["time"].endswith("+00:00")
    assert "traceback" not in first
    assert "ValueError: broken" in second["traceback"]


def test_libraries_log_warnings_only(log: LogReader) -> None:
    """Libraries log warnings and errors only."""
    log.start()
    logging.getLogger("discord.gateway").info("heartbeat")
    logging.getLogger("discord.gateway").warning("reconnecting")
    _log.debug("detail")
    _log.info("normal")
    text = log.text()
    assert "heartbeat" not in text
    assert "detail" not in text
    assert "reconnecting" in text
    assert "normal" in text


def test_warnings_of_python_are_logged_without_secrets(log: LogReader) -> None:
    """Python would print them to standard error as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log.start()
        warnings.warn(f"{TOKEN} is deprecated", DeprecationWarning, stacklevel=1)
    text = log.text()
    assert "py.warnings" in text
    assert "DeprecationWarning: [redacted] is deprecated" in text


def test_malformed_log_call_prints_no_secret(log: LogReader) -> None:
    """A log call whose arguments do not fit its message does not print them."""
    log.start()
    _log.warning("number %d", TOKEN)
    _log.warning("normal")
    assert TOKEN not in log.text()


@pytest.mark.parametrize(("role", "named"), [("worker", {"role": "worker"}), ("", {})])
def test_json_names_the_process(capsys: pytest.CaptureFixture[str], role: str, named: dict[str, str]) -> None:
    """Where several processes log to one place, each line says which one it is from."""
    set_up_logging(LogLevel.INFO, LogFormat.JSON, (), role)
    _log.info("hello")
    line = json.loads(capsys.readouterr().err)
    assert line.items() >= {"host": socket.gethostname(), "pid": os.getpid(), **named}.items()
    assert ("role" in line) == bool(role)
