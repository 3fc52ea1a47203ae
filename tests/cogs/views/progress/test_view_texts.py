"""The overview as text."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.progress.overview import OverviewService
from bot.progress.scope import Scope
from bot.progress.timeline import Timeline, TimelineStep
from cogs.views.formatting import progress_bar
from cogs.views.progress.custom_ids import SCOPE_PATTERN, decode_scope
from cogs.views.progress.view_texts import format_overview, format_timeline
from storage import Database, WriteTransaction
from storage.states import ScriptState
from tests.bot.progress.test_books import add_script


@pytest.mark.parametrize(
    ("planned", "shown"),
    [
        (12, f"{progress_bar(1, 12)}  1 of 12 drafted"),
        (1, f"{progress_bar(1, 1)}  1 of 1 drafted"),
        (None, "1 chapter drafted"),
    ],
)
async def test_a_book_has_a_bar_where_it_is_known_how_many_chapters_it_will_have(
    sqlite: Database, planned: int | None, shown: str
) -> None:
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    await sqlite.write(lambda tx: tx.ebooks.update("fox", {"planned_chapters": planned}))
    overview = await OverviewService(sqlite, "UTC", None).get_overview(Scope())
    assert f"**THE FOX**\n{shown}" in format_overview(overview)


async def test_a_recorded_book_says_how_many_of_its_chapters_are_whole(sqlite: Database) -> None:
    """The share of lines, and the chapters that have a good take of every line."""
    for chapter, recorded in ((1, 10), (2, 5)):
        script_id = await add_script(sqlite, "fox", chapter, ScriptState.APPROVED)
        await sqlite.write(partial(_set_recorded, script_id, recorded))
    overview = await OverviewService(sqlite, "UTC", None).get_overview(Scope())
    assert "2 approved · 75% recorded (1 whole chapter)" in format_overview(overview)


async def _set_recorded(script_id: str, recorded: int, tx: WriteTransaction) -> None:
    await tx.takes.set_recorded(script_id, 10, recorded)


def test_the_timeline_says_when_a_chapter_was_recorded() -> None:
    """Beside what else became of chapters on that day, also on a day without events."""
    begin = datetime(2026, 11, 22, tzinfo=UTC)
    steps = (
        TimelineStep(begin, "22 Nov", 3, 0, 1, 0, recorded=2),
        TimelineStep(begin + timedelta(days=1), "23 Nov", 0, 0, 0, 0, recorded=1),
    )
    text = format_timeline(Timeline(Scope(), steps, ()))
    assert "3 events · 1 approved · 2 recorded" in text
    assert "0 events · 1 recorded" in text


def test_a_forged_member_is_nobody() -> None:
    """A number that is longer than any of Discord's ids matches no control, and the largest fits into every database."""
    pattern = re.compile(SCOPE_PATTERN)
    match = pattern.fullmatch(f"all:{'9' * 19}::")
    assert match is not None
    assert decode_scope(match).member_discord_id == 2**63 - 1
    assert pattern.fullmatch(f"all:{'9' * 20}::") is None
