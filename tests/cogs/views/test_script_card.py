"""The card of a finished run, without Discord."""

from dataclasses import replace

import discord
import pytest

from bot.generation.finished_run import NO_KEY
from bot.generation.run_view import RunView
from cogs.views.script_card import script_card
from storage import Database
from storage.states import ScriptState
from tests.bot.generation.run_stage import KEPT, RunStage


def show_texts(view: RunView) -> list[str]:
    """The texts of the card."""
    return [item.content for item in script_card(view).walk_children() if isinstance(item, discord.ui.TextDisplay)]


async def show_template(database: Database, *, has_gemini: bool, progress: str) -> tuple[str, list[str]]:
    """Text and buttons of the card of a template, of which Gemini had finished ``progress``."""
    runs = RunStage(database, has_gemini=has_gemini)
    run = await runs.finish(await runs.request(), "template", progress)
    view = await runs.service.run_cards.get_view(run.id)
    items = list(script_card(view).walk_children())
    buttons = [item.item.label or "" for item in items if isinstance(item, discord.ui.DynamicItem)]
    return "\n".join(show_texts(view)), buttons


@pytest.mark.parametrize("has_gemini", [True, False], ids=["with a key", "without a key"])
@pytest.mark.parametrize("progress", [KEPT.to_column(), ""], ids=["broken off", "not begun"])
async def test_text_and_button_of_a_template_agree(sqlite: Database, has_gemini: bool, progress: str) -> None:
    """The card speaks of continuing where its button does that, and has no such button where no key is set."""
    text, buttons = await show_template(sqlite, has_gemini=has_gemini, progress=progress)
    assert ("Write it with Gemini" in buttons) is has_gemini
    assert ("“Write it with Gemini” continues" in text) is (has_gemini and progress != "")


async def test_only_a_draft_says_why_it_is_a_template(sqlite: Database) -> None:
    """Once it is approved, nobody is told to set a key any more."""
    runs = RunStage(sqlite, has_gemini=False)
    run = await runs.finish(await runs.request(), "template", "")
    view = await runs.service.run_cards.get_view(run.id)
    assert view.finished is not None
    for state in ScriptState:
        stored = replace(view.finished.stored, state=state, error=NO_KEY)
        text = "\n".join(show_texts(replace(view, finished=replace(view.finished, stored=stored))))
        assert ("GOOGLE_API_KEY" in text) is (state is ScriptState.DRAFT)
        assert "This is a skeleton made from your chapter's own text." in text


async def test_a_lost_answer_is_shown_as_an_upper_limit(sqlite: Database) -> None:
    """What a call without a known cost may have cost is not shown as money spent."""
    runs = RunStage(sqlite)
    run = await runs.request()
    claimed = await runs.claim(run)
    await sqlite.write(lambda tx: tx.charges.reserve_cost(run.id, "gemini-x", 130_000))
    await runs.store(claimed, "gemini", "")
    view = await runs.service.run_cards.get_view(run.id)
    assert view.finished is not None
    assert (view.finished.stored.cost_micros, view.unknown_micros) == (130_000, 130_000)


@pytest.mark.parametrize("has_changed", [True, False])
async def test_a_card_says_that_the_chapter_has_changed_since(sqlite: Database, has_changed: bool) -> None:
    runs = RunStage(sqlite)
    run = await runs.finish(await runs.request(), "gemini", "")
    view = await runs.service.run_cards.get_view(run.id)
    assert view.finished is not None
    finished = replace(view.finished, has_changed_source=has_changed)
    text = "\n".join(show_texts(replace(view, finished=finished)))
    assert ("The chapter's text has changed since this script was written." in text) is has_changed
