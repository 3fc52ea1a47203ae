"""The live board of the real process: killed, restarted, deleted, and an hour in which much happens."""

import asyncio
import itertools
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.blackbox.process import started
from tests.stage import MANAGE_GUILD
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Message

pytestmark = pytest.mark.slow
BUSY_SECONDS = 240 if os.environ.get("SOAK") else 0
CURRENT = 20.0


def standing(discord: DiscordStandIn) -> list[Message]:
    """The boards in the studio's channel."""
    return [message for message in discord.channel.messages if "Take it down" in message.buttons]


async def noted(discord: DiscordStandIn, hana: Person, event: str) -> None:
    """An entry by hand, written."""
    log = await discord.wait_for_answer(await hana.slash("track", event=event))
    assert "Noted" in log.text


async def test_a_board_through_kills_and_a_busy_hour(tmp_path: Path) -> None:
    """Killed before it could remember its board, and in the soak deleted and busy: one board, never 20 s behind."""
    dice = random.Random(7)
    async with DiscordStandIn() as discord:
        hana = discord.add_person("Hana", roles=[discord.world.add_role(discord.studio, "Team", MANAGE_GUILD)])
        takes = itertools.count(1)
        async with started(discord, tmp_path) as bot:
            log = await discord.wait_for_answer(await hana.slash("progress"))
            await discord.wait_until(lambda: "Pin a live board" in log.buttons)
            await hana.click(log, "Pin a live board")
            await discord.wait_until(lambda: standing(discord))
            await bot.stop(signal.SIGKILL)  # perhaps before the board's id was committed
        async with started(discord, tmp_path) as bot:
            await discord.wait_until(lambda: any("Live board pinned" in message.text for message in standing(discord)))
            assert len(standing(discord)) == 1
            await bot.stop()
        ends = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < ends:
            async with started(discord, tmp_path) as bot:
                if dice.random() < 0.5 and standing(discord):
                    discord.delete_message(standing(discord)[0])
                for _ in range(dice.randint(1, 8)):
                    last = f"Take {next(takes)}."
                    await noted(discord, hana, last)
                    await asyncio.sleep(dice.random())
                    assert len(standing(discord)) <= 1
                begin = time.monotonic()
                await discord.wait_until(lambda last=last: any(last in m.text for m in standing(discord)), CURRENT)  # type: ignore[misc]
                assert time.monotonic() - begin <= CURRENT
                assert len(standing(discord)) == 1
                await bot.stop(signal.SIGKILL)
        assert discord.violations == []
