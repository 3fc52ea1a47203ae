"""Hours of bad luck in minutes: three processes on one PostgreSQL are killed and halted, and the server restarts."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import postgres
from tests.blackbox.busy_studio import BusyStudio
from tests.blackbox.process_group import ProcessGroup, count_seconds_without_worker, process_group
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn

pytestmark = pytest.mark.slow
NAMES = ("gateway", "worker-1", "worker-2")
LATEST = 30.0
"""Seconds after the ideal within which everything has ended."""
MOST_ABOVE_RATE = 3
"""Posts in one second above the rate: turns may be used a quarter of a second late, and a busy machine delays requests."""
CRASH_SAFE = ("fsync=off", "synchronous_commit=on", "max_connections=200")
"""What was committed survives a kill of the server, though not a power cut."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is to do, and how much goes wrong meanwhile."""

    channels: int
    rate: float
    runs: int
    kills: int
    halts: int
    restarts: int

    @property
    def seconds(self) -> float:
        """For all posts at their rate, if nothing goes wrong."""
        return self.channels / self.rate

    def shuffle_faults(self, dice: random.Random) -> list[str]:
        """What goes wrong, in random order."""
        faults = ["kill"] * self.kills + ["halt"] * self.halts + ["restart"] * self.restarts
        dice.shuffle(faults)
        return faults


SCALES = (Scale(300, 3, 8, 15, 6, 2), Scale(1500, 5, 20, 50, 20, 5))


@dataclass(slots=True)
class Misfortune:
    """Kills, halts and restarts at random moments; what it has begun is over when ``end`` returns."""

    studio: BusyStudio
    group: ProcessGroup
    server: postgres.Server
    dice: random.Random
    _recovering: set[asyncio.Task[None]] = field(default_factory=set)
    _disturbed: set[str] = field(default_factory=set)

    async def strike(self, kind: str) -> None:
        """One fault; the process is back a while later."""
        if kind == "restart":
            async with self.studio.calm:
                await self.server.restart()
                await asyncio.sleep(2)
            return
        while not (names := [name for name in NAMES if name not in self._disturbed]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        name = self.dice.choice(names)
        self._disturbed.add(name)
        action = self._kill(name) if kind == "kill" else self._halt(name)
        if name == "gateway":  # nobody presses anything while nobody can answer
            await self.studio.calm.acquire()
        task = asyncio.create_task(action)
        self._recovering.add(task)
        await asyncio.sleep(0)

    async def end(self) -> None:
        """Everything that was disturbed works again."""
        await asyncio.gather(*self._recovering)

    async def _kill(self, name: str) -> None:
        await self.group.kill(name)
        await self.group.start(name)
        self._release(name)

    async def _halt(self, name: str) -> None:
        self.group.halt(name)
        await asyncio.sleep(self.dice.uniform(11, 14))
        self.group.resume(name)
        if name == "gateway":
            await asyncio.sleep(2)
        self._release(name)

    def _release(self, name: str) -> None:
        self._disturbed.discard(name)
        if name == "gateway":
            self.studio.calm.release()


async def act_as_team(studio: BusyStudio, scale: Scale, ends: asyncio.Event) -> None:
    """Asks for the chapters one after the other, and continues what waits for a person."""
    began = time.monotonic()
    while not ends.is_set():
        async with studio.calm:
            share = (time.monotonic() - began) / (0.7 * scale.seconds)
            if studio.runs < min(scale.runs, scale.runs * share):
                await studio.start_runs(1)
            await studio.continue_interrupted()
        await asyncio.sleep(1)


@pytest.fixture
def durable_server() -> Iterator[postgres.Server]:
    """A server that may be restarted."""
    with postgres.running_server(CRASH_SAFE) as server:
        yield server


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: f"{scale.channels}_channels")
async def test_whatever_dies_nothing_is_lost_and_nothing_is_done_twice(
    tmp_path: Path, durable_server: postgres.Server, scale: Scale
) -> None:
    """Everything ends at most 30 s after the ideal: the posts at their rate, plus the time in which no worker lived."""
    dice = random.Random(17)
    url = await durable_server.create_database("soak")
    with GeminiStandIn(chunks=60, delay=0.15) as gemini:
        async with DiscordStandIn() as discord:
            studio = BusyStudio(discord, gemini, url)
            async with process_group(discord, tmp_path, **studio.environment, BROADCAST_RATE=str(scale.rate)) as group:
                await group.start("gateway")  # creates the tables
                studio.add_channels(scale.channels)
                await group.kill("gateway")
                await group.start(*NAMES)
                await studio.pin_board()
                await studio.announce()
                ends = asyncio.Event()
                idle = asyncio.create_task(count_seconds_without_worker(group, ends))
                team = asyncio.create_task(act_as_team(studio, scale, ends))
                misfortune = Misfortune(studio, group, durable_server, dice)
                faults = scale.shuffle_faults(dice)
                for number, kind in enumerate(faults, 1):
                    moment = studio.began + scale.seconds * 0.95 * number / len(faults)
                    await asyncio.sleep(max(0.0, moment - time.monotonic()))
                    await misfortune.strike(kind)
                    assert not team.done(), team.result()
                await misfortune.end()
                await discord.wait_until(lambda: studio.is_announced or team.done(), scale.seconds + 120)
                seconds = time.monotonic() - studio.began
                await discord.wait_until(lambda: studio.are_runs_done or team.done(), 120)
                ends.set()
                await team
                ideal = scale.seconds + await idle
                await studio.note("The last bell.")
                await discord.wait_until(lambda: "The last bell." in studio.boards[0].text)
            print(  # noqa: T201 - figures for whoever runs the soak
                f"\n{scale}: {seconds:.0f} s, ideal {ideal:.0f} s, at most {studio.count_busiest_second()} posts in a"
                f" second, {len(gemini.calls)} requests to Gemini"
            )
            await studio.check_nothing_lost_nothing_twice()
            assert studio.count_busiest_second() <= scale.rate + MOST_ABOVE_RATE
            assert seconds <= ideal + LATEST
