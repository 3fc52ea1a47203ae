"""A second gateway for the same servers, on the same PostgreSQL."""

import os
import signal
import time
from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.blackbox.process import BotProcess, running_process
from tests.stage import add_team_member
from tests.standins.discord_server import DiscordStandIn

pytestmark = pytest.mark.slow
# A halted process is known by its heartbeat only, which takes ten seconds more.
SIGNALS = [signal.SIGKILL, signal.SIGSTOP] if os.environ.get("SOAK") else [signal.SIGKILL]
TAKEOVER_SECONDS = 15
HALTED_SECONDS = 30


@pytest.mark.parametrize("sent", SIGNALS)
async def test_a_standby_answers_after_the_active_process_was_killed(
    tmp_path: Path, postgres_url: str, sent: signal.Signals
) -> None:
    """It has everything ready, connects once the other is gone, and every command has one answer."""
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        environment = {"DATABASE_URL": postgres_url, "SHARD_COUNT": "1"}
        async with running_process(discord, tmp_path, role="gateway", **environment) as active:
            standby = await BotProcess.start(tmp_path, "run", "--role", "gateway", **(discord.env | environment))
            await discord.wait_until(lambda: "standby: another process" in standby.output, 20)
            await discord.wait_for_answer(await hana.slash("about"))
            assert len(discord.gateway.identifies) == 1
            active.process.send_signal(sent)
            began = time.monotonic()
            await discord.wait_until(lambda: "ready as" in standby.output, HALTED_SECONDS)
            assert time.monotonic() - began < (TAKEOVER_SECONDS if sent is signal.SIGKILL else HALTED_SECONDS)
            if sent is signal.SIGSTOP:  # it finds that another has its turn, and leaves
                active.process.send_signal(signal.SIGCONT)
                assert await active.wait_for_exit(20) == ExitCode.UNREACHABLE
            await discord.wait_for_answer(await hana.slash("about"))
            assert await standby.stop() == ExitCode.DONE
