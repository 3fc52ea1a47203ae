"""The cards of runs: where they are, and which of them do not show how the run ended."""

from datetime import timedelta

import pytest

from storage import Database, WriteTransaction
from storage.states import RunState
from storage.stores.runs import NewRun, Run
from tests.conftest import FakeClock

CHANNEL, CARD = 77, 99


@pytest.fixture
async def book(sqlite: Database) -> Database:
    """A database with the book that the runs are of."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    return sqlite


async def add_run(database: Database, *, channel: int | None = CHANNEL) -> Run:
    """A run that waits."""
    return await database.write(
        lambda tx: tx.runs.add(NewRun("ebook_001", 1, 1, "{}", "The bell rang.", channel_id=channel))
    )


async def end_run(database: Database, run: Run, state: RunState) -> None:
    """The run is finished, cancelled, or interrupted."""

    async def work(tx: WriteTransaction) -> None:
        if state is RunState.CANCELLED:
            await tx.runs.cancel(run.id)
            return
        await tx.run_cards.set_card(run.id, run.channel_id, CARD)
        claimed = await tx.runs.claim("worker", run_id=run.id)
        assert claimed is not None
        if state is RunState.DONE:
            await tx.runs.finish(run.id, claimed.lease, script_id="s", cost_micros=1, progress="")
        else:
            await tx.runs.interrupt(run.id, claimed.lease, "stopped")

    await database.write(work)


async def find_outdated(database: Database, limit: int = 10) -> list[str]:
    """The runs whose card does not show their state."""
    async with database.read() as tx:
        return await tx.run_cards.find_outdated_cards(limit)


async def set_card_state(database: Database, run: Run, state: RunState | None) -> None:
    """Records what the run's card shows."""
    await database.write(lambda tx: tx.run_cards.set_card_state(run.id, state))


async def test_a_card_belongs_to_one_run_only(book: Database) -> None:
    run, other = await add_run(book), await add_run(book)
    await book.write(lambda tx: tx.run_cards.set_card(run.id, CHANNEL + 1, CARD))
    async with book.read() as tx:
        shown, untouched = await tx.runs.get(run.id), await tx.runs.get(other.id)
    assert (shown.channel_id, shown.card_id) == (CHANNEL + 1, CARD)
    assert (untouched.channel_id, untouched.card_id) == (CHANNEL, None)


@pytest.mark.parametrize("state", [RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED])
async def test_a_card_is_outdated_until_it_shows_how_the_run_ended(book: Database, state: RunState) -> None:
    """Another run's card, and what the card showed before, make no difference; a forgotten state is outdated again."""
    run, other = await add_run(book), await add_run(book)
    assert await find_outdated(book) == [], "a run that waits is shown by whoever writes it"
    await set_card_state(book, run, RunState.READY)
    await end_run(book, run, state)
    await set_card_state(book, other, state)
    assert await find_outdated(book) == [run.id]
    await set_card_state(book, run, state)
    assert await find_outdated(book) == []
    await set_card_state(book, run, None)
    assert await find_outdated(book) == [run.id]


async def test_the_state_that_a_card_shows_is_kept_with_its_run(book: Database) -> None:
    run, other = await add_run(book), await add_run(book)
    await set_card_state(book, run, RunState.DONE)
    async with book.read() as tx:
        states = [(await tx.runs.get(each.id)).card_state for each in (run, other)]
    assert states == ["done", ""]


async def test_a_run_without_a_channel_has_no_card_to_bring_up_to_date(book: Database) -> None:
    await end_run(book, await add_run(book, channel=None), RunState.DONE)
    assert await find_outdated(book) == []


async def test_the_oldest_outdated_cards_come_first_and_no_more_than_asked_for(
    book: Database, clock: FakeClock
) -> None:
    runs = []
    for _ in range(3):
        runs.append(await add_run(book))
        clock.advance(seconds=1)
    for run in reversed(runs):
        await end_run(book, run, RunState.DONE)
    assert await find_outdated(book, 2) == [run.id for run in runs[:2]]


@pytest.mark.parametrize("state", [RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED])
async def test_a_card_is_brought_up_to_date_for_less_than_a_day(
    book: Database, clock: FakeClock, state: RunState
) -> None:
    """The day begins with the end of the run, or with its start where it was interrupted."""
    run = await add_run(book)
    clock.advance(days=3)
    await end_run(book, run, state)
    clock.now += timedelta(days=1) - timedelta(seconds=1)
    assert await find_outdated(book) == [run.id]
    clock.advance(seconds=1)
    assert await find_outdated(book) == []


async def test_a_marked_card_is_outdated_however_long_ago_its_run_ended(book: Database, clock: FakeClock) -> None:
    """It stays so until what it shows is known; a run without a channel has no card."""
    run, other, hidden = await add_run(book), await add_run(book), await add_run(book, channel=None)
    for each in (run, other, hidden):
        await end_run(book, each, RunState.DONE)
        await set_card_state(book, each, RunState.DONE)
    clock.advance(days=30)
    await book.write(lambda tx: tx.run_cards.mark_cards_outdated([run.id, hidden.id]))
    assert await find_outdated(book) == [run.id]
    await set_card_state(book, run, None)  # the card cannot be reached any more
    assert await find_outdated(book) == []
