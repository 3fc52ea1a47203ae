"""What becomes of transactions while the database is away: a server that restarts, is silent, or a locked file."""

import asyncio
import sqlite3
import traceback
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from storage import Database, DatabaseClosingError, DatabaseUnavailableError, WriteTransaction
from storage.stores.events import EventFilter, verify_chain
from tests.conftest import FakeClock
from tests.postgres import Server
from tests.storage.breakable_link import BreakableLink, open_link


@pytest.fixture
async def link(postgres_url: str, postgres_server: Server) -> AsyncIterator[BreakableLink]:
    """A link to an empty, migrated database, which can be cut."""
    async with open_link(postgres_server) as opened:
        yield opened


@pytest.fixture
async def linked(link: BreakableLink, clock: FakeClock) -> AsyncIterator[Database]:
    """The database behind the link."""
    opened = await Database.open(link.url("shared"), clock)
    yield opened
    await opened.close()


async def add_entry(tx: WriteTransaction) -> None:
    """Reports one event."""
    tx.report("Take recorded", {"take": 1})


async def count_events(database: Database) -> int:
    """How many events there are; their chain is intact."""
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
        return await tx.events.count(EventFilter())


async def test_a_write_survives_a_short_restart_of_the_server(linked: Database, link: BreakableLink) -> None:
    """A write that meets a server that is away is stored once, as soon as the server is back."""
    await linked.write(add_entry)
    link.is_down = True
    link.cut()
    writes = asyncio.gather(*(linked.write(add_entry) for _ in range(3)))
    await asyncio.sleep(0.3)
    link.is_down = False
    await writes
    assert await count_events(linked) == 4


async def test_a_commit_whose_answer_was_lost_is_not_repeated(linked: Database, link: BreakableLink) -> None:
    """If the connection breaks after the commit was sent, the write is neither lost nor made twice."""
    runs = 0

    async def work(tx: WriteTransaction) -> str:
        nonlocal runs
        runs += 1
        await add_entry(tx)
        return "stored"

    link.cut_after = b"COMMIT"
    assert await linked.write(work) == "stored"
    assert link.cut_after == b""
    assert runs == 1
    assert await count_events(linked) == 1


async def test_a_transaction_that_lost_its_connection_is_repeated(linked: Database) -> None:
    """A connection that breaks in the middle of a transaction undoes it, and the transaction is run again."""
    runs = 0

    async def work(tx: WriteTransaction) -> None:
        nonlocal runs
        runs += 1
        await tx.key_values.put(f"run {runs}", "yes")
        await add_entry(tx)
        if runs == 1:
            await tx.members.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await linked.write(work)
    assert runs == 2
    async with linked.read() as tx:
        assert await tx.key_values.get("run 1") is None
        assert await tx.key_values.get("run 2") == "yes"


async def test_a_silent_server_is_reported(
    link: BreakableLink, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that accepts everything and answers nothing is reported after the time limit of a statement."""
    monkeypatch.setattr("storage.postgres._STATEMENT_SECONDS", 0.2)
    database = await Database.open(link.url("shared"), clock)
    database.outages.retry_seconds = 0
    link.speaks.clear()
    with pytest.raises(DatabaseUnavailableError, match="does not answer") as caught:
        await database.write(add_entry)
    assert not caught.value.is_uncertain
    link.speaks.set()
    await database.write(add_entry)
    assert await count_events(database) == 1
    await database.close()


async def test_a_read_survives_a_short_restart_of_the_server(linked: Database, link: BreakableLink) -> None:
    """A read that meets a server that is away is answered as soon as the server is back."""
    await linked.write(lambda tx: tx.key_values.put("still", "here"))
    link.is_down = True
    link.cut()
    read = asyncio.create_task(linked.read_shielded(lambda tx: tx.key_values.get("still")))
    await asyncio.sleep(0.2)
    link.is_down = False
    assert await read == "here"


async def test_a_write_waits_for_another_programs_lock(sqlite: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A file that another program has locked for longer than SQLite waits is written as soon as it is free."""
    path = sqlite.engines.path
    assert path is not None
    event.listen(sqlite.engines.writer.sync_engine, "checkout", _wait_less)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        writes = asyncio.gather(*(sqlite.write(add_entry) for _ in range(3)))
        await asyncio.sleep(0.15)
        other.execute("ROLLBACK")
    await writes
    assert await count_events(sqlite) == 3
    assert caplog.text.count("another program keeps its file locked; trying again") == 1


async def test_a_write_that_was_given_up_says_why(sqlite: Database) -> None:
    """If the lock stays, the error names the reason, and nothing was stored."""
    sqlite.outages.retry_seconds = 0
    path = sqlite.engines.path
    assert path is not None
    event.listen(sqlite.engines.writer.sync_engine, "checkout", _wait_less)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailableError, match="another program keeps its file locked"):
            await sqlite.write(add_entry)
        other.execute("ROLLBACK")
    assert await count_events(sqlite) == 0


async def test_nothing_waits_for_a_locked_file_while_the_program_stops(sqlite: Database) -> None:
    """Writes go on while the file is free; where it is locked, they end soon, having stored nothing."""
    sqlite.prepare_to_close()
    await sqlite.write(add_entry)
    path = sqlite.engines.path
    assert path is not None
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(3):
            with pytest.raises(DatabaseClosingError):
                await sqlite.write(add_entry)
        other.execute("ROLLBACK")
    assert await count_events(sqlite) == 1


async def test_a_full_disk_is_named_at_once(sqlite: Database) -> None:
    """A full disk is named as the reason, without waiting for it to pass."""

    async def work(tx: WriteTransaction) -> None:
        await tx.members.connection.exec_driver_sql("PRAGMA max_page_count=1")
        await tx.key_values.put("large", "x" * 2_000_000)

    with pytest.raises(DatabaseUnavailableError, match="disk is full"):
        await sqlite.write(work)


def _wait_less(dbapi: sqlite3.Connection, *_: object) -> None:
    dbapi.cursor().execute("PRAGMA busy_timeout=20")


async def test_an_error_contains_no_names_or_ids(database: Database) -> None:
    """A database error, with its causes, contains neither the ids nor the names that the statement was about."""
    row = {"discord_id": 811_640_277_005_541_376, "name": "Hana of the lanterns"}
    insert = text(
        "INSERT INTO members (id, discord_id, name, created_at) VALUES (:id, :discord_id, :name, :created_at)"
    )

    async def work(tx: WriteTransaction) -> None:
        for member_id in ("first", "second"):
            await tx.members.connection.execute(insert, {"id": member_id, "created_at": tx.now, **row})

    with pytest.raises(IntegrityError) as caught:
        await database.write(work)
    shown = "".join(traceback.format_exception(caught.value))
    assert "IntegrityError" in shown
    assert [str(value) for value in row.values() if str(value) in shown] == []


async def test_a_read_sees_one_moment(database: Database) -> None:
    """What is written while somebody reads is not seen by that read, so the chain's head and its events always agree."""
    await database.write(add_entry)
    async with database.read() as tx:
        head = await tx.events.get_head()
        await database.write(add_entry)
        assert await tx.events.count(EventFilter()) == 1
        assert await tx.events.get_head() == head
        assert (await verify_chain(tx.events)).is_intact
