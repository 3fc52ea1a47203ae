"""What the calls of some runs cost: by book, by member, and as far as it is not known."""

import pytest

from storage import Database, WriteTransaction
from storage.stores.runs import NewRun

FOX, OWL = "ebook_001", "ebook_002"
HANA, KENJI = "members_hana", "members_kenji"


@pytest.fixture
async def charged(sqlite: Database) -> Database:
    """Four runs with one call each, of two books and two members; the cost of Hana's call for the owl is not known."""

    async def work(tx: WriteTransaction) -> None:
        for ebook_id in (FOX, OWL):
            await tx.ebooks.get_or_add(ebook_id, ebook_id)
        for ebook_id, member_id, micros in (
            (FOX, HANA, 1),
            (FOX, KENJI, 20),
            (OWL, HANA, None),
            (OWL, None, 4_000),
        ):
            run = await tx.runs.add(NewRun(ebook_id, 1, 1, "{}", "The bell rang.", member_id))
            reservation_id = await tx.charges.reserve_cost(run.id, "m", 300)
            if micros is not None:
                await tx.charges.record_cost(reservation_id, micros)

    await sqlite.write(work)
    return sqlite


@pytest.mark.parametrize(
    ("ebook_id", "member_id", "micros", "unknown"),
    [
        (None, None, 4_321, 300),
        (FOX, None, 21, 0),
        (OWL, None, 4_300, 300),
        (None, HANA, 301, 300),
        (None, KENJI, 20, 0),
        (FOX, HANA, 1, 0),
        (OWL, HANA, 300, 300),
        (OWL, KENJI, 0, 0),
        ("ebook_003", None, 0, 0),
    ],
)
async def test_costs_are_summed_by_book_and_by_member(
    charged: Database, ebook_id: str | None, member_id: str | None, micros: int, unknown: int
) -> None:
    """Each sum has every call of the book and the member once; the unknown part has only calls whose cost is not known."""
    async with charged.read() as tx:
        assert await tx.charges.sum_costs(ebook_id=ebook_id, member_id=member_id) == micros
        assert await tx.charges.sum_costs(ebook_id=ebook_id, member_id=member_id, only_unknown=True) == unknown
