"""Events and chapters along the time."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.progress.scope import Period, Scope
from bot.progress.timeline import TimelineService
from storage import Database, WriteTransaction
from storage.states import ScriptState, TakeVerdict
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock


async def report_at(database: Database, moment: datetime) -> None:
    """An event happened then."""

    async def work(tx: WriteTransaction) -> None:
        tx.report_past("Mixed", {}, moment)

    await database.write(work)


async def test_events_stand_in_the_day_of_the_studios_zone(sqlite: Database, clock: FakeClock) -> None:
    """In Berlin the day changes at 23:00 UTC in winter; a week has 7 steps, and today is the last."""
    for hour in (22, 23):
        await report_at(sqlite, datetime(2026, 11, 20, hour, 59, 59, tzinfo=UTC))
    timeline = await TimelineService(sqlite, "Europe/Berlin").get_timeline(Scope(period=Period.WEEK))
    assert [step.label for step in timeline.steps] == [f"{day} Nov" for day in range(16, 23)]
    assert [step.events for step in timeline.steps] == [0, 0, 0, 0, 1, 1, 0]
    assert timeline.steps[-1].begin <= clock.now


async def test_today_has_twenty_four_hours(sqlite: Database, clock: FakeClock) -> None:
    """An event stands in its hour."""
    await report_at(sqlite, clock.now)
    timeline = await TimelineService(sqlite, "UTC").get_timeline(Scope(period=Period.TODAY))
    assert [step.label for step in timeline.steps] == [f"{hour:02}" for hour in range(24)]
    assert [step.label for step in timeline.steps if not step.is_empty] == ["20"]


@pytest.mark.parametrize(
    ("days", "first", "label", "count"),
    [
        (0, "2026-11-22", "22 Nov", 1),
        (59, "2026-09-24", "24 Sep", 60),
        (60, "2026-09-21", "21 Sep", 9),
        (419, "2025-09-29", "29 Sep", 60),
        (420, "2025-09-01", "Sep 25", 15),
        (1799, "2021-12-01", "Dec 21", 60),
        (1800, "2021-01-01", "2021", 6),
    ],
)
async def test_all_time_has_the_finest_steps_that_fit(
    sqlite: Database, clock: FakeClock, days: int, first: str, label: str, count: int
) -> None:
    """Days, weeks from Monday, months or years, of which sixty at most are needed; nothing is lost at the edges."""
    await report_at(sqlite, clock.now - timedelta(days=days))
    timeline = await TimelineService(sqlite, "UTC").get_timeline(Scope(period=Period.ALL))
    assert (f"{timeline.steps[0].begin:%Y-%m-%d}", timeline.steps[0].label) == (first, label)
    assert len(timeline.steps) == count
    assert [step.events for step in timeline.steps] == [1, *[0] * (count - 1)]
    assert not timeline.is_empty


async def test_chapters_are_drawn_by_what_became_of_them(sqlite: Database, clock: FakeClock) -> None:
    """Drafted, approved and released are counted each in the step in which it happened."""
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    async with sqlite.read() as tx:
        (script_id,) = [script.id async for script in tx.scripts.stream()]
    clock.advance(days=1)
    await sqlite.write(lambda tx: tx.scripts.approve(script_id))
    clock.advance(days=1)
    await sqlite.write(lambda tx: tx.scripts.release(script_id, ""))
    timeline = await TimelineService(sqlite, "UTC").get_timeline(Scope(period=Period.WEEK))
    assert [(step.drafted, step.approved, step.released, step.chapters) for step in timeline.steps[-3:]] == [
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0, 0, 1, 1),
    ]
    assert [book.ebook_id for book in timeline.books] == ["fox"]


async def test_a_chapter_is_recorded_with_its_last_line(sqlite: Database, clock: FakeClock) -> None:
    """The day of the newest take has it, and one with a line left to record is in no step."""
    for chapter, recorded in ((1, 2), (2, 1)):
        script_id = await add_script(sqlite, "fox", chapter, ScriptState.APPROVED)
        await sqlite.write(partial(_log_takes, script_id, chapter, recorded))
    clock.advance(days=2)
    for period in (Period.WEEK, Period.ALL):
        timeline = await TimelineService(sqlite, "UTC").get_timeline(Scope(period=period))
        assert [step.recorded for step in timeline.steps[-3:]] == [1, 0, 0]
        assert sum(step.recorded for step in timeline.steps) == 1
    today = await TimelineService(sqlite, "UTC").get_timeline(Scope(period=Period.TODAY))
    assert not any(step.recorded for step in today.steps)


async def _log_takes(script_id: str, chapter: int, recorded: int, tx: WriteTransaction) -> None:
    """So many of two lines of the chapter are recorded."""
    for number in range(recorded):
        await tx.takes.add(
            script_id=script_id,
            ebook_id="fox",
            chapter_number=chapter,
            cue_id=f"{number}",
            number=1,
            verdict=TakeVerdict.GOOD,
            note="",
            spoken_digest="0" * 16,
            member_id=None,
        )
    await tx.takes.set_recorded(script_id, 2, recorded)


async def test_a_chapter_counts_once_in_a_step(sqlite: Database) -> None:
    """A chapter that is drafted, approved and released on one day is one chapter, and a released one."""
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    async with sqlite.read() as tx:
        (script_id,) = [script.id async for script in tx.scripts.stream()]
    await sqlite.write(lambda tx: tx.scripts.approve(script_id))
    await sqlite.write(lambda tx: tx.scripts.release(script_id, ""))
    step = (await TimelineService(sqlite, "UTC").get_timeline(Scope())).steps[-1]
    assert (step.drafted, step.approved, step.released, step.chapters) == (0, 0, 1, 1)
