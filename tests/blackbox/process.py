"""The product as its operator runs it: ``python -m bot`` in a process of its own, on real sockets."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.standins.discord_server import DiscordStandIn

_ROOT = Path(__file__).parents[2]
_PRODUCT_VARIABLES = (
    *("DISCORD_", "GOOGLE_", "GEMINI_", "STUDIO_", "TEAM_", "DATABASE_", "LOG_", "BROADCAST_", "SESSION_"),
    *("METRICS_", "HEALTH_", "SHARD_"),
)
_SHORTEST_SECRET = 6
"""Characters. A shorter value, such as a wrong token in a test, might occur in the output as an ordinary word."""


@dataclass(slots=True)
class BotProcess:
    """A started process and the lines that it has written. Its environment's secrets must not be among them."""

    process: asyncio.subprocess.Process
    secrets: frozenset[str]
    lines: list[str] = field(default_factory=list)
    _reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, folder: Path, *arguments: str, module: str = "bot", **environment: str) -> "BotProcess":
        """Starts the process in this folder, without the machine's own settings of the product."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_PRODUCT_VARIABLES)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=folder,
            env=inherited | {"PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started = cls(process, _secrets_in(environment))
        started._reader = asyncio.create_task(started._read_lines())
        return started

    async def _read_lines(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    @property
    def output(self) -> str:
        """Everything that it has written so far."""
        return "\n".join(self.lines)

    async def wait_for_exit(self, within: float = 12.0) -> int:
        """Its exit code, after its whole output was checked for secrets."""
        code = await asyncio.wait_for(self.process.wait(), within)
        if self._reader is not None:
            await self._reader
        exposed = [line for line in self.lines if any(secret in line for secret in self.secrets)]
        assert exposed == [], "the process wrote a secret"
        return code

    async def stop(self, signal_sent: signal.Signals = signal.SIGTERM, within: float = 12.0) -> int:
        """Sends the signal and waits for the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal_sent)
        return await self.wait_for_exit(within)


def _secrets_in(environment: dict[str, str]) -> frozenset[str]:
    """Tokens, keys, and the passwords in addresses."""
    secrets = {value for name, value in environment.items() if name.endswith(("_TOKEN", "_KEY"))}
    secrets |= {urlsplit(value).password or "" for name, value in environment.items() if name.endswith("_URL")}
    return frozenset(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)


@asynccontextmanager
async def running_process(
    discord: DiscordStandIn, folder: Path, *, role: str = "all", **environment: str
) -> AsyncIterator[BotProcess]:
    """The bot or a part of it, connected and ready; killed at the end if it still runs.

    Raises:
        AssertionError: At the end, a request broke Discord's rules, could have rung somebody, or had no route in the stand-in;
            or the process wrote a secret.
    """
    connections = len(discord.gateway.identifies)
    arguments = () if role == "all" else ("run", "--role", role)
    bot = await BotProcess.start(folder, *arguments, **(discord.env | environment))
    try:
        if role != "worker":
            await discord.wait_until(lambda: len(discord.gateway.identifies) > connections, 20)
            await discord.wait_until_connected(20)
        await discord.wait_until(lambda: "ready as" in bot.output, 20)
        yield bot
        assert discord.violations == []
        assert discord.unexpected == []
    finally:
        if bot.process.returncode is None:
            bot.process.kill()
        await bot.wait_for_exit()
