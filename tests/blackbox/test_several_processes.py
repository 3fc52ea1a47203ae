"""A gateway and two workers on one PostgreSQL, of which some die or stand still while there is much to do."""

import time
from pathlib import Path

import pytest

from tests.blackbox.busy_studio import BusyStudio
from tests.blackbox.process_group import process_group
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn

pytestmark = pytest.mark.slow
CHANNELS, RUNS, RATE = 60, 4, 30
MOST_IN_A_SECOND = RATE * 1.1
"""Requests that leave at an even pace do not arrive at one: each is on its way for some milliseconds more or less."""
LEASE_SECONDS, TAKEN_OVER_WITHIN = 10.0, 13.0
SLACK_SECONDS = 12.0
"""For starting a process and for a busy machine."""


async def test_workers_that_die_or_stand_still_lose_nothing_and_repeat_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    """One worker is killed, the other halted past its lease; a new one goes on, and the halted one wakes in between.

    Every post and every script is there once, no second has more posts than allowed, and all ends soon after the dead
    processes' leases.
    """
    with GeminiStandIn(chunks=40, delay=0.1) as gemini:
        async with DiscordStandIn() as discord:
            studio = BusyStudio(discord, gemini, postgres_url)
            studio.add_channels(CHANNELS)
            async with process_group(discord, tmp_path, **studio.environment, BROADCAST_RATE=str(RATE)) as group:
                await group.start("gateway", "worker-1", "worker-2")
                await studio.pin_board()
                await studio.start_runs(RUNS)
                await studio.announce()
                await discord.wait_until(lambda: studio.posted >= 15 and gemini.open_streams == RUNS)
                group.halt("worker-2")
                await group.kill("worker-1")
                halted_at = time.monotonic()
                await group.start("worker-3")
                await discord.wait_until(lambda: time.monotonic() - halted_at > LEASE_SECONDS + 1)
                group.resume("worker-2")
                ends_within = TAKEN_OVER_WITHIN + SLACK_SECONDS - (time.monotonic() - halted_at)
                await discord.wait_until(lambda: studio.is_announced, ends_within)
                await discord.wait_until(lambda: studio.are_runs_done)
                await studio.note("The bell was cast.")
                await discord.wait_until(lambda: "The bell was cast." in studio.boards[0].text)
            assert studio.count_busiest_second() <= MOST_IN_A_SECOND
            await studio.check_nothing_lost_nothing_twice()
