"""Presses on a batch's buttons by strangers, twice, and by two people at once."""

import asyncio

import pytest

from storage.states import BatchState, RunState
from tests.cogs.test_batch import BOOK, gemini_server, run, stage, start
from tests.stage import Stage, add_team_member
from tests.standins.gemini import GeminiStandIn

__all__ = ["gemini_server", "stage"]


async def test_a_stranger_changes_nothing(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """Whatever is on the card, and buttons that are not on it but that somebody sends."""
    gemini_server.delay = 5.0
    card = await start(stage)
    await stage.discord.wait_until(lambda: gemini_server.open_streams > 0)
    stranger = stage.discord.add_person("Eve")
    for label in [label for label in card.buttons if label]:
        log = await stage.discord.wait_for_answer(await stranger.click(card, label))
        assert log.ephemeral
        assert "team" in log.text
    (view,) = await stage.bot.services.batches.list_newest()
    assert (view.batch.state, gemini_server.open_streams) == (BatchState.RUNNING, 1)


async def test_a_plan_that_is_confirmed_twice_starts_one_batch(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """The second press reads that the plan is used."""
    gemini_server.delay = 5.0
    plan = await run(stage, "start", ebook=BOOK)
    await asyncio.gather(*(stage.hana.click(plan, "Write 3 chapters") for _ in range(3)))
    await stage.wait_for_card("chapters, ")
    await stage.discord.wait_until(lambda: gemini_server.open_streams > 0)
    (view,) = await stage.bot.services.batches.list_newest()
    assert len(view.chapters) == 3


@pytest.mark.parametrize("pace", ["now", "overnight"])
async def test_of_pause_and_cancel_at_once_cancel_wins(stage: Stage, gemini_server: GeminiStandIn, pace: str) -> None:
    """Whoever was second reads where the batch stands; nothing is written any more, and the card is right."""
    gemini_server.delay = 5.0
    card = await start(stage, pace=pace)
    await stage.discord.wait_until(lambda: gemini_server.open_streams > 0 or gemini_server.jobs.jobs)
    ivo = add_team_member(stage.discord, "Ivo")
    await asyncio.gather(stage.hana.click(card, "Pause"), ivo.click(card, "Cancel"), stage.hana.click(card, "Pause"))
    await stage.discord.wait_until(lambda: "✕ Cancelled" in card.text and card.buttons == [])
    await stage.discord.wait_until(lambda: gemini_server.open_streams == 0)
    (view,) = await stage.bot.services.batches.list_newest()
    assert {chapter.state for chapter in view.chapters} == {RunState.CANCELLED}
    if pace == "overnight":
        await stage.discord.wait_until(lambda: gemini_server.jobs.jobs[0].state == "CANCELLED")
