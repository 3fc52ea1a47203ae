"""The live board of the real process: killed, restarted, deleted, and an hour in which much happens."""

import asyncio
import itertools
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.blackbox.process import running_process
from tests.stage import add_team_member
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Message

pytestmark = pytest.mark.slow
BUSY_SECONDS = 240 if os.environ.get("SOAK") else 0
CURRENT_WITHIN = 20.0
"""Seconds: the slowest interval of board edits is 15, and some seconds are left for the request."""


def boards(discord: DiscordStandIn) -> list[Message]:
    """The live boards in the studio's channel."""
    return [message for message in discord.channel.messages if "Take it down" in message.buttons]


async def track(discord: DiscordStandIn, hana: Person, event: str) -> None:
    """Adds an entry with ``/track``."""
    log = await discord.wait_for_answer(await hana.slash("track", event=event))
    assert "Noted" in log.text


async def test_one_board_survives_kills_and_a_busy_hour(tmp_path: Path) -> None:
    """After kills (in the soak also deletions and much work) there is one board, and it is never more than 20 s behind."""
    dice = random.Random(7)
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        takes = itertools.count(1)
        async with running_process(discord, tmp_path) as bot:
            log = await discord.wait_for_answer(await hana.slash("progress"))
            await discord.wait_until(lambda: "Pin a live board" in log.buttons)
            await hana.click(log, "Pin a live board")
            await discord.wait_until(lambda: boards(discord))
            await bot.stop(signal.SIGKILL)  # perhaps before the board's id was committed
        async with running_process(discord, tmp_path) as bot:
            await discord.wait_until(lambda: any("Live board pinned" in board.text for board in boards(discord)))
            assert len(boards(discord)) == 1
            await bot.stop()
        ends = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < ends:
            async with running_process(discord, tmp_path) as bot:
                if dice.random() < 0.5 and boards(discord):
                    discord.delete_message(boards(discord)[0])
                for _ in range(dice.randint(1, 8)):
                    newest = f"Take {next(takes)}."
                    await track(discord, hana, newest)
                    await asyncio.sleep(dice.random())
                    assert len(boards(discord)) <= 1

                def is_current(event: str = newest) -> bool:
                    return any(event in board.text for board in boards(discord))

                await discord.wait_until(is_current, CURRENT_WITHIN)
                assert len(boards(discord)) == 1
                await bot.stop(signal.SIGKILL)
