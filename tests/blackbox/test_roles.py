"""A gateway and workers as processes of their own on one PostgreSQL."""

from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.blackbox.process import running_process
from tests.blackbox.test_process import add_affiliates, confirm_broadcast, newest_message, run_script, subscribe_all
from tests.stage import add_team_member, posts_in
from tests.standins.discord_server import DiscordStandIn

pytestmark = pytest.mark.slow


async def test_a_worker_does_the_work_that_people_request_from_the_gateway(tmp_path: Path, postgres_url: str) -> None:
    """The worker connects to no gateway. Without it a chapter waits; with it the chapter is written and posts go out."""
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        channels = await add_affiliates(discord, 3)
        async with running_process(discord, tmp_path, role="gateway", DATABASE_URL=postgres_url) as gateway:
            await run_script(discord, hana)
            assert newest_message(discord, "Waiting") is not None
            async with running_process(discord, tmp_path, role="worker", DATABASE_URL=postgres_url) as worker:
                await discord.wait_until(lambda: newest_message(discord, "Runs "), 10)
                await subscribe_all(discord, channels)
                await confirm_broadcast(discord, hana, 3)
                await discord.wait_until(lambda: all(posts_in(channel) for channel, _ in channels), 10)
                await discord.wait_until(lambda: newest_message(discord, "Posted to 3 of 3"), 10)
                assert len(discord.gateway.identifies) == 1
                assert await worker.stop() == ExitCode.DONE
            assert await gateway.stop() == ExitCode.DONE
        assert [len(posts_in(channel)) for channel, _ in channels] == [1, 1, 1]
