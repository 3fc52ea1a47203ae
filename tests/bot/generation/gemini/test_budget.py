import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

import pytest

from bot.generation.draft import Usage
from bot.generation.gemini.budget import OpenCalls, RunBudget
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import Database
from tests.conftest import FakeClock

T = TypeVar("T")

MODEL = "gemini-3.8-flash"
USED = Usage(prompt=10, output=10)


async def new_run(database: Database, number: int = 1) -> str:
    request = ScriptRequest(ebook="ebook_001", chapter_number=number, title="T")
    requested = await database.write(lambda tx: create_run(tx, request, "The bell rang."))
    return requested.run.id


def another_process(budget: RunBudget) -> RunBudget:
    """The same budget where the open calls are not known, so that it refuses at once."""
    return RunBudget(budget.database, budget.run_id, budget.monthly_budget)


async def sum_costs(database: Database, run_id: str | None = None) -> int:
    async with database.read() as tx:
        return await tx.charges.sum_costs(run_id=run_id)


async def test_the_cost_replaces_the_reservation(database: Database) -> None:
    """Before a call's cost is recorded its reservation counts, afterwards its cost."""
    budget = RunBudget(database, await new_run(database))
    reservation_id = await budget.reserve(MODEL, 1_000)
    assert await sum_costs(database, budget.run_id) == 1_000
    await budget.record_cost(reservation_id, MODEL, USED, 40)
    assert await sum_costs(database, budget.run_id) == 40


@pytest.mark.parametrize(("usage", "micros"), [(None, None), (None, 0), (USED, None)])
async def test_a_call_whose_cost_is_unknown_keeps_its_reservation(
    sqlite: Database, usage: Usage | None, micros: int | None
) -> None:
    """Where the usage or the price is unknown, Google may charge as much as was reserved."""
    budget = RunBudget(sqlite, await new_run(sqlite))
    lost = await budget.reserve(MODEL, 1_000)
    await budget.record_cost(lost, MODEL, usage, micros)
    assert await sum_costs(sqlite, budget.run_id) == 1_000


async def test_a_refused_call_costs_nothing(database: Database) -> None:
    """Its reservation is replaced by 0."""
    budget = RunBudget(database, await new_run(database))
    refused = await budget.reserve(MODEL, 1_000)
    await budget.record_cost(refused, MODEL, Usage(), 0)
    assert await sum_costs(database, budget.run_id) == 0


async def test_costs_are_counted_per_run(database: Database) -> None:
    """The cost of a run counts for that run and in the total."""
    one = RunBudget(database, await new_run(database, 1))
    two = RunBudget(database, await new_run(database, 2))
    await one.reserve(MODEL, 300)
    await two.reserve(MODEL, 500)
    assert await sum_costs(database, one.run_id) == 300
    assert await sum_costs(database, two.run_id) == 500
    assert await sum_costs(database) == 800


async def test_a_reservation_beyond_the_budget_is_refused(database: Database) -> None:
    """Everything up to the last micro-dollar can be reserved; one more is refused, and the error says why."""
    budget = RunBudget(database, await new_run(database), 1_000)
    await budget.reserve(MODEL, 600)
    with pytest.raises(GenerationError) as caught:
        await another_process(budget).reserve(MODEL, 401)
    assert caught.value.kind is GenerationErrorKind.BUDGET
    assert "budget" in caught.value.sentence
    await budget.reserve(MODEL, 400)
    assert await sum_costs(database) == 1_000


async def test_unused_money_can_be_reserved_again(database: Database) -> None:
    """Money that was reserved and not sum_costs can be used by the next call."""
    budget = RunBudget(database, await new_run(database), 1_000)
    reservation_id = await budget.reserve(MODEL, 1_000)
    with pytest.raises(GenerationError):
        await another_process(budget).reserve(MODEL, 500)
    await budget.record_cost(reservation_id, MODEL, USED, 500)
    await budget.reserve(MODEL, 500)


async def test_simultaneous_reservations_keep_the_budget(database: Database) -> None:
    """Twenty runs that reserve at the same moment cannot exceed the budget together."""
    budgets = [RunBudget(database, await new_run(database, number), 1_000) for number in range(20)]
    outcomes = await asyncio.gather(*(budget.reserve(MODEL, 150) for budget in budgets), return_exceptions=True)
    errors = [outcome for outcome in outcomes if isinstance(outcome, GenerationError)]
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException) and outcome not in errors] == []
    assert await sum_costs(database) == 900
    assert len(errors) == 14
    assert {error.kind for error in errors} == {GenerationErrorKind.BUDGET}


