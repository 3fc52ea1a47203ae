"""What the commands say about databases, folders and files that cannot be used. None of it is a traceback."""

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from bot.cli import main
from bot.exit_codes import ExitCode
from storage import Database
from tests.bot.legacy.samples import write_all_files, write_files


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and everything that was printed."""
    code = main(arguments)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out + captured.err


@pytest.mark.parametrize("command", [["verify"], ["export", "out"]])
def test_reading_creates_no_database(
    working_folder: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Without a database there is nothing to verify or to export, and none is created."""
    code, text = run(capsys, *command)
    assert code == ExitCode.DATABASE
    assert "There is no database" in text
    assert list(working_folder.iterdir()) == []


@pytest.fixture
def imported(working_folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A database with a few events; its path."""
    write_all_files(working_folder / "seed")
    assert run(capsys, "import", "seed")[0] == ExitCode.DONE
    return working_folder / "data" / "studio.db"


@pytest.mark.parametrize(("command", "words"), [(["verify"], "4 events, unbroken"), (["export", "out"], "4 events.")])
async def test_reading_works_while_the_bot_runs(
    imported: Path, capsys: pytest.CaptureFixture[str], command: list[str], words: str
) -> None:
    """While another process has the database open, its log can be verified and exported, and it runs on."""
    database = await Database.open(f"sqlite:///{imported}")
    await database.write(lambda tx: tx.key_values.put("just", "written"))
    code, text = await asyncio.to_thread(run, capsys, *command)
    assert code == ExitCode.DONE
    assert words in text
    await database.write(lambda tx: tx.key_values.put("still", "here"))
    await database.close()


def test_an_older_database_is_not_changed_by_reading(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A database of an older program is left alone, with advice."""
    with sqlite3.connect(imported) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    code, text = run(capsys, "verify")
    assert code == ExitCode.DATABASE
    assert "has version 0001" in text
    assert "Start the bot once" in text


@pytest.mark.parametrize("column", ["data", "event", "prev_hash", "hash", "timestamp"])
def test_an_event_that_is_no_text_is_a_broken_chain(
    imported: Path, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    """A BLOB in place of text breaks the chain at that event."""
    with sqlite3.connect(imported) as connection:
        connection.execute(f"UPDATE events SET {column} = x'00ff' WHERE seq = 3")
    code, text = run(capsys, "verify")
    assert code == ExitCode.BROKEN
    assert "The chain is broken at event 3." in text


@pytest.mark.parametrize("command", [["verify"], ["export", "out"], ["import", "seed"]])
def test_a_missing_table_is_named(imported: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """A database without one of its tables is reported with the table's name."""
    with sqlite3.connect(imported) as connection:
        connection.execute("DROP TABLE events")
    code, text = run(capsys, *command)
    assert code == ExitCode.DATABASE
    assert "no such table: events" in text
    assert "restore a backup" in text


def test_a_locked_file_is_reported_as_locked(
    imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that another program keeps locked is not called damaged."""
    monkeypatch.setattr("storage.engine._BUSY_MS", 20)
    with sqlite3.connect(imported, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        code, text = run(capsys, "import", "seed")
        other.execute("ROLLBACK")
    assert code == ExitCode.DATABASE
    assert "another program keeps its file locked" in text


def test_a_database_error_during_an_import_says_what_is_kept(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error in the middle of an import ends it with the reason and with advice."""
    with sqlite3.connect(imported) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON imports BEGIN SELECT RAISE(ABORT, 'no more'); END")
    write_files(imported.parent / "more", session_progress=[{"timestamp": "2026-01-01", "event": "x", "data": {}}])
    code, text = run(capsys, "import", str(imported.parent / "more"))
    assert code == ExitCode.DATABASE
    assert "The database cannot be used: no more." in text
    assert "What was imported before that is kept" in text


@pytest.mark.parametrize("command", ["import", "export"])
def test_an_impossible_folder_is_reported(imported: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """A name that no file system accepts is reported with its reason."""
    code, text = run(capsys, command, "x" * 300)
    assert code == ExitCode.CONFIG
    assert "File name too long" in text


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_pipe_is_not_read(imported: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    """A pipe in place of one of the files is named and does not stop the import of the others."""
    folder = imported.parent / "pipes"
    folder.mkdir()
    os.mkfifo(folder / "grant_logs.json")
    code, text = run(capsys, "import", str(folder), *options)
    assert code == ExitCode.DONE
    assert "grant_logs.json: not a file." in text
