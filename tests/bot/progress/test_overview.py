"""The team's overview: scripts, money, and the members at work."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.actor import Actor
from bot.progress.overview import Money, Overview, OverviewService
from bot.progress.scope import Period, Scope
from storage import Database, WriteTransaction
from storage.stores.boards import NewBoard
from storage.stores.runs import NewRun
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock

HANA, REN = Actor(1, "Hana"), Actor(2, "Ren")
EVERYTHING = Scope(period=Period.ALL)


async def add_run(
    database: Database, ebook_id: str, writer: str, by: Actor, reserved: int, cost: int | None = None
) -> None:
    """A script of a waiting run, with what one call for it was to cost and did cost."""

    async def work(tx: WriteTransaction) -> None:
        member_id = await tx.members.remember(by)
        await tx.ebooks.get_or_add(ebook_id, f"The {ebook_id}")
        version = await tx.runs.next_version(ebook_id, 1)
        run = await tx.runs.add(NewRun(ebook_id, 1, version, "{}", "The bell rang.", member_id))
        reservation_id = await tx.charges.reserve_cost(run.id, "m", reserved)
        if cost is not None:
            await tx.charges.record_cost(reservation_id, cost)
        script = NewScript(
            ebook_id=ebook_id,
            chapter_number=1,
            version=version,
            title="T",
            theme="horror",
            writer=writer,
            body="{}",
            member_id=member_id,
        )
        await tx.scripts.add(script)
        tx.report("Wrote", {"chapter_number": 1}, actor=by, ebook_id=ebook_id)

    await database.write(work)


async def get_overview(database: Database, scope: Scope, budget: int | None = None) -> Overview:
    """The overview of the scope."""
    return await OverviewService(database, "UTC", budget).get_overview(scope)


@pytest.fixture
async def studio(sqlite: Database, clock: FakeClock) -> Database:
    """Hana wrote of the fox in October and of the owl this week, and then Ren of the fox; one call's cost is not known."""
    clock.now = datetime(2026, 10, 30, 20, 0, tzinfo=UTC)
    await add_run(sqlite, "fox", "gemini", HANA, 9_000, 1_000)
    clock.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    await add_run(sqlite, "owl", "template", HANA, 500)
    clock.advance(minutes=1)
    await add_run(sqlite, "fox", "gemini", REN, 9_000, 20)
    return sqlite


async def test_scripts_and_their_writers_are_counted(studio: Database) -> None:
    """The share of Gemini is that of the scripts which the template did not write."""
    overview = await get_overview(studio, EVERYTHING)
    assert (overview.written, overview.by_template, overview.event_count, overview.live_runs) == (3, 1, 3, 3)
    assert overview.gemini_share == pytest.approx(2 / 3)
    week = await get_overview(studio, Scope())
    assert (week.written, week.by_template, week.gemini_share) == (2, 1, 0.5)
    fox = await get_overview(studio, Scope(ebook="fox"))
    assert (fox.written, fox.by_template, fox.gemini_share) == (1, 0, 1.0)
    none = await get_overview(studio, Scope(ebook="owl", member_discord_id=REN.discord_id))
    assert (none.written, none.gemini_share, none.latest_event) == (0, 0.0, None)


@pytest.mark.parametrize(
    ("scope", "spent", "unknown"),
    [
        (EVERYTHING, 1_520, 500),
        (Scope(), 520, 500),
        (Scope(ebook="fox", period=Period.ALL), 1_020, 0),
        (Scope(member_discord_id=HANA.discord_id, period=Period.ALL), 1_500, 500),
        (Scope(ebook="The fox", member_discord_id=REN.discord_id), 20, 0),
    ],
)
async def test_money_is_that_of_the_scope_and_the_budget_that_of_the_month(
    studio: Database, scope: Scope, spent: int, unknown: int
) -> None:
    """The month is a calendar month of everybody; without a budget nobody needs its sum."""
    assert (await get_overview(studio, scope, 10_000)).money == Money(spent, 520, 10_000, unknown)
    assert (await get_overview(studio, scope)).money == Money(spent, 0, None, unknown)


async def test_the_month_of_the_budget_begins_at_midnight_in_utc(sqlite: Database, clock: FakeClock) -> None:
    """On the first of the month, and not a microsecond earlier, whatever the studio's time zone."""
    clock.now = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(microseconds=1)
    await add_run(sqlite, "fox", "gemini", HANA, 100)
    clock.now = datetime(2026, 11, 1, tzinfo=UTC)
    await add_run(sqlite, "fox", "gemini", HANA, 20)
    clock.advance(hours=12)
    overview = await OverviewService(sqlite, "Asia/Tokyo", 10_000).get_overview(EVERYTHING)
    assert overview.money == Money(120, 20, 10_000, 120)


async def test_the_latest_event_is_shown_with_its_member_and_its_subject(studio: Database) -> None:
    """Members at work are named, the last active first; a forgotten one is counted without a name."""
    overview = await get_overview(studio, EVERYTHING)
    assert overview.latest_event is not None
    event, member_name, subject = overview.latest_event
    assert (event.event, member_name, subject.book, subject.chapter) == ("Wrote", "Ren", "The fox", 1)
    assert (overview.member_count, overview.member_names) == (2, ("Ren", "Hana"))
    await studio.write(lambda tx: tx.personal_data.forget_member(REN.discord_id))
    overview = await get_overview(studio, EVERYTHING)
    assert (overview.member_count, overview.member_names) == (2, ("Hana",))


async def test_the_book_of_the_scope_is_named_by_its_id(studio: Database) -> None:
    """Whatever the caller typed; without a book it stays empty."""
    assert (await get_overview(studio, Scope(ebook="THE OWL"))).scope == Scope(ebook="owl")
    everything = await get_overview(studio, Scope())
    assert everything.scope == Scope()
    assert [book.ebook_id for book in everything.books] == ["fox", "owl"]


async def test_only_boards_in_trouble_are_listed(studio: Database) -> None:
    """Each by its channel, with the reason."""

    async def work(tx: WriteTransaction) -> None:
        member_id = await tx.members.remember(HANA)
        for channel_id in (5, 6):
            await tx.boards.add(NewBoard(channel_id, 1, member_id, "", "week"))
        board = await tx.boards.claim(6, "owner")
        assert board is not None
        await tx.boards.release(board, timedelta(minutes=1), trouble="I may not post there.")

    await studio.write(work)
    assert (await get_overview(studio, EVERYTHING)).board_problems == {6: "I may not post there."}
