"""The product as its operator has it: ``python -m bot`` in a process of its own, on real sockets."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.discord_server import DiscordStandIn

_ROOT = Path(__file__).parents[2]
_OURS = ("DISCORD_", "GOOGLE_", "GEMINI_", "STUDIO_", "TEAM_", "DATABASE_", "LOG_", "BROADCAST_", "SESSION_")


@dataclass(slots=True)
class BotProcess:
    """A started process and what it has said."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)
    _reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, cwd: Path, *arguments: str, **environment: str) -> "BotProcess":
        """Starts it in an empty folder, with nothing of the machine's own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=cwd,
            env=kept | {"PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        found = cls(process)
        found._reader = asyncio.create_task(found._read())
        return found

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode(errors="replace").rstrip())

    @property
    def output(self) -> str:
        """Everything it has said."""
        return "\n".join(self.said)

    async def ended(self, within: float = 12.0) -> int:
        """Its exit code."""
        code = await asyncio.wait_for(self.process.wait(), within)
        if self._reader is not None:
            await self._reader
        return code

    async def stop(self, sent: signal.Signals = signal.SIGTERM, within: float = 12.0) -> int:
        """Sends the signal and waits."""
        if self.process.returncode is None:
            self.process.send_signal(sent)
        return await self.ended(within)


@asynccontextmanager
async def started(discord: DiscordStandIn, folder: Path, **environment: str) -> AsyncIterator[BotProcess]:
    """The bot, connected; killed at the end if it still runs."""
    before = len(discord.gateway.identifies)
    bot = await BotProcess.start(folder, **(discord.env | environment))
    try:
        await discord.wait_until(lambda: len(discord.gateway.identifies) > before, 20)
        await discord.wait_until_connected(20)
        await discord.wait_until(lambda: "ready as" in bot.output, 10)
        yield bot
    finally:
        if bot.process.returncode is None:
            bot.process.kill()
        await bot.ended()
