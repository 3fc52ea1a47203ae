import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.generation.draft import Usage
from bot.generation.gemini.budget import RunBudget
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import Database
from tests.conftest import FakeClock

MODEL = "gemini-3.8-flash"
USED = Usage(prompt=10, output=10)


async def new_run(database: Database, number: int = 1) -> str:
    request = ScriptRequest(ebook="ebook_001", chapter_number=number, title="T")
    requested = await database.write(lambda tx: create_run(tx, request, "The bell rang."))
    return requested.run.id


async def spent(database: Database, run_id: str | None = None) -> int:
    async with database.read() as tx:
        return await tx.runs.sum_costs(run_id=run_id)


async def test_reserved_then_settled(database: Database) -> None:
    """Until a call is settled its reserve counts, afterwards what it cost."""
    budget = RunBudget(database, await new_run(database))
    reservation_id = await budget.reserve(MODEL, 1_000)
    assert await spent(database, budget.run_id) == 1_000
    await budget.record_cost(reservation_id, MODEL, USED, 40)
    assert await spent(database, budget.run_id) == 40


async def test_a_lost_call_keeps_its_reserve(database: Database) -> None:
    """Where the usage is unknown the reserve stands for ever; a refused call, settled at nothing, costs nothing."""
    budget = RunBudget(database, await new_run(database))
    lost = await budget.reserve(MODEL, 1_000)
    await budget.record_cost(lost, MODEL, None, None)
    refused = await budget.reserve(MODEL, 1_000)
    await budget.record_cost(refused, MODEL, Usage(), 0)
    assert await spent(database, budget.run_id) == 1_000


async def test_each_run_has_its_own_account(database: Database) -> None:
    """What one run costs is not on another's bill, and all of it is in the total."""
    one = RunBudget(database, await new_run(database, 1))
    two = RunBudget(database, await new_run(database, 2))
    await one.reserve(MODEL, 300)
    await two.reserve(MODEL, 500)
    assert await spent(database, one.run_id) == 300
    assert await spent(database, two.run_id) == 500
    assert await spent(database) == 800


async def test_the_budget_is_refused_before_it_is_passed(database: Database) -> None:
    """To the last micro-dollar may be reserved; one more is refused, reserves nothing, and says why."""
    budget = RunBudget(database, await new_run(database), 1_000)
    await budget.reserve(MODEL, 600)
    with pytest.raises(GenerationError) as found:
        await budget.reserve(MODEL, 401)
    assert found.value.kind is GenerationErrorKind.BUDGET
    assert "budget" in found.value.sentence
    await budget.reserve(MODEL, 400)
    assert await spent(database) == 1_000


async def test_what_was_settled_for_less_is_free_again(database: Database) -> None:
    """Money that a call did not need may be used by the next."""
    budget = RunBudget(database, await new_run(database), 1_000)
    reservation_id = await budget.reserve(MODEL, 1_000)
    with pytest.raises(GenerationError):
        await budget.reserve(MODEL, 500)
    await budget.record_cost(reservation_id, MODEL, USED, 500)
    await budget.reserve(MODEL, 500)


async def test_the_budget_holds_for_many_at_once(database: Database) -> None:
    """Twenty runs that reserve at the same moment cannot pass the budget together."""
    meters = [RunBudget(database, await new_run(database, number), 1_000) for number in range(20)]
    outcomes = await asyncio.gather(*(budget.reserve(MODEL, 150) for budget in meters), return_exceptions=True)
    refused = [found for found in outcomes if isinstance(found, GenerationError)]
    assert [found for found in outcomes if isinstance(found, BaseException) and found not in refused] == []
    assert await spent(database) == 900
    assert len(refused) == 14
    assert {found.kind for found in refused} == {GenerationErrorKind.BUDGET}


async def test_an_unknown_price_is_no_sum(database: Database) -> None:
    """A model whose price nobody knows reserves nothing and settles nothing; without a budget it may be asked."""
    budget = RunBudget(database, await new_run(database))
    reservation_id = await budget.reserve("gemini-9-unknown", None)
    await budget.record_cost(reservation_id, "gemini-9-unknown", USED, None)
    assert await spent(database) == 0


async def test_a_spent_budget_refuses_an_unknown_price_as_well(database: Database) -> None:
    """Where the budget is passed already, a model without a price is refused like any other."""
    run_id = await new_run(database)
    await RunBudget(database, run_id).reserve(MODEL, 1_001)
    with pytest.raises(GenerationError):
        await RunBudget(database, run_id, 1_000).reserve("gemini-9-unknown", None)


async def test_the_month_is_the_calendars_in_utc(database: Database, clock: FakeClock) -> None:
    """The budget is whole again at midnight UTC of the first, and not a second before."""
    budget = RunBudget(database, await new_run(database), 1_000)
    clock.now = datetime(2026, 11, 1, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(seconds=1)
    with pytest.raises(GenerationError):
        await budget.reserve(MODEL, 1)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)


async def test_the_month_does_not_follow_the_clocks_zone(database: Database, clock: FakeClock) -> None:
    """Where it is December already but November in UTC, November's budget counts."""
    budget = RunBudget(database, await new_run(database), 1_000)
    clock.now = datetime(2026, 11, 20, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)
    clock.now = datetime(2026, 12, 1, 5, tzinfo=timezone(timedelta(hours=9)))
    with pytest.raises(GenerationError):
        await budget.reserve(MODEL, 1)
