"""A revision in a real process that is killed while Gemini writes."""

import signal
from pathlib import Path

import pytest

from bot.event_names import SCRIPT_REVISED
from bot.exit_codes import ExitCode
from bot.scripts.models import Script
from tests.blackbox.database import database_path, select
from tests.blackbox.process import running_process
from tests.blackbox.test_writing_faults import KEY, LONG, TECHNICAL, run_script, wait_for_card
from tests.bot.generation.revisions import assert_rest_stays
from tests.stage import add_team_member
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn

pytestmark = pytest.mark.slow
PARENT = "SELECT * FROM scripts WHERE version = 1"


async def test_a_revision_that_was_killed_is_finished_once(tmp_path: Path) -> None:
    """Its card says that it was interrupted; continued, it becomes version 2 once, and version 1 has not changed at all."""
    path = database_path(tmp_path)
    with GeminiStandIn(chunks=40) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"GOOGLE_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with running_process(discord, tmp_path, **keys) as bot:
                await run_script(discord, hana, 1, LONG)
                await wait_for_card(discord, "Runs ", "Bell 1")
                parent = select(path, PARENT)
                ((script_id, body),) = select(path, "SELECT id, body FROM scripts")
                gemini.delay = 0.2
                log = await hana.slash("scripts revise", script=script_id, notes="Slower.", cues="10-40")
                assert "Revising cues 10 to 40" in (await discord.wait_for_answer(log)).text
                await discord.wait_until(
                    lambda: select(path, "SELECT 1 FROM runs WHERE version = 2 AND progress <> ''")
                )
                assert gemini.open_streams == 1
                assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
            assert select(path, "SELECT count(*) FROM scripts") == [(1,)]
            gemini.delay = 0.0
            async with running_process(discord, tmp_path, **keys) as bot:
                card = await wait_for_card(discord, "Interrupted", "revises cues 10 to 40 of version 1")
                assert "The bot was restarted while writing." in card.text
                await hana.click(card, card.buttons[0])
                await wait_for_card(discord, "Runs ", "version 2")
                assert await bot.stop() == ExitCode.DONE
            assert len(discord.channel.messages) == 2
    assert select(path, PARENT) == parent
    assert select(path, "SELECT version, state FROM runs ORDER BY version") == [(1, "done"), (2, "done")]
    ((child, parent_id),) = select(path, "SELECT body, parent_id FROM scripts WHERE version = 2")
    assert parent_id == script_id
    assert_rest_stays(Script.from_json(body), Script.from_json(child), 10, 40)
    assert select(path, f"SELECT count(*) FROM events WHERE event = '{SCRIPT_REVISED}'") == [(1,)]
    assert len(gemini.calls) == 3
    assert TECHNICAL.findall(bot.output) == []
