"""Logs for people or for a collector. Secrets are cut out wherever they would appear, tracebacks included."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.settings import LogFormat, LogLevel

_MASK = "[redacted]"
# What tokens and keys look like, for those that are not ours by setting: Discord's tokens, Google's keys, webhook and
# interaction tokens in addresses, passwords in database addresses.
_SHAPES = (
    re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}\b"),
    re.compile(r"\bAIza[\w-]{30,}\b"),
    re.compile(r"(?<=/webhooks/)(\d+/)[\w-]{20,}"),
    re.compile(r"(?<=/interactions/)(\d+/)[\w-]{20,}"),
    re.compile(r"(?<=://)([^/\s:@]+:)[^@\s]+(?=@)"),
)
_NOISY = (
    "discord",
    "google_genai",
    "aiosqlite",
    "sqlalchemy",
    "alembic",
    "asyncio",
    "httpx2",
    "httpcore2",
    "matplotlib",
    "PIL",
)


class Redactor:
    """Cuts secrets out of text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        for shape in _SHAPES:
            text = shape.sub(lambda found: (found.group(1) if found.re.groups else "") + _MASK, text)
        return text


class _TextFormatter(logging.Formatter):
    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _JsonFormatter(logging.Formatter):
    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: self._redact(value) for key, value in line.items()}, ensure_ascii=False)


def set_up(level: LogLevel, style: LogFormat, secrets: Iterable[str]) -> None:
    """Logs go to standard error from here on."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(redact) if style is LogFormat.JSON else _TextFormatter(redact))
    # A log call that cannot be formatted would print its raw arguments to standard error, secrets included.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value)
    for name in _NOISY:  # libraries speak up only when something is wrong
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.value)))
    # That a font for foreign signs has no bold is no news; it would be told with every picture.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
