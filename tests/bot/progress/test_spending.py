"""What Gemini cost, by month, book, member and model."""

import csv
import io

from bot.event_names import SPENDING_EXPORTED
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.progress.scope import Period, Scope
from bot.progress.spending import SpendingService
from cogs.views.progress.spending import format_spending
from storage import Database, WriteTransaction
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import HANA
from tests.conftest import FakeClock

FLASH, LITE = "gemini-3.8-flash", "gemini-3.5-flash-lite"
ALL = Scope(period=Period.ALL)


async def spend(database: Database, ebook: str, model: str, micros: int | None, *, by_hana: bool = True) -> None:
    """A call to the model that cost so much; None: its cost never became known."""

    async def add(tx: WriteTransaction) -> None:
        request = ScriptRequest(ebook=ebook, chapter_number=1)
        run = (await create_run(tx, request, "It rang.", HANA if by_hana else None)).run
        charge = await tx.charges.reserve_cost(run.id, model, 5_000)
        if micros is not None:
            await tx.charges.record_cost(charge, micros, prompt_tokens=100, cached_tokens=40, output_tokens=20)

    await database.write(add)


async def test_costs_are_added_up_in_every_way(database: Database, clock: FakeClock) -> None:
    """Months are in order, everything else begins with the dearest; a lost call is shown apart from what is known."""
    await spend(database, "The Fox", FLASH, 2_000)
    clock.advance(days=31)
    await spend(database, "The Well", LITE, 3_000, by_hana=False)
    await spend(database, "The Well", FLASH, None)
    spending = await SpendingService(database, "UTC", 1_000_000).get_spending(ALL)
    assert [(row.name, row.group.known_micros, row.group.unknown_micros) for row in spending.by_month] == [
        ("2026-11", 2_000, 0),
        ("2026-12", 3_000, 5_000),
    ]
    assert [(row.name, row.group.most_micros) for row in spending.by_ebook] == [("The Well", 8_000), ("The Fox", 2_000)]
    assert [(row.name, row.group.requests) for row in spending.by_member] == [("Hana", 2), ("nobody", 1)]
    assert [(row.name, row.group.prompt_tokens) for row in spending.by_model] == [(FLASH, 100), (LITE, 100)]
    total = spending.total
    assert (total.requests, total.prompt_tokens, total.cached_tokens, total.output_tokens) == (3, 200, 80, 40)
    assert (spending.this_month, spending.budget) == (8_000, 1_000_000)
    text = format_spending(spending)
    assert "$0.0050, up to $0.01 for 3 requests" in text
    assert "2026-12 · $0.0030, up to $0.0080 · 2 requests, 120 tokens" in text


async def test_a_scope_leaves_out_what_does_not_belong(sqlite: Database, clock: FakeClock) -> None:
    """With a book only its calls count, with a member only theirs, and with a period only what lies in it."""
    await spend(sqlite, "The Fox", FLASH, 2_000)
    clock.advance(days=31)
    await spend(sqlite, "The Well", FLASH, 3_000, by_hana=False)
    service = SpendingService(sqlite, "UTC", None)
    assert (await service.get_spending(Scope("The Fox", None, Period.ALL))).total.known_micros == 2_000
    assert (await service.get_spending(Scope("", HANA.discord_id, Period.ALL))).total.known_micros == 2_000
    assert (await service.get_spending(Scope("", None, Period.WEEK))).total.known_micros == 3_000
    assert "Nothing was asked" in format_spending(await service.get_spending(Scope("The Fox", None, Period.WEEK)))


async def test_the_table_has_every_row_and_is_reported(sqlite: Database) -> None:
    """A name that a spreadsheet would take for a formula is text, and one event says who took the file."""
    await spend(sqlite, "=SUM(A1)", FLASH, 2_500)
    download = await SpendingService(sqlite, "UTC", None).export(ALL, HANA)
    rows = list(csv.DictReader(io.StringIO(download.content.decode("utf-8-sig"))))
    assert [(row["by"], row["name"], row["dollars"]) for row in rows] == [
        ("month", "2026-11", "0.002500"),
        ("book", "'=SUM(A1)", "0.002500"),
        ("member", "Hana", "0.002500"),
        ("model", FLASH, "0.002500"),
    ]
    async with sqlite.read() as tx:
        events = [event.event async for event in tx.events.stream(EventFilter())]
    assert events[-1] == SPENDING_EXPORTED