async def test_an_unknown_price_reserves_nothing(database: Database) -> None:
    """A model without a known price reserves nothing and costs nothing that is known."""
    budget = RunBudget(database, await new_run(database))
    reservation_id = await budget.reserve("gemini-9-unknown", None)
    assert budget.open_calls.reserved_micros == 0
    await budget.record_cost(reservation_id, "gemini-9-unknown", USED, None)
    assert await sum_costs(database) == 0


async def test_a_spent_budget_refuses_an_unknown_price_as_well(database: Database) -> None:
    """Once the budget is exceeded, a model without a known price is refused as well."""
    run_id = await new_run(database)
    await RunBudget(database, run_id).reserve(MODEL, 1_000)
    await RunBudget(database, run_id, 1_000).reserve("gemini-9-unknown", None)  # spent to the last, and not exceeded
    await RunBudget(database, run_id).reserve(MODEL, 1)
    with pytest.raises(GenerationError):
        await RunBudget(database, run_id, 1_000).reserve("gemini-9-unknown", None)


async def test_the_month_is_a_calendar_month_in_utc(database: Database, clock: FakeClock) -> None:
    """The budget starts again at midnight UTC on the first, and not a second before."""
    budget = RunBudget(database, await new_run(database), 1_000)
    clock.now = datetime(2026, 11, 1, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(seconds=1)
    with pytest.raises(GenerationError):
        await another_process(budget).reserve(MODEL, 1)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)


async def test_the_month_does_not_depend_on_the_time_zone(database: Database, clock: FakeClock) -> None:
    """Where it is already December but still November in UTC, November's budget counts."""
    budget = RunBudget(database, await new_run(database), 1_000)
    clock.now = datetime(2026, 11, 20, tzinfo=UTC)
    await budget.reserve(MODEL, 1_000)
    clock.now = datetime(2026, 12, 1, 5, tzinfo=timezone(timedelta(hours=9)))
    with pytest.raises(GenerationError):
        await another_process(budget).reserve(MODEL, 1)


async def test_a_reservation_waits_for_calls_that_cost_less(database: Database) -> None:
    """Fourteen chapters at once that cost little are all written, although not all their reservations fit together."""
    calls = OpenCalls()
    budgets = [RunBudget(database, await new_run(database, number), 1_000, calls) for number in range(14)]

    async def call(budget: RunBudget) -> None:
        reservation_id = await budget.reserve(MODEL, 300)
        await asyncio.sleep(0)
        await budget.record_cost(reservation_id, MODEL, USED, 40)

    await asyncio.gather(*map(call, budgets))
    assert await sum_costs(database) == 14 * 40


async def test_a_reservation_does_not_wait_in_vain(database: Database) -> None:
    """Where it would not fit even if the open calls cost nothing, or if they turn out to be lost, it is refused."""
    calls = OpenCalls()
    budgets = [RunBudget(database, await new_run(database, number), 1_000, calls) for number in range(2)]
    lost = await budgets[0].reserve(MODEL, 600)
    with pytest.raises(GenerationError):
        await budgets[1].reserve(MODEL, 1_001)
    waiting = asyncio.ensure_future(budgets[1].reserve(MODEL, 500))
    await budgets[0].record_cost(lost, MODEL, None, None)
    with pytest.raises(GenerationError):
        await waiting


async def test_a_reservation_waits_where_it_fits_if_the_open_calls_cost_nothing(sqlite: Database) -> None:
    """The whole budget is free again once the only open call turns out to cost nothing."""
    calls = OpenCalls()
    first = RunBudget(sqlite, await new_run(sqlite, 1), 1_000, calls)
    open_call = await first.reserve(MODEL, 600)

    async def end_the_open_call(awaitable: Awaitable[T], why: str) -> T:
        await first.record_cost(open_call, MODEL, Usage(), 0)
        return await awaitable

    second = RunBudget(sqlite, await new_run(sqlite, 2), 1_000, calls, end_the_open_call)
    await second.reserve(MODEL, 1_000)
    assert await sum_costs(sqlite) == 1_000
