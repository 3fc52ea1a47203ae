"""Logging as text or as JSON. Secrets are removed from every line, tracebacks included."""

import json
import logging
import os
import re
import socket
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from bot.settings import LogFormat, LogLevel

_MASK: Final = "[redacted]"
_MIN_SECRET: Final = 4
"""Characters; removing shorter secrets would make the log unreadable and they protect nothing."""

# Secrets that are not in the settings, in this order: Discord's tokens, Google's keys, webhook and interaction tokens in
# addresses, passwords in addresses. A group before the secret is kept.
_SECRET_PATTERNS: Final = (
    re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}\b"),
    re.compile(r"\bAIza[\w-]{30,}\b"),
    re.compile(r"(?<=/webhooks/)(\d+/)[\w-]{20,}"),
    re.compile(r"(?<=/interactions/)(\d+/)[\w-]{20,}"),
    re.compile(r"(?<=://)([^/\s:@]+:)[^@\s]+(?=@)"),
)
# Libraries that log routine work at INFO.
_NOISY_LIBRARIES: Final = (
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
    """Removes secrets from text: the given ones, and whatever looks like a token, a key or a password."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= _MIN_SECRET}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with ``[redacted]`` in place of each secret."""
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        for pattern in _SECRET_PATTERNS:
            text = pattern.sub(lambda match: (match.group(1) if match.re.groups else "") + _MASK, text)
        return text


class _TextFormatter(logging.Formatter):
    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _JsonFormatter(logging.Formatter):
    def __init__(self, redact: Redactor, role: str) -> None:
        super().__init__()
        self._redact = redact
        # In containers every process has the id 1, so the host belongs to it.
        self._origin = {"host": socket.gethostname(), "pid": os.getpid(), **({"role": role} if role else {})}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        redacted = {key: self._redact(value) for key, value in line.items()}
        return json.dumps(redacted | self._origin, ensure_ascii=False)


def set_up_logging(level: LogLevel, style: LogFormat, secrets: Iterable[str], role: str = "") -> None:
    """Logs go to standard error from now on, without ``secrets``. Libraries log warnings and errors only.

    Lines in JSON name the host and the process, and the process's ``role`` if it has one.
    """
    redact = Redactor(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(redact, role) if style is LogFormat.JSON else _TextFormatter(redact))
    # A log call that cannot be formatted would print its raw arguments to standard error, secrets included.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value)
    for name in _NOISY_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.value)))
    # It warns with every picture that a fallback font has no bold face, which nobody can change.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
