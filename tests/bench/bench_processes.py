"""What more workers bring: an announcement and a batch with 1, 2 and 4 of them beside a gateway, on a durable PostgreSQL.

Posts go to a loopback Discord that answers after 100 ms and has no limit here. Chapters are written by a loopback Gemini that
takes two seconds for each. Everything runs on this machine, so the processors are shared with both stand-ins; the figures of
CPU time say what each part needs.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench.bench_writes import get_cpu_seconds
from tests.blackbox.batch_book import CHAPTERS, add_book, count_scripts, start_batch
from tests.blackbox.busy_studio import BusyStudio
from tests.blackbox.process_group import ProcessGroup, process_group
from tests.postgres import DURABLE, Server, running_server
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn

CHANNELS = 400
LATENCY = 0.1
CHUNKS, DELAY = 20, 0.1
WORKERS = (1, 2, 4)


@dataclass(slots=True)
class Usage:
    """CPU seconds so far: of the workers, of the gateway, of PostgreSQL, and of this process with both stand-ins."""

    workers: float
    gateway: float
    server: float
    standins: float

    @classmethod
    def measure(cls, group: ProcessGroup, server: Server) -> "Usage":
        """As it is now."""
        used = {name: _get_process_seconds(process.process.pid) for name, process in group.running.items()}
        gateway = used.pop("gateway")
        return cls(sum(used.values()), gateway, get_cpu_seconds(server), time.process_time())

    def describe_since(self, before: "Usage", number: int) -> str:
        """CPU milliseconds for each of so many things."""
        pairs = (
            ("workers", self.workers - before.workers),
            ("gateway", self.gateway - before.gateway),
            ("PostgreSQL", self.server - before.server),
            ("stand-ins", self.standins - before.standins),
        )
        return ", ".join(f"{name} {1000 * seconds / number:.1f} ms" for name, seconds in pairs)


def _get_process_seconds(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@pytest.mark.parametrize("workers", WORKERS)
async def test_an_announcement_and_a_batch_with_several_workers(tmp_path: Path, workers: int) -> None:
    """Every post and every chapter is there once, whatever the number of workers."""
    with running_server(DURABLE) as server, GeminiStandIn(chunks=CHUNKS, delay=DELAY) as gemini:
        url = await server.create_database("bench")
        async with DiscordStandIn() as discord:
            studio = BusyStudio(discord, gemini, url)
            async with process_group(discord, tmp_path, **studio.environment) as group:
                group.module = "tests.bench.fast_process"
                await group.start("gateway")
                studio.add_channels(CHANNELS)
                add_book(url)
                await group.kill("gateway")
                await group.start("gateway", *(f"worker-{number}" for number in range(workers)))
                discord.latency = LATENCY
                before, begun = Usage.measure(group, server), time.monotonic()
                await studio.announce()
                await discord.wait_until(lambda: studio.posted == CHANNELS, 300)
                seconds = time.monotonic() - begun
                used = Usage.measure(group, server).describe_since(before, CHANNELS)
                print(f"\n{workers} workers, {CHANNELS} posts: {CHANNELS / seconds:6.1f} posts a second; each {used}")
                await discord.wait_until(lambda: studio.is_announced, 60)
                discord.latency = 0.0
                before, begun = Usage.measure(group, server), time.monotonic()
                await start_batch(discord, studio.hana, order="parallel")
                await discord.wait_until(lambda: count_scripts(url) == CHAPTERS, 300)
                seconds = time.monotonic() - begun
                used = Usage.measure(group, server).describe_since(before, CHAPTERS)
                print(f"{workers} workers, {CHAPTERS} chapters: {60 * CHAPTERS / seconds:6.1f} a minute; each {used}")
            studio.check_posts()
            assert len(gemini.calls) == CHAPTERS
