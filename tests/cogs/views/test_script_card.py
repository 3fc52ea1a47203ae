"""The card of a finished run, without Discord."""

import discord
import pytest

from cogs.views.script_card import script_card
from storage import Database
from tests.bot.generation.run_stage import KEPT, RunStage


async def show_template(database: Database, *, has_gemini: bool, progress: str) -> tuple[str, list[str]]:
    """Text and buttons of the card of a template, of which Gemini had finished ``progress``."""
    runs = RunStage(database, has_gemini=has_gemini)
    run = await runs.finish(await runs.request(), "template", progress)
    items = list(script_card(await runs.service.run_cards.get_view(run.id)).walk_children())
    texts = [item.content for item in items if isinstance(item, discord.ui.TextDisplay)]
    buttons = [item.item.label or "" for item in items if isinstance(item, discord.ui.DynamicItem)]
    return "\n".join(texts), buttons


@pytest.mark.parametrize("has_gemini", [True, False], ids=["with a key", "without a key"])
@pytest.mark.parametrize("progress", [KEPT.to_column(), ""], ids=["broken off", "not begun"])
async def test_text_and_button_of_a_template_agree(sqlite: Database, has_gemini: bool, progress: str) -> None:
    """The card speaks of continuing where its button does that, and has no such button where no key is set."""
    text, buttons = await show_template(sqlite, has_gemini=has_gemini, progress=progress)
    assert ("Write it with Gemini" in buttons) is has_gemini
    assert ("“Write it with Gemini” continues" in text) is (has_gemini and progress != "")


async def test_a_lost_answer_is_shown_as_an_upper_limit(sqlite: Database) -> None:
    """What a call without a known cost may have cost is not shown as money spent."""
    runs = RunStage(sqlite)
    run = await runs.request()
    claimed = await runs.claim(run)
    await sqlite.write(lambda tx: tx.runs.reserve_cost(run.id, "gemini-x", 130_000))
    await runs.store(claimed, "gemini", "")
    view = await runs.service.run_cards.get_view(run.id)
    assert view.stored is not None
    assert (view.stored.cost_micros, view.unknown_micros) == (130_000, 130_000)
