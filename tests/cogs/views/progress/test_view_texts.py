"""The overview as text."""

import pytest

from bot.progress.overview import OverviewService
from bot.progress.scope import Scope
from cogs.views.formatting import progress_bar
from cogs.views.progress.view_texts import format_overview
from storage import Database
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
