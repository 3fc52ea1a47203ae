"""The hash chain of the audit trail: whatever is rewritten, with or without new hashes, is found."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import select

from storage import Database, WriteTransaction
from storage.stores.events import GENESIS_HASH, compute_event_hash, verify_chain
from storage.tables import chain_head, events
from tests.conftest import SampleActor

COUNT = 4
COLUMNS = [column.name for column in events.c]


async def add_events(database: Database) -> None:
    """Four events with a member, a session and a book."""

    def report(tx: WriteTransaction, number: int) -> None:
        tx.report("Tried", {"number": number, "a": "ü"}, actor=SampleActor(7, "Hana"), ebook_id="one")

    async def work(tx: WriteTransaction) -> None:
        for number in range(COUNT):
            report(tx, number)

    await database.write(work)


async def read_rows(database: Database) -> list[dict[str, Any]]:
    """Every row of the table, in the order of the chain."""
    async with database.engines.writer.begin() as connection:
        rows = await connection.execute(select(events).order_by(events.c.seq))
        return [dict(row) for row in rows.mappings()]


async def change_row(database: Database, seq: int, /, **values: Any) -> None:
    """Changes the row behind the program's back."""
    async with database.engines.writer.begin() as connection:
        await connection.execute(events.update().where(events.c.seq == seq).values(**values))


async def find_break(database: Database) -> int | None:
    """Where the chain is found to be broken."""
    async with database.read() as tx:
        return (await verify_chain(tx.events)).broken_at


async def test_the_hash_covers_every_column_and_the_previous_hash(sqlite: Database) -> None:
    """Each hash is the SHA-256 of the canonical JSON of all other columns, and the first predecessor is all zeros."""
    await add_events(sqlite)
    rows = await read_rows(sqlite)
    assert [row["prev_hash"] for row in rows] == ["0" * 64, *(row["hash"] for row in rows[:-1])]
    assert GENESIS_HASH == "0" * 64
    for row in rows:
        content = {name: row[name] for name in COLUMNS if name != "hash"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert row["hash"] == hashlib.sha256(text.encode()).hexdigest()
        assert json.loads(row["data"])["a"] == "ü"


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_change_of_any_column_is_found(sqlite: Database, column: str) -> None:
    """A row with another value in any one column does not fit into the chain."""
    await add_events(sqlite)
    await change_row(sqlite, 2, **{column: 99 if column == "seq" else "other"})
    assert await find_break(sqlite) == (3 if column == "seq" else 2)


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {"seq", "hash", "prev_hash"}])
async def test_a_row_that_is_rewritten_with_its_hash_is_found(sqlite: Database, column: str) -> None:
    """A forged row with a fitting hash, to which the next row points, is found at the next row, whose own hash is old."""
    await add_events(sqlite)
    row = (await read_rows(sqlite))[1] | {column: "forged"}
    forged_hash = compute_event_hash(row)
    await change_row(sqlite, 2, **{column: "forged", "hash": forged_hash})
    assert await find_break(sqlite) == 3
    await change_row(sqlite, 3, prev_hash=forged_hash)
    assert await find_break(sqlite) == 3


async def test_a_chain_that_is_rewritten_to_its_end_differs_from_the_head(sqlite: Database) -> None:
    """Where every hash after a forged row is computed again, the recorded head still tells."""
    await add_events(sqlite)
    previous = GENESIS_HASH
    for row in await read_rows(sqlite):
        forged = row | {"prev_hash": previous, "event": "Forged"}
        previous = compute_event_hash(forged)
        await change_row(sqlite, row["seq"], event="Forged", prev_hash=forged["prev_hash"], hash=previous)
    assert await find_break(sqlite) == COUNT + 1
    async with sqlite.engines.writer.begin() as connection:
        await connection.execute(chain_head.update().values(hash=previous))
    assert await find_break(sqlite) is None


async def test_a_removed_row_is_found_where_it_is_missing(sqlite: Database) -> None:
    """A gap is found at the row after it, even if that row's number, predecessor and hash are made to fit."""
    await add_events(sqlite)
    rows = await read_rows(sqlite)
    async with sqlite.engines.writer.begin() as connection:
        await connection.execute(events.delete().where(events.c.seq == 2))
    assert await find_break(sqlite) == 3
    moved = rows[2] | {"prev_hash": rows[0]["hash"]}
    await change_row(sqlite, 3, prev_hash=moved["prev_hash"], hash=compute_event_hash(moved))
    assert await find_break(sqlite) == 3
    renumbered = moved | {"seq": 2}
    await change_row(sqlite, 3, seq=2, hash=compute_event_hash(renumbered))
    assert await find_break(sqlite) == 4


async def test_a_tail_that_is_cut_off_is_found(sqlite: Database) -> None:
    """The number of the first missing event is reported, and how many fit."""
    await add_events(sqlite)
    async with sqlite.engines.writer.begin() as connection:
        await connection.execute(events.delete().where(events.c.seq >= COUNT - 1))
    async with sqlite.read() as tx:
        verification = await verify_chain(tx.events)
    assert (verification.event_count, verification.broken_at, verification.head.seq) == (2, 3, COUNT)
