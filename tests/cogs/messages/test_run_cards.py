"""The cards of runs while requests fail."""

import asyncio

import pytest

from tests.stage import Stage
from tests.standins.discord_wire import Kind


@pytest.mark.parametrize("kind", ["lost", "reset", "status"])
async def test_a_card_is_posted_once_despite_a_failed_request(stage: Stage, kind: Kind) -> None:
    """If the request that posts a run's card fails, there is one card in the end, and it shows the script."""
    stage.discord.add_fault("POST", f"/channels/{stage.discord.channel.id}/messages", kind, status=503)
    log = await stage.run_script()
    assert "on its way" in log.text
    await stage.wait_for_finished_script()
    assert len(stage.channel) == 1


async def test_a_card_whose_last_edit_failed_is_updated(stage: Stage) -> None:
    """If the last edit of a run's card fails, the card shows the script as soon as Discord answers again."""
    fault = stage.discord.add_fault("PATCH", "/channels/*/messages/*", "reset", times=None)
    await stage.run_script()
    async with asyncio.timeout(10):
        while True:
            if "Chapter audio script generation completed" in await stage.event_names():
                break
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    stage.discord.faults.remove(fault)
    await stage.bot.services.worker._cards.show_outdated()
    await stage.wait_for_finished_script()
