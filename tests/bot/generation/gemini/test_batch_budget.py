"""Money for batches: a limit of its own, the warning at 80 %, and the day's chapters of a member."""

import asyncio
import random

import pytest

from bot.errors import StateError
from bot.event_names import BUDGET_WARNED
from bot.generation.daily_limit import check_daily_limit
from bot.generation.draft import Usage
from bot.generation.gemini.budget import OpenCalls, RunBudget
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import Database, WriteTransaction
from storage.states import BatchPace, ChapterOrder
from storage.stores.batches import NewBatch
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import HANA
from tests.bot.servers.stored_notices import list_audit_notices
from tests.conftest import FakeClock

MODEL = "gemini-3.8-flash"
MONTH = 1_000


async def new_batch(database: Database, cap: int | None, ebook: str, runs: int) -> tuple[str, list[str]]:
    """A batch with a limit, and the ids of its runs."""

    async def add(tx: WriteTransaction) -> tuple[str, list[str]]:
        await tx.ebooks.get_or_add(ebook, ebook)
        new = NewBatch(
            ebook_id=ebook,
            member_id=None,
            guild_id=None,
            channel_id=None,
            chapter_order=ChapterOrder.STORY,
            pace=BatchPace.NOW,
            cap_micros=cap,
        )
        batch = await tx.batches.add(new)
        requests = [ScriptRequest(ebook=ebook, chapter_number=number) for number in range(1, runs + 1)]
        return batch.id, [(await create_run(tx, each, "It rang.", batch_id=batch.id)).run.id for each in requests]

    return await database.write(add)


async def test_a_batch_keeps_to_its_own_limit(database: Database) -> None:
    """The last micro-dollar can be reserved, one more is refused as the batch's limit; other runs are not concerned."""
    batch_id, (first, second) = await new_batch(database, 500, "ebook_001", 2)
    await RunBudget(database, first, batch_id=batch_id).reserve(MODEL, 300)
    with pytest.raises(GenerationError) as caught:
        await RunBudget(database, second, batch_id=batch_id).reserve(MODEL, 201)
    assert caught.value.kind is GenerationErrorKind.BATCH_CAP
    await RunBudget(database, second, batch_id=batch_id).reserve(MODEL, 200)
    await RunBudget(database, second).reserve(MODEL, 10_000)


@pytest.mark.parametrize("seed", range(8))
async def test_no_budget_is_ever_exceeded(sqlite: Database, seed: int) -> None:
    """Whatever calls cost, fail or get lost, on several runs at once: batch and month never cost more than their limits."""
    dice = random.Random(seed)
    cap, month = dice.randint(100, 900), dice.randint(100, 1_500)
    batch_id, runs = await new_batch(sqlite, cap, "ebook_001", 4)
    open_calls = OpenCalls()
    refusals: set[GenerationErrorKind] = set()
    budgets = [RunBudget(sqlite, run, month, open_calls, batch_id=batch_id) for run in runs]

    async def spend(budget: RunBudget) -> None:
        for _ in range(6):
            most = dice.randint(1, 200)
            try:
                reservation = await budget.reserve(MODEL, most)
            except GenerationError as error:
                refusals.add(error.kind)
                return
            await asyncio.sleep(0)
            lost = dice.random() < 0.3
            usage = None if lost else Usage(prompt=1, output=1)
            await budget.record_cost(reservation, MODEL, usage, None if lost else dice.randint(0, most))
            async with sqlite.read() as tx:
                assert await tx.charges.sum_costs() <= month
                assert await tx.charges.sum_costs(batch_id=batch_id) <= cap

    await asyncio.gather(*map(spend, budgets))
    assert refusals <= {GenerationErrorKind.BUDGET, GenerationErrorKind.BATCH_CAP}


async def test_the_team_is_warned_once_at_80_percent(sqlite: Database, clock: FakeClock) -> None:
    """The reservation that reaches 80 % of the month's budget warns, the next one does not; a new month warns again."""
    batch_id, (run,) = await new_batch(sqlite, None, "ebook_001", 1)
    budget = RunBudget(sqlite, run, MONTH * 1_000_000, batch_id=batch_id)
    await budget.reserve(MODEL, 799 * 1_000_000)
    assert await list_audit_notices(sqlite) == []
    await budget.reserve(MODEL, 1_000_000)
    await budget.reserve(MODEL, 1_000_000)
    (warning,) = await list_audit_notices(sqlite)
    assert "$800.00 of this month's $1000.00" in warning
    async with sqlite.read() as tx:
        events = [event.event async for event in tx.events.stream(EventFilter())]
    assert events.count(BUDGET_WARNED) == 1
    clock.advance(days=31)
    await budget.reserve(MODEL, 900 * 1_000_000)
    assert len(await list_audit_notices(sqlite)) == 2


async def test_a_member_has_so_many_chapters_a_day(sqlite: Database, clock: FakeClock) -> None:
    """The limit counts what was requested since midnight; the hint says when the next day begins."""

    async def request(tx: WriteTransaction, number: int) -> None:
        member_id = await tx.members.remember(HANA)
        await check_daily_limit(tx, member_id, 1, 2)
        await create_run(tx, ScriptRequest(ebook="ebook_001", chapter_number=number), "It rang.", HANA)

    for number in (1, 2):
        await sqlite.write(lambda tx, number=number: request(tx, number))  # type: ignore[misc]
    with pytest.raises(StateError, match="2 chapters a day for each member; you have 0 left") as caught:
        await sqlite.write(lambda tx: request(tx, 3))
    assert "<t:" in caught.value.hint
    clock.advance(days=1)
    await sqlite.write(lambda tx: request(tx, 3))
