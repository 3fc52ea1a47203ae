"""Several processes of the bot on one loopback Discord and one PostgreSQL: killed, halted, resumed and started again."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.blackbox.process import BotProcess
from tests.standins.discord_server import DiscordStandIn

_READY_SECONDS = 60.0
"""For a start on a machine that is busy with the other processes."""


@dataclass(slots=True)
class ProcessGroup:
    """Processes by name; the part of a name before "-" is the role, as in ``worker-1``. ``module`` is the program."""

    discord: DiscordStandIn
    folder: Path
    environment: dict[str, str]
    module: str = "bot"
    running: dict[str, BotProcess] = field(default_factory=dict)
    halted: set[str] = field(default_factory=set)
    ended: list[BotProcess] = field(default_factory=list)

    async def start(self, *names: str, **environment: str) -> None:
        """Starts the processes at once and returns when all are ready."""
        for name in names:
            role = name.partition("-")[0]
            given = self.discord.env | self.environment | environment
            self.running[name] = await BotProcess.start(self.folder, "run", "--role", role, module=self.module, **given)
        for name in names:
            await self.discord.wait_until(lambda name=name: self.is_ready(name), _READY_SECONDS)  # type: ignore[misc]

    def is_ready(self, name: str) -> bool:
        """Whether the process has said that it is ready.

        Raises:
            AssertionError: it has ended by itself.
        """
        process = self.running[name]
        assert process.process.returncode is None, f"{name} ended by itself:\n{process.output[-3000:]}"
        return "ready as" in process.output

    @property
    def is_working(self) -> bool:
        """Whether at least one worker is ready and not halted."""
        names = [name for name in self.running if name.startswith("worker")]
        return any(name not in self.halted and "ready as" in self.running[name].output for name in names)

    async def kill(self, name: str) -> None:
        """The process is gone, with ``kill -9``."""
        process = self.running.pop(name)
        self.halted.discard(name)
        assert await process.stop(signal.SIGKILL) == -signal.SIGKILL
        self.ended.append(process)

    def halt(self, name: str) -> None:
        """The process stands still until ``resume``, as on a machine that sleeps."""
        self.halted.add(name)
        self.running[name].process.send_signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """A halted process goes on and does not know that time has passed."""
        self.running[name].process.send_signal(signal.SIGCONT)
        self.halted.discard(name)

    async def stop(self) -> list[int]:
        """All are asked to stop, at once; their exit codes."""
        for name in list(self.halted):
            self.resume(name)
        processes = list(self.running.values())
        self.running.clear()
        self.ended += processes
        return list(await asyncio.gather(*(process.stop() for process in processes)))

    async def kill_all(self) -> None:
        """For the end of a test that failed."""
        for name in list(self.running):
            await self.kill(name)


@asynccontextmanager
async def process_group(discord: DiscordStandIn, folder: Path, **environment: str) -> AsyncIterator[ProcessGroup]:
    """A group without processes yet; whatever still runs at the end is killed.

    Raises:
        AssertionError: At the end, a request broke Discord's rules or had no route in the stand-in.
    """
    group = ProcessGroup(discord, folder, environment)
    try:
        yield group
        assert discord.violations == []
        assert discord.unexpected == []
    finally:
        await group.kill_all()


async def count_seconds_without_worker(group: ProcessGroup, ends: asyncio.Event) -> float:
    """For how long no worker could work, until ``ends``."""
    idle, before = 0.0, time.monotonic()
    while not ends.is_set():
        await asyncio.sleep(0.05)
        now = time.monotonic()
        if not group.is_working:
            idle += now - before
        before = now
    return idle
