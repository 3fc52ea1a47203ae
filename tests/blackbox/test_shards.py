"""Two processes on one PostgreSQL, each connected to a part of Discord's servers."""

from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.blackbox.database import query_url
from tests.blackbox.process import running_process
from tests.blackbox.test_process import add_affiliates, confirm_broadcast, newest_message, subscribe_all
from tests.stage import add_team_member, posts_in
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel

pytestmark = pytest.mark.slow


async def test_two_shards_answer_every_server_once_and_keep_all_subscriptions(
    tmp_path: Path, postgres_url: str
) -> None:
    """Each process ends only subscriptions of its own servers, and a broadcast reaches those of both."""
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        audit = discord.world.add_channel(discord.studio, "audit")
        channels = []
        for _ in range(4):
            discord.world.pass_time(1)
            channels += await add_affiliates(discord, 1)
        guilds = [channel.guild for channel, _ in channels if channel.guild is not None]
        first, second = ({"SHARD_COUNT": "2", "SHARD_IDS": shard, "DATABASE_URL": postgres_url} for shard in "01")
        async with running_process(discord, tmp_path, **first) as one:
            async with running_process(discord, tmp_path, **second) as other:
                setup = await discord.wait_for_answer(await hana.slash("setup"))
                await hana.select(setup, [audit], custom_id="setup:audit")
                await subscribe_all(discord, channels)
                await confirm_broadcast(discord, hana, 4)
                await discord.wait_until(lambda: newest_message(discord, "Posted to 4 of 4"), 10)
                guilds[0].present = False  # nobody hears of it, as if the process had been offline
                discord.remove_guild(guilds[1])
                discord.gateway.invalidate()  # both processes get a new list of their servers
                await discord.wait_until(lambda: count_messages(audit, "no longer subscribed") == 2, 20)
                assert await other.stop() == ExitCode.DONE
            assert await one.stop() == ExitCode.DONE
        states = query_url(postgres_url, "SELECT state FROM subscriptions ORDER BY guild_id")
        assert states == [("ended",), ("ended",), ("active",), ("active",)]
        assert [len(posts_in(channel)) for channel, _ in channels] == [1] * 4


def count_messages(channel: Channel, text: str) -> int:
    """How many messages in the channel contain the text."""
    return sum(text in message.text for message in channel.messages)
