"""What keeps a database closed, and what is said then."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import Database, DatabaseInUseError, DatabaseUnreadableError, StorageError, WriteTransaction
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


async def refused(url: str) -> str:
    """What is said when this address is opened."""
    with pytest.raises(DatabaseUnreadableError) as caught:
        await Database.open(url, FakeClock())
    return str(caught.value)


async def test_a_text_file_is_no_database(tmp_path: Path) -> None:
    """A file that is no database is refused by name and stays as it was."""
    path = tmp_path / "notes.db"
    path.write_text("The lantern guttered.\n" * 400)
    before = path.read_bytes()
    said = await refused(f"sqlite:///{path}")
    assert "notes.db cannot be read" in said
    assert path.read_bytes() == before


async def test_a_damaged_database_is_told(sqlite_url: str) -> None:
    """A database whose first page is broken is refused with a sentence, not with a traceback of a library."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = path.read_bytes()  # noqa: ASYNC240
    path.write_bytes(content[:100] + b"\xff" * 3996 + content[4096:])  # noqa: ASYNC240
    assert "it is damaged, not a database, or its disk is full" in await refused(sqlite_url)


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A folder is refused."""
    assert "it is not a file that can be read and written" in await refused(f"sqlite:///{tmp_path}")


async def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A path that leads through a file is refused."""
    (tmp_path / "file").write_text("x")
    assert "cannot be created" in await refused(f"sqlite:///{tmp_path}/file/studio.db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+aiosqlite:///:memory:"])
async def test_memory_that_forgets_is_refused(url: str) -> None:
    """An address without a file is refused, since everything would be gone after a restart."""
    assert "must survive a restart" in await refused(url)


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
async def test_a_password_is_never_told(url: str) -> None:
    """Whatever is wrong with an address, the sentence for it names DATABASE_URL and holds no password."""
    said = await refused(url)
    assert "DATABASE_URL" in said
    assert PASSWORD not in said


async def test_a_wrong_scheme_is_named(tmp_path: Path) -> None:
    """An address of another kind of database is refused with what is supported."""
    assert "begins with mysql, but only sqlite and postgresql" in await refused("mysql://db/studio")


async def test_a_server_that_is_away_is_told() -> None:
    """A PostgreSQL that cannot be reached is told as that."""
    assert "cannot be reached" in await refused("postgresql://bob@127.0.0.1:1/studio")


async def test_a_database_that_is_not_there_is_told(postgres_server: Server) -> None:
    """A PostgreSQL that knows no such database is told as a refusal."""
    said = await refused(f"postgresql://postgres:{PASSWORD}@/nowhere?host={postgres_server.folder}")
    assert "refused us" in said
    assert PASSWORD not in said


async def test_a_user_that_is_not_there_is_told(postgres_server: Server) -> None:
    """A PostgreSQL that knows no such user is told as a refusal."""
    said = await refused(f"postgresql://bob:{PASSWORD}@/postgres?host={postgres_server.folder}")
    assert "refused us" in said
    assert PASSWORD not in said


async def test_a_second_opening_names_the_holder(sqlite: Database, sqlite_url: str, clock: FakeClock) -> None:
    """A file in use is refused with the holder's process id, and the holder works on undisturbed."""
    with pytest.raises(DatabaseInUseError, match=f"in use by process {os.getpid()}"):
        await Database.open(sqlite_url, clock)
    await sqlite.write(lambda tx: tx.key_values.put("still", "here"))
    async with sqlite.read() as tx:
        assert await tx.key_values.get("still") == "here"


async def test_another_name_for_the_file_is_the_same_file(
    sqlite: Database, sqlite_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """A link to a file in use is refused as the file itself is."""
    link = tmp_path / "link.db"
    link.symlink_to(sqlite_url.removeprefix("sqlite:///"))
    with pytest.raises(DatabaseInUseError):
        await (await Database.open(f"sqlite:///{link}", clock)).close()


async def test_a_closed_file_can_be_opened_again(sqlite_url: str, clock: FakeClock) -> None:
    """Closing frees the file at once, and so does an opening that failed."""
    for _ in range(3):
        await (await Database.open(sqlite_url, clock)).close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = path.read_bytes()  # noqa: ASYNC240
    path.write_bytes(b"no database at all" * 500)  # noqa: ASYNC240
    await refused(sqlite_url)
    path.write_bytes(whole)  # noqa: ASYNC240
    await (await Database.open(sqlite_url, clock)).close()


@pytest.mark.slow
async def test_a_killed_holder_frees_the_file(sqlite_url: str, clock: FakeClock) -> None:
    """A process that is killed without warning leaves the file free for the next start."""
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


async def test_nothing_new_after_the_end(sqlite_url: str, clock: FakeClock) -> None:
    """A closed database refuses work with a sentence instead of opening itself again."""
    database = await Database.open(sqlite_url, clock)
    await database.close()
    with pytest.raises(StorageError, match="being closed"):
        await database.write(lambda tx: tx.key_values.put("late", "yes"))


async def test_closing_lets_what_is_under_way_end(sqlite_url: str, clock: FakeClock) -> None:
    """A write that has begun is whole after a close in its middle."""
    database = await Database.open(sqlite_url, clock)
    begun = asyncio.Event()

    async def slowly() -> None:
        async def work(tx: WriteTransaction) -> None:
            await tx.key_values.put("first", "1")
            begun.set()
            await asyncio.sleep(0.05)
            await tx.key_values.put("second", "2")

        await database.write(work)

    writer = asyncio.create_task(slowly())
    await begun.wait()
    await database.close()
    await writer
    again = await Database.open(sqlite_url, clock)
    async with again.read() as tx:
        assert await tx.key_values.get("second") == "2"
    await again.close()


async def test_reading_cannot_write(sqlite: Database) -> None:
    """On SQLite a look cannot change anything, even by mistake."""
    async with sqlite.read() as tx:
        with pytest.raises(Exception, match="readonly"):
            await tx.key_values.put("sly", "yes")
