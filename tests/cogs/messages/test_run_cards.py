"""The cards of runs while requests fail."""

import asyncio

import pytest

from storage.states import RunState
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


async def test_a_deleted_card_is_posted_again(stage: Stage) -> None:
    """If somebody deletes a card, the next update posts a new one."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    run_id = await find_finished_run(stage)
    stage.discord.delete_message(card)
    await stage.bot.services.run_cards.refresh_card(run_id)
    fresh = await stage.wait_for_finished_script()
    assert fresh.id != card.id
    assert not fresh.deleted


async def find_finished_run(stage: Stage) -> str:
    """The id of the first finished run."""
    async with stage.bot.services.database.read() as tx:
        return (await tx.runs.list_in_states(RunState.DONE))[0].id
