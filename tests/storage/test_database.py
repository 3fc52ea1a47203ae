"""Opening and closing a database, and the messages about one that cannot be opened."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import Database, DatabaseClosingError, DatabaseInUseError, DatabaseUnreadableError, WriteTransaction
from tests.conftest import FakeClock
from tests.postgres import Server

PASSWORD = "thirteen-bells-4711"
HOLDER = """
import asyncio, sys, time
from datetime import UTC, datetime
from storage import Database

async def hold() -> None:
    await Database.open(sys.argv[1], lambda: datetime.now(UTC))
    print("held", flush=True)
    await asyncio.sleep(60)

asyncio.run(hold())
"""


async def get_refusal(url: str) -> str:
    """The message when this address cannot be opened."""
    with pytest.raises(DatabaseUnreadableError) as caught:
        await Database.open(url, FakeClock())
    return str(caught.value)


async def test_text_file_is_refused(tmp_path: Path) -> None:
    """A file that is not a database is refused by name and not changed."""
    path = tmp_path / "notes.db"
    path.write_text("The lantern guttered.\n" * 400)
    before = path.read_bytes()
    message = await get_refusal(f"sqlite:///{path}")
    assert "notes.db cannot be read" in message
    assert path.read_bytes() == before


async def test_damaged_database_is_refused(sqlite_url: str) -> None:
    """A database with a damaged first page is refused with our own message."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = path.read_bytes()  # noqa: ASYNC240
    path.write_bytes(content[:100] + b"\xff" * 3996 + content[4096:])  # noqa: ASYNC240
    assert "it is damaged, not a database, or its disk is full" in await get_refusal(sqlite_url)


async def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is refused."""
    assert "it is not a file that can be read and written" in await get_refusal(f"sqlite:///{tmp_path}")


async def test_path_through_a_file_is_refused(tmp_path: Path) -> None:
    """A path that leads through a file is refused."""
    (tmp_path / "file").write_text("x")
    assert "cannot be created" in await get_refusal(f"sqlite:///{tmp_path}/file/studio.db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+aiosqlite:///:memory:"])
async def test_database_in_memory_is_refused(url: str) -> None:
    """An address without a file is refused, because the data would be lost at a restart."""
    assert "must survive a restart" in await get_refusal(url)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://bob:{PASSWORD}@db/studio",
        f"bob:{PASSWORD}@db/studio",
        f"postgresql://bob:{PASSWORD}@db:port/studio",
        f"postgresql://bob:{PASSWORD}@127.0.0.1:1/studio",
        f"postgresql+psycopg://bob:{PASSWORD}@127.0.0.1/studio",
        f"://bob:{PASSWORD}@db",
        PASSWORD,
    ],
)
async def test_message_never_contains_the_password(url: str) -> None:
    """Whatever is wrong with an address, the message names DATABASE_URL and contains no password."""
    message = await get_refusal(url)
    assert "DATABASE_URL" in message
    assert PASSWORD not in message


async def test_unsupported_database_is_named(tmp_path: Path) -> None:
    """An address of an unsupported database is refused with the supported ones."""
    assert "begins with mysql, but only sqlite and postgresql" in await get_refusal("mysql://db/studio")


async def test_unreachable_server_is_reported() -> None:
    """An unreachable PostgreSQL server is reported as unreachable."""
    assert "cannot be reached" in await get_refusal("postgresql://bob@127.0.0.1:1/studio")


async def test_unknown_database_is_reported(postgres_server: Server) -> None:
    """An unknown PostgreSQL database is reported as a refusal."""
    message = await get_refusal(f"postgresql://postgres:{PASSWORD}@/nowhere?host={postgres_server.folder}")
    assert "refused us" in message
    assert PASSWORD not in message


async def test_unknown_user_is_reported(postgres_server: Server) -> None:
    """An unknown PostgreSQL user is reported as a refusal."""
    message = await get_refusal(f"postgresql://bob:{PASSWORD}@/postgres?host={postgres_server.folder}")
    assert "refused us" in message
    assert PASSWORD not in message


async def test_second_open_names_the_holder(sqlite: Database, sqlite_url: str, clock: FakeClock) -> None:
    """A file in use is refused with the holder's process id, and the holder is not affected."""
    with pytest.raises(DatabaseInUseError, match=f"in use by process {os.getpid()}"):
        await Database.open(sqlite_url, clock)
    await sqlite.write(lambda tx: tx.key_values.put("still", "here"))
    async with sqlite.read() as tx:
        assert await tx.key_values.get("still") == "here"


async def test_link_to_a_file_in_use_is_refused(
    sqlite: Database, sqlite_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """A link to a file in use is refused as the file itself is."""
    link = tmp_path / "link.db"
    link.symlink_to(sqlite_url.removeprefix("sqlite:///"))
    with pytest.raises(DatabaseInUseError):
        await (await Database.open(f"sqlite:///{link}", clock)).close()


async def test_closed_file_can_be_opened_again(sqlite_url: str, clock: FakeClock) -> None:
    """Closing releases the file at once, and so does a failed open."""
    for _ in range(3):
        await (await Database.open(sqlite_url, clock)).close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = path.read_bytes()  # noqa: ASYNC240
    path.write_bytes(b"no database at all" * 500)  # noqa: ASYNC240
    await get_refusal(sqlite_url)
    path.write_bytes(content)  # noqa: ASYNC240
    await (await Database.open(sqlite_url, clock)).close()


@pytest.mark.slow
async def test_killed_process_releases_the_file(sqlite_url: str, clock: FakeClock) -> None:
    """The file of a killed process can be opened at once."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, sqlite_url], stdout=subprocess.PIPE, text=True) as holder:  # noqa: ASYNC220
        assert holder.stdout is not None
        try:
            assert (await asyncio.to_thread(holder.stdout.readline)).strip() == "held"
            with pytest.raises(DatabaseInUseError, match=f"process {holder.pid}"):
                await Database.open(sqlite_url, clock)
        finally:
            holder.send_signal(signal.SIGKILL)
            holder.wait()
    await (await Database.open(sqlite_url, clock)).close()


async def test_closed_database_refuses_work(sqlite_url: str, clock: FakeClock) -> None:
    """A closed database raises an error instead of opening a new connection."""
    database = await Database.open(sqlite_url, clock)
    await database.close()
    with pytest.raises(DatabaseClosingError, match="being stopped"):
        await database.write(lambda tx: tx.key_values.put("late", "yes"))


async def test_close_waits_for_transactions(sqlite_url: str, clock: FakeClock) -> None:
    """A write that has begun is completed when the database is closed meanwhile."""
    database = await Database.open(sqlite_url, clock)
    has_begun = asyncio.Event()

    async def write_slowly() -> None:
        async def work(tx: WriteTransaction) -> None:
            await tx.key_values.put("first", "1")
            has_begun.set()
            await asyncio.sleep(0.05)
            await tx.key_values.put("second", "2")

        await database.write(work)

    writer = asyncio.create_task(write_slowly())
    await has_begun.wait()
    await database.close()
    await writer
    reopened = await Database.open(sqlite_url, clock)
    async with reopened.read() as tx:
        assert await tx.key_values.get("second") == "2"
    await reopened.close()


async def test_read_transaction_cannot_write(sqlite: Database) -> None:
    """On SQLite a read transaction cannot change anything, even by mistake."""
    async with sqlite.read() as tx:
        with pytest.raises(Exception, match="readonly"):
            await tx.key_values.put("sly", "yes")
