"""A dry run of changes to the database."""

import asyncio
import os
from pathlib import Path

import pytest

from storage import Database, DatabaseUnreadableError, WriteTransaction
from storage.dry_run import open_dry_run
from tests.conftest import FakeClock


async def test_dry_run_changes_nothing(database: Database, database_url: str, clock: FakeClock) -> None:
    """A dry run sees the existing data and its own writes, and nothing of it remains."""
    await database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    await database.close()

    async def work(tx: WriteTransaction) -> None:
        assert await tx.ebooks.find("ebook_001") is not None
        await tx.ebooks.get_or_add("ebook_002", "The Owl")
        tx.report("Made a book", {})

    async with open_dry_run(database_url, clock) as dry_run:
        await dry_run.write(work)
        async with dry_run.read() as tx:
            assert await tx.ebooks.find("ebook_002") is not None
            assert (await tx.events.get_head()).seq == 1
    reopened = await Database.open(database_url, clock)
    async with reopened.read() as tx:
        assert await tx.ebooks.find("ebook_002") is None
        assert (await tx.events.get_head()).seq == 0
    await reopened.close()


async def test_failed_write_is_rolled_back_alone(database_url: str, clock: FakeClock) -> None:
    """A write that fails is rolled back, and the writes before it stay until the end of the dry run."""

    async def add_and_fail(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_002", "The Owl")
        raise ValueError("the change fails")

    async with open_dry_run(database_url, clock) as dry_run:
        await dry_run.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
        with pytest.raises(ValueError, match="the change fails"):
            await dry_run.write(add_and_fail)
        async with dry_run.read() as tx:
            assert await tx.ebooks.get_titles() == {"ebook_001": "The Fox"}


async def test_dry_run_creates_no_database(tmp_path: Path, clock: FakeClock) -> None:
    """If there is no database, a dry run creates neither the file nor its folder."""
    async with open_dry_run(f"sqlite:///{tmp_path}/new/studio.db", clock) as dry_run:
        await dry_run.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    assert await asyncio.to_thread(os.listdir, tmp_path) == []


async def test_dry_run_holds_nobody_up(database: Database, database_url: str, clock: FakeClock) -> None:
    """Beside a running bot a dry run sees what was committed, and the bot writes on meanwhile."""
    await database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_002", "The Owl")
        tx.report("Made a book", {})

    async with open_dry_run(database_url, clock) as dry_run:
        await dry_run.write(work)
        await asyncio.wait_for(database.write(work), 2)
        async with dry_run.read() as tx:
            assert await tx.ebooks.get_titles() == {"ebook_001": "The Fox", "ebook_002": "The Owl"}
    async with database.read() as tx:
        assert (await tx.events.get_head()).seq == 1


async def test_dry_run_of_an_empty_server(empty_postgres_url: str, clock: FakeClock) -> None:
    """A PostgreSQL database without any table stays without."""
    async with open_dry_run(empty_postgres_url, clock) as dry_run:
        await dry_run.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    with pytest.raises(DatabaseUnreadableError, match="is empty"):
        await Database.open_for_reading(empty_postgres_url)


async def test_message_names_the_original_file(tmp_path: Path, clock: FakeClock) -> None:
    """The message about a damaged database names the original file, not the copy."""
    path = tmp_path / "studio.db"
    await asyncio.to_thread(path.write_text, "no database " * 1_000)
    with pytest.raises(DatabaseUnreadableError, match=str(path)):
        async with open_dry_run(f"sqlite:///{path}", clock):
            raise AssertionError
    await asyncio.to_thread(path.unlink)
    await asyncio.to_thread(path.mkdir)
    with pytest.raises(DatabaseUnreadableError, match="cannot be copied"):
        async with open_dry_run(f"sqlite:///{path}", clock):
            raise AssertionError
