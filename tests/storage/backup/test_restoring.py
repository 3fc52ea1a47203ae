"""Bringing a backup back: everything is there again, and nothing is touched that somebody may still need."""

import asyncio
import json
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage import Database, DatabaseInUseError
from storage.backup import BackupError, back_up, restore
from storage.backup.manifest import hash_file
from storage.stores.events import verify_chain
from tests.conftest import FakeClock
from tests.storage.backup.conftest import fill, names_in

ROOT = Path(__file__).parents[3]


async def check_restored(url: str) -> None:
    """The book and the events are there, and the bot can open the database."""
    database = await Database.open(url)
    async with database.read() as tx:
        assert await tx.ebooks.get_titles() == {"ebook_001": "The\tFox\\of\n\x0b月 \\N"}
        verification = await verify_chain(tx.events)
        assert await tx.key_values.get("later") is None
    await database.close()
    assert verification.is_intact
    assert verification.event_count == 3


async def change(url: str) -> None:
    """Something that is not in the backup."""
    database = await Database.open(url)
    await database.write(lambda tx: tx.key_values.put("later", "written"))
    await database.close()


async def test_everything_is_back_on_sqlite(filled_sqlite_url: str, tmp_path: Path) -> None:
    """A backup comes back anywhere, and with --replace in place of a database, which is kept under another name."""
    target, _ = await back_up(filled_sqlite_url, tmp_path / "one.db")
    other = f"sqlite:///{tmp_path}/other/studio.db"
    assert (await restore(target, other, replace=False)).kept is None
    await check_restored(other)
    await change(other)
    with pytest.raises(BackupError, match="--replace"):
        await restore(target, other, replace=False)
    restored = await restore(target, other, replace=True)
    await check_restored(other)
    assert restored.kept is not None
    with closing(sqlite3.connect(restored.kept)) as connection:
        assert connection.execute("SELECT value FROM key_values WHERE name = 'later'").fetchone() == ("written",)


async def test_everything_is_back_on_postgres(empty_postgres_url: str, tmp_path: Path, clock: FakeClock) -> None:
    """A dump comes back into an empty database, with --replace also into a used one, and never beside other connections."""
    await fill(empty_postgres_url, clock)
    target, _ = await back_up(empty_postgres_url, tmp_path / "one.dump")
    await change(empty_postgres_url)
    with pytest.raises(BackupError, match="--replace"):
        await restore(target, empty_postgres_url, replace=False)
    database = await Database.open_for_reading(empty_postgres_url)
    async with database.read():
        with pytest.raises(BackupError, match=r"connections: 1"):
            await restore(target, empty_postgres_url, replace=True)
    await database.close()
    await restore(target, empty_postgres_url, replace=True)
    await check_restored(empty_postgres_url)


async def test_a_running_bot_keeps_its_database(filled_sqlite_url: str, tmp_path: Path, clock: FakeClock) -> None:
    """While the lock is held nothing is replaced, told or not."""
    target, _ = await back_up(filled_sqlite_url, tmp_path / "one.db")
    database = await Database.open(filled_sqlite_url, clock)
    with pytest.raises(DatabaseInUseError, match="Stop the bot first, then restore"):
        await restore(target, filled_sqlite_url, replace=True)
    await database.write(lambda tx: tx.key_values.put("still", "here"))
    await database.close()


def cut(path: Path) -> None:
    """The second half is missing."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_one_byte(path: Path) -> None:
    """The size is right."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def write_garbage(path: Path) -> None:
    """With a manifest that agrees with it, as somebody might write who wants it to pass."""
    path.write_bytes(b"garbage " * 1000)
    agree(path)


def forge_event(path: Path) -> None:
    """The same with a changed event."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET event = 'Forged' WHERE seq = 2")
        connection.commit()
    agree(path)


def lose_rows(path: Path) -> None:
    """The same with a missing chapter."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM chapters")
        connection.commit()
    agree(path)


