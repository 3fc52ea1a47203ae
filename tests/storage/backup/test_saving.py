"""Making a backup: what it contains, and that none appears that was not verified."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import Database, StorageError
from storage.backup import BackupError, back_up
from storage.backup.manifest import hash_file
from tests.conftest import FakeClock
from tests.storage.backup.conftest import fill, names_in


async def test_a_backup_is_described_by_the_file_beside_it(filled_url: str, tmp_path: Path) -> None:
    """The manifest has the size, the SHA-256, the version of the tables, and the end of the chain of events."""
    target, manifest = await back_up(filled_url, tmp_path / "backups" / "one")
    assert names_in(target.parent) == ["one", "one.json"]
    written = json.loads(read_manifest_text(target))
    assert (written["size"], written["sha256"]) == hash_file(target)
    database = await Database.open_for_reading(filled_url)
    async with database.read() as tx:
        head = await tx.events.get_head()
    await database.close()
    assert (written["events"], written["head"]) == (head.seq, head.hash) == (3, manifest.head)


def read_manifest_text(target: Path) -> str:
    """The text beside the backup, which only this user can read."""
    assert target.stat().st_mode & 0o077 == 0
    return Path(f"{target}.json").read_text(encoding="utf-8")


async def test_a_folder_gets_a_file_named_by_the_time(filled_sqlite_url: str, tmp_path: Path) -> None:
    """For a folder the name is made of the time, so that a nightly command is always the same."""
    (tmp_path / "nightly").mkdir()
    target, _ = await back_up(filled_sqlite_url, tmp_path / "nightly")
    assert names_in(tmp_path / "nightly") == [target.name, f"{target.name}.json"]
    assert target.name.startswith("studio-20")


async def test_a_running_bot_goes_on_during_the_backup(
    filled_sqlite_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Writes before the backup are in it although only the write-ahead log has them; writes during it are not held up."""
    database = await Database.open(filled_sqlite_url, clock)
    await database.write(lambda tx: tx.key_values.put("just", "written"))
    saving = asyncio.create_task(back_up(filled_sqlite_url, tmp_path / "one.db"))
    await database.write(lambda tx: tx.key_values.put("still", "here"))
    target, _ = await saving
    await database.close()
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT value FROM key_values WHERE name = 'just'").fetchone() == ("written",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_a_backup_never_replaces_a_file(filled_sqlite_url: str, tmp_path: Path) -> None:
    """A file under the name stays as it is."""
    (tmp_path / "one.db").write_text("precious")
    with pytest.raises(BackupError, match="exists already"):
        await back_up(filled_sqlite_url, tmp_path / "one.db")
    assert (tmp_path / "one.db").read_text() == "precious"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE events SET event = 'Forged' WHERE seq = 2", "broken chain of events, from event 2"),
        ("DELETE FROM events WHERE seq = 3", "broken chain of events, from event 3"),
        ("UPDATE alembic_version SET version_num = '9999'", "has version 9999 of the tables"),
        (
            "PRAGMA foreign_keys=OFF; UPDATE chapters SET ebook_id = 'nobody'",
            "refers to one of ebooks",
        ),
        (
            "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, '(event,', '(data,') WHERE type = 'index'",
            "is damaged: row 1 missing from index",
        ),
        ("DELETE FROM chain_head", "broken chain of events, from event 4"),
        ("DROP TABLE events", "is not a database of this program"),
    ],
)
async def test_what_does_not_verify_gets_no_name(
    filled_sqlite_url: str, tmp_path: Path, damage: str, words: str
) -> None:
    """A copy with a broken chain, a dangling reference or missing tables is refused, and nothing of it remains."""
    with closing(sqlite3.connect(tmp_path / "studio.db")) as connection:
        connection.executescript(damage)
        connection.commit()
    with pytest.raises(BackupError, match=words):
        await back_up(filled_sqlite_url, tmp_path / "backups" / "one.db")
    assert names_in(tmp_path / "backups") == []


async def test_a_broken_chain_on_a_server_gets_no_backup(postgres_url: str, tmp_path: Path, clock: FakeClock) -> None:
    """The chain is read back from the dump itself, so a change on the server is found."""
    await fill(postgres_url, clock)
    database = await Database.open(postgres_url, clock)
    async with database.engines.writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE events SET data = '{}' WHERE seq = 2")
    await database.close()
    with pytest.raises(BackupError, match="from event 2"):
        await back_up(postgres_url, tmp_path / "backups" / "one.dump")
    assert names_in(tmp_path / "backups") == []


async def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where pg_dump is not installed, the sentence says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed here"):
        await back_up("postgresql://u@h/d", tmp_path / "one")


async def test_the_password_is_no_argument_and_is_not_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PostgreSQL's programs get the password in a file of this user; neither arguments nor errors show it."""
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\necho "pg_dump: error: $* $PGHOST $PGPORT $PGSSLMODE $(/usr/bin/stat -c %a "$PGPASSFILE")" >&2\n'
        '/bin/cat "$PGPASSFILE" > "$HOME/seen"\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BackupError) as caught:
        await back_up("postgresql://u:hid%3Aden@server:5433/d?sslmode=require", tmp_path / "one")
    assert "server 5433 require 600" in str(caught.value)
    assert "hid" not in str(caught.value)
    assert (tmp_path / "seen").read_text() == "*:*:*:*:hid\\:den\n"


async def test_no_database_is_no_backup(tmp_path: Path) -> None:
    """Where there is no database, nothing is created."""
    with pytest.raises(StorageError, match="There is no database"):
        await back_up(f"sqlite:///{tmp_path}/none.db", tmp_path / "backups" / "one.db")
    assert names_in(tmp_path) == ["backups"]


@pytest.mark.slow
@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_kill_leaves_no_half_file_under_the_name(filled_sqlite_url: str, tmp_path: Path, killed_at: int) -> None:
    """Killed at each moment at which something is about to reach the disk, there is a whole backup or none under its name."""
    program = (
        "import asyncio, os, signal, sys\nfrom pathlib import Path\nfrom storage.backup import back_up\n"
        "real, left = os.fsync, [int(sys.argv[3])]\n"
        "def fsync(fd):\n    left[0] -= 1\n    os.kill(os.getpid(), signal.SIGKILL) if not left[0] else real(fd)\n"
        "os.fsync = fsync\nasyncio.run(back_up(sys.argv[1], Path(sys.argv[2])))\n"
    )
    target = tmp_path / "backups" / "one.db"
    command = [sys.executable, "-c", program, filled_sqlite_url, str(target), str(killed_at)]
    ended = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
    assert ended.returncode == -signal.SIGKILL
    whole = [name for name in names_in(target.parent) if not name.endswith(".partial")]
    assert whole == (["one.db", "one.db.json"] if killed_at == 3 else [])
