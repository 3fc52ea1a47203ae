"""A file that says every few seconds whether the process works: for containers, without an open port.

``python -m bot health`` reads it. A process that hangs or was killed no longer writes it, and the file's age says so.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Final

from bot.clock import Wait
from bot.errors import ConfigError, log_unexpected
from bot.monitoring.health import Health

WRITE_SECONDS: Final = 5.0
OLD_SECONDS: Final = 30.0
"""A busy machine may write late."""


@dataclass(slots=True)
class HealthFile:
    """Writes the file until it is stopped."""

    path: Path
    health: Health
    wait: Wait
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The file is there, and is kept fresh.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            await self._write()
        except OSError as error:
            raise ConfigError(f"HEALTH_FILE {self.path} cannot be written: {error.strerror}.") from error
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """The file is gone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            await asyncio.to_thread(self.path.unlink, missing_ok=True)

    async def _run(self) -> None:
        while True:
            await self.wait(asyncio.sleep(WRITE_SECONDS), "the next look at the process's health")
            try:
                await self._write()
            except OSError as error:
                log_unexpected(error, "writing HEALTH_FILE")

    async def _write(self) -> None:
        troubles = await self.health.find_troubles()
        text = json.dumps({"pid": os.getpid(), "time": time(), "troubles": troubles})
        await asyncio.to_thread(_replace, self.path, text)


def _replace(path: Path, text: str) -> None:
    """The file has this text, and never half of it."""
    written = path.with_name(f"{path.name}.{os.getpid()}")
    written.write_text(text, encoding="utf-8")
    written.replace(path)


def read_troubles(path: Path) -> list[str]:
    """What keeps the process from its work, as its file says; also that the file is missing or old."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        age, troubles = time() - float(content["time"]), [str(trouble) for trouble in content["troubles"]]
    except FileNotFoundError:
        return [f"There is no {path}: the bot does not run, or HEALTH_FILE is another one there."]
    except (OSError, ValueError, KeyError, TypeError):
        return [f"The file {path} cannot be read, or is not written by the bot."]
    return (
        [f"The bot has not written {path} for {age:.0f} s: it hangs or was killed."] if age > OLD_SECONDS else troubles
    )