def agree(path: Path) -> None:
    """Writes the file's own size and SHA-256 into its manifest."""
    manifest = json.loads(Path(f"{path}.json").read_text())
    manifest["size"], manifest["sha256"] = hash_file(path)
    Path(f"{path}.json").write_text(json.dumps(manifest))


def cut_unnoticed(path: Path) -> None:
    """The second half is missing, and the manifest agrees with it."""
    cut(path)
    agree(path)


def remove_manifest(path: Path) -> None:
    """Only the file was kept."""
    Path(f"{path}.json").unlink()


def damage_manifest(path: Path) -> None:
    """Its JSON is cut."""
    Path(f"{path}.json").write_text('{"format"')


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "incomplete or was changed"),
        (change_one_byte, "was changed since it was made"),
        (write_garbage, "damaged, or is not a database"),
        (forge_event, "broken chain of events, from event 2"),
        (lose_rows, "does not hold what its .json file says"),
        (remove_manifest, r"There is no .*one\.db\.json"),
        (damage_manifest, "is damaged or does not belong to a backup"),
        (Path.unlink, "There is no backup"),
    ],
)
async def test_a_damaged_backup_replaces_nothing(
    filled_sqlite_url: str, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    """A backup that is cut, changed or incomplete is refused before anything at the target is touched."""
    target, _ = await back_up(filled_sqlite_url, tmp_path / "one.db")
    damage(target)
    before = names_in(tmp_path)
    with pytest.raises(BackupError, match=re.compile(words)):
        await restore(target, filled_sqlite_url, replace=True)
    assert names_in(tmp_path) == before
    await check_restored(filled_sqlite_url)


@pytest.mark.parametrize("damage", [write_garbage, cut_unnoticed])
async def test_a_damaged_dump_is_refused(
    postgres_url: str, tmp_path: Path, clock: FakeClock, damage: Callable[[Path], None]
) -> None:
    """A dump is read to its end before the server is asked to do anything, even if its manifest agrees with it."""
    await fill(postgres_url, clock)
    target, _ = await back_up(postgres_url, tmp_path / "one.dump")
    damage(target)
    with pytest.raises(BackupError, match=r"pg_restore failed|damaged|does not hold"):
        await restore(target, postgres_url, replace=True)
    await check_restored(postgres_url)


async def test_a_backup_of_the_other_kind_is_refused(filled_sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    """A backup of SQLite does not go into PostgreSQL; the sentence names the way."""
    target, _ = await back_up(filled_sqlite_url, tmp_path / "one.db")
    with pytest.raises(BackupError, match="bot copy"):
        await restore(target, postgres_url, replace=True)


@pytest.mark.slow
@pytest.mark.parametrize("killed_at", [1, 2])
async def test_a_kill_leaves_the_old_database_or_the_new_one(
    filled_sqlite_url: str, tmp_path: Path, killed_at: int
) -> None:
    """Killed before or after the last renaming, there is a whole database, since the next start would create an empty one."""
    target, _ = await back_up(filled_sqlite_url, tmp_path / "one.db")
    await change(filled_sqlite_url)
    program = (
        "import asyncio, os, signal, sys\nfrom pathlib import Path\nfrom storage.backup import restore\n"
        "real, left = os.rename, [int(sys.argv[3])]\n"
        "def replace(self, to):\n"
        "    left[0] == 1 and os.kill(os.getpid(), signal.SIGKILL)\n    real(self, to)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Path.replace = replace\nasyncio.run(restore(Path(sys.argv[1]), sys.argv[2], replace=True))\n"
    )
    command = [sys.executable, "-c", program, str(target), filled_sqlite_url, str(killed_at)]
    ended = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await ended.wait() == -signal.SIGKILL
    database = await Database.open(filled_sqlite_url)
    async with database.read() as tx:
        assert await tx.key_values.get("later") == ("written" if killed_at == 1 else None)
        assert (await verify_chain(tx.events)).event_count == 3
    await database.close()
