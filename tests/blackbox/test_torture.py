"""A broadcast under torture: the process is killed again and again, answers are lost, servers vanish."""

import csv
import io
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.blackbox.process import BotProcess, started
from tests.stage import MANAGE_GUILD, announcements
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel

pytestmark = pytest.mark.slow
SOAK = bool(os.environ.get("SOAK"))
CHANNELS, KILLS, ROUNDS = (300, 5, 6) if SOAK else (160, 4, 1)
RATE = {"BROADCAST_RATE": "40"}


def team(discord: DiscordStandIn) -> Person:
    return discord.add_person("Hana", roles=[discord.world.add_role(discord.studio, "Team", MANAGE_GUILD)])


def subscribe(discord: DiscordStandIn, folder: Path, channels: list[Channel]) -> None:
    """Writes the subscriptions while no bot runs: joining so many servers by hand is not what is tried here."""
    with closing(sqlite3.connect(folder / "data" / "studio.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO subscriptions (id, state, guild_id, guild_name, channel_id, channel_name, referral, created_at)"
            " VALUES (?, 'active', ?, ?, ?, 'lore', ?, '2026-11-22 20:00:00.000000')",
            [
                (f"subscriptions_{number:016x}", channel.guild.id, channel.guild.name, channel.id, f"{number:08x}")
                for number, channel in enumerate(channels)
                if channel.guild is not None
            ],
        )


def servers(discord: DiscordStandIn, number: int) -> list[Channel]:
    owner = discord.world.add_user("owner")
    guilds = [discord.world.add_guild(f"Server {index}", owner) for index in range(number)]
    return [discord.world.add_channel(guild, "lore") for guild in guilds]


async def prepared(discord: DiscordStandIn, folder: Path, number: int) -> list[Channel]:
    """A database with that many subscriptions."""
    channels = servers(discord, number)
    async with started(discord, folder) as bot:
        await bot.stop()
    subscribe(discord, folder, channels)
    return channels


async def confirm(discord: DiscordStandIn, hana: Person, label: str) -> None:
    log = await discord.wait_for_answer(await hana.slash("broadcast", title="Soon", message="The well opens."))
    await hana.click(log, label)


def outcomes(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "data" / "studio.db")) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())


def landed(channels: list[Channel]) -> int:
    return sum(bool(announcements(channel)) for channel in channels)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    """Killed at random moments and with answers lost, every channel has the post exactly once, or is shown as unknown."""
    dice = random.Random(seed)
    async with DiscordStandIn(seed=seed) as discord:
        hana = team(discord)
        channels = await prepared(discord, tmp_path, CHANNELS)
        discord.add_fault("POST", "*/channels/*/messages", "lost", times=None, chance=0.02)
        kills = sorted(dice.sample(range(10, CHANNELS - 20), KILLS))
        confirmed = False
        for kill in [*kills, CHANNELS + 1]:
            async with started(discord, tmp_path, **RATE) as bot:
                if not confirmed:
                    await confirm(discord, hana, f"Post to {CHANNELS} channels")
                    confirmed = True
                if kill <= CHANNELS:
                    await at_least(discord, channels, kill)
                    await bot.stop(signal.SIGKILL)
                else:
                    await finished(discord, bot)
        counts = outcomes(tmp_path)
        posts = [len(announcements(channel)) for channel in channels]
        assert max(posts) == 1, "no channel has it twice"
        assert counts.get("sent", 0) + counts.get("unknown", 0) == CHANNELS
        assert sum(posts) >= counts.get("sent", 0)
        assert discord.violations == []


def still_ready(folder: Path, channels: list[Channel]) -> list[Channel]:
    """Channels whose turn has not come, the next first."""
    with closing(sqlite3.connect(folder / "data" / "studio.db")) as connection:
        rows = connection.execute(
            "SELECT channel_id FROM deliveries WHERE state = 'ready' ORDER BY due_at, id"
        ).fetchall()
    named = {channel.id: channel for channel in channels}
    return [named[number] for (number,) in rows]


async def at_least(discord: DiscordStandIn, channels: list[Channel], number: int) -> None:
    await discord.wait_until(lambda: landed(channels) >= number, 60)


async def finished(discord: DiscordStandIn, bot: BotProcess) -> None:
    """Until the last start has told the end, then stopped."""
    await discord.wait_until(lambda: any("Posted to" in message.text for message in discord.channel.messages), 90)
    await bot.stop()


async def test_bad_weather_is_accounted_for(tmp_path: Path) -> None:
    """Errors, silence, deleted channels, lost permissions and a vanished server: the report is complete and right."""
    async with DiscordStandIn() as discord:
        hana = team(discord)
        channels = await prepared(discord, tmp_path, 120)
        for status in (500, 502):
            discord.add_fault("POST", "*/channels/*/messages", "status", status=status, times=None, chance=0.01)
        discord.add_fault("POST", "*/channels/*/messages", "reset", times=None, chance=0.01)
        discord.add_fault("POST", "*/channels/*/messages", "lost", times=None, chance=0.01)
        if SOAK:  # each costs the whole time that we wait for an answer
            discord.add_fault("POST", "*/channels/*/messages", "hang", times=2, chance=0.05)
        async with started(discord, tmp_path, **RATE) as bot:
            log = await discord.wait_for_answer(await hana.slash("broadcast", title="Soon", message="The well opens."))
            await hana.click(log, "Post to 120 channels")
            await at_least(discord, channels, 30)
            # Ten in the first twenty would rightly stop the broadcast, so the bad ones are spread over what is left.
            left = still_ready(tmp_path, channels)
            bad = left[12:62:5]
            for channel in bad[:5]:
                discord.delete_channel(channel, silently=True)
            for channel in bad[5:]:
                assert channel.guild is not None
                channel.deny(channel.guild.me, 1 << 11)
            gone = left[-1]
            assert gone.guild is not None
            discord.remove_guild(gone.guild)
            await discord.wait_until(
                lambda: any("Posted to" in message.text for message in discord.channel.messages), 120
            )
            card = next(message for message in discord.channel.messages if "Posted to" in message.text)
            report = await discord.wait_for_answer(await hana.click(card, "Report"))
            text = report.messages[0].attachments[0].data.decode("utf-8-sig")
            await bot.stop()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == 120
        refused = [row for row in rows if row["outcome"] == "refused"]
        assert len([row for row in refused if "no longer exists" in row["error"]]) == 5
        assert len([row for row in refused if "Send Messages" in row["error"]]) == 5
        told = {row["outcome"] for row in rows}
        assert told <= {"sent", "refused", "cancelled", "failed", "unknown"}
        sent = sum(row["outcome"] == "sent" for row in rows)
        assert sent >= 105
        assert max(len(announcements(channel)) for channel in channels) == 1
