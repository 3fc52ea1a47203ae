"""Broadcasts under bad conditions: the process is killed again and again, responses are lost, servers disappear."""

import csv
import io
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.blackbox.database import database_path, select
from tests.blackbox.process import running_process
from tests.stage import add_team_member, posts_in
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import SEND_MESSAGES, Channel, Message

pytestmark = pytest.mark.slow
SOAK = bool(os.environ.get("SOAK"))
CHANNELS, KILLS, ROUNDS = (300, 5, 6) if SOAK else (160, 4, 1)
RATE = {"BROADCAST_RATE": "40"}


def add_channels(discord: DiscordStandIn, number: int) -> list[Channel]:
    """Adds servers with one channel each."""
    owner = discord.world.add_user("owner")
    guilds = [discord.world.add_guild(f"Server {index}", owner) for index in range(number)]
    return [discord.world.add_channel(guild, "lore") for guild in guilds]


@pytest.fixture
def subscribe(migrated_sqlite_file: Path, tmp_path: Path) -> Callable[[list[Channel]], None]:
    """Creates the database with subscriptions of channels. Subscribing hundreds by command is not what is tested here."""
    path = database_path(tmp_path)
    path.parent.mkdir()
    shutil.copy(migrated_sqlite_file, path)

    def insert(channels: list[Channel]) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executemany(
                "INSERT INTO subscriptions"
                " (id, state, guild_id, guild_name, channel_id, channel_name, referral, created_at)"
                " VALUES (?, 'active', ?, ?, ?, 'lore', ?, '2026-11-22 20:00:00.000000')",
                [
                    (f"subscriptions_{number:016x}", channel.guild.id, channel.guild.name, channel.id, f"{number:08x}")
                    for number, channel in enumerate(channels)
                    if channel.guild is not None
                ],
            )

    return insert


async def confirm(discord: DiscordStandIn, hana: Person, label: str) -> None:
    log = await discord.wait_for_answer(await hana.slash("broadcast", title="Soon", message="The well opens."))
    await hana.click(log, label)


def count_posted(channels: list[Channel]) -> int:
    """In how many channels the post is."""
    return sum(bool(posts_in(channel)) for channel in channels)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_a_process_that_is_killed_again_and_again_posts_once(
    tmp_path: Path, subscribe: Callable[[list[Channel]], None], seed: int
) -> None:
    """Despite kills at random moments and lost responses, every channel has the post exactly once, and none is in doubt.

    Every history can be read, so that whatever a dead process may have posted can be found.
    """
    dice = random.Random(seed)
    async with DiscordStandIn(seed=seed) as discord:
        hana = add_team_member(discord, "Hana")
        channels = add_channels(discord, CHANNELS)
        subscribe(channels)
        discord.add_fault("POST", "*/channels/*/messages", "lost", times=None, chance=0.02)
        kills = sorted(dice.sample(range(10, CHANNELS - 20), KILLS))
        confirmed = False
        for kill in [*kills, CHANNELS + 1]:
            async with running_process(discord, tmp_path, **RATE) as bot:
                if not confirmed:
                    await confirm(discord, hana, f"Post to {CHANNELS} channels")
                    confirmed = True
                if kill <= CHANNELS:
                    await discord.wait_until(lambda kill=kill: count_posted(channels) >= kill, 60)  # type: ignore[misc]
                    await bot.stop(signal.SIGKILL)
                else:
                    await discord.wait_until(lambda: find_card(discord), 90)
                    await bot.stop()
        counts = dict(select(database_path(tmp_path), "SELECT state, count(*) FROM deliveries GROUP BY state"))
        assert [len(posts_in(channel)) for channel in channels] == [1] * CHANNELS
        assert counts == {"sent": CHANNELS}


def find_card(discord: DiscordStandIn) -> Message | None:
    """The card of a broadcast that has ended."""
    return next((message for message in discord.channel.messages if "Posted to" in message.text), None)


def waiting_channels(folder: Path, channels: list[Channel]) -> list[Channel]:
    """The channels whose posts are not claimed yet, in the order in which they will be."""
    rows = select(database_path(folder), "SELECT channel_id FROM deliveries WHERE state = 'ready' ORDER BY due_at, id")
    by_id = {channel.id: channel for channel in channels}
    return [by_id[channel_id] for (channel_id,) in rows]


async def test_the_report_accounts_for_every_failure(
    tmp_path: Path, subscribe: Callable[[list[Channel]], None]
) -> None:
    """After errors, lost responses, deleted channels, denied permissions and a lost server the report is complete and right."""
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        channels = add_channels(discord, 120)
        subscribe(channels)
        for status in (500, 502):
            discord.add_fault("POST", "*/channels/*/messages", "status", status=status, times=None, chance=0.01)
        discord.add_fault("POST", "*/channels/*/messages", "reset", times=None, chance=0.01)
        discord.add_fault("POST", "*/channels/*/messages", "lost", times=None, chance=0.01)
        if SOAK:  # each takes as long as the bot waits for a response
            discord.add_fault("POST", "*/channels/*/messages", "hang", times=2, chance=0.05)
        async with running_process(discord, tmp_path, **RATE) as bot:
            await confirm(discord, hana, "Post to 120 channels")
            await discord.wait_until(lambda: count_posted(channels) >= 30, 60)
            # Ten failures in twenty posts would rightly stop the broadcast, so they are spread over those that wait.
            waiting = waiting_channels(tmp_path, channels)
            failing = waiting[12:62:5]
            for channel in failing[:5]:
                discord.delete_channel(channel, silently=True)
            for channel in failing[5:]:
                assert channel.guild is not None
                channel.deny(channel.guild.me, SEND_MESSAGES)
            lost = waiting[-1]
            assert lost.guild is not None
            discord.remove_guild(lost.guild)
            card = await discord.wait_until(lambda: find_card(discord), 120)
            assert card is not None
            report = await discord.wait_for_answer(await hana.click(card, "Report"))
            text = report.messages[0].attachments[0].data.decode("utf-8-sig")
            await bot.stop()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == 120
        refused = [row for row in rows if row["outcome"] == "refused"]
        assert len([row for row in refused if "no longer exists" in row["error"]]) == 5
        assert len([row for row in refused if "Send Messages" in row["error"]]) == 5
        by_server = {channel.guild.name: channel for channel in channels if channel.guild is not None}
        for row in rows:
            channel = by_server[row["server"]]
            if row["server"] == lost.guild.name and row["outcome"] == "unknown":
                continue  # an answer was lost just before the server left, and its history cannot be read any more
            links = [f"/{channel.id}/{post.id}" for post in posts_in(channel)]
            assert row["outcome"] in {"sent", "refused", "cancelled", "failed"}, (
                "every other history can be read: no doubt is left"
            )
            assert links == ([f"/{channel.id}/{row['message'].rpartition('/')[2]}"] if row["outcome"] == "sent" else [])
            assert (row["error"] == "") is (row["outcome"] == "sent")
        assert sum(row["outcome"] == "sent" for row in rows) >= 105
