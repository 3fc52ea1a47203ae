"""A backup of SQLite is a database file without a write-ahead log. Everything here blocks: call it in a thread."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.backup.errors import BackupError
from storage.backup.manifest import Contents
from storage.migrate import KNOWN_VERSIONS
from storage.stores.events import ChainCheck, Event, Head

_BUSY_SECONDS = 5.0


def copy_database_file(source: Path, target: Path) -> None:
    """Copies what was committed, in one step: in several steps, each write of a running bot would begin it anew.

    Raises:
        BackupError: the source is no database, damaged, or locked.
    """
    try:
        # Not for reading only: that would leave files of the write-ahead log behind which a stopped bot does not have.
        with _connect(source, "rw") as connection, closing(sqlite3.connect(target)) as copy:
            connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a write-ahead log
    except sqlite3.Error as error:
        raise BackupError(f"The database {source} cannot be copied: {error}.") from error


def verify_database_file(path: Path, what: str) -> Contents:
    """Checks the structure, the references and the chain of events of the file; ``what`` names it in errors.

    Raises:
        BackupError: something is wrong with it.
    """
    try:
        with _connect(path, "ro") as connection:
            problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            if problems != ["ok"]:
                raise BackupError(f"{what} is damaged: {'; '.join(problems)}.")
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
            if orphan is not None:
                raise BackupError(
                    f"{what} is damaged: a row of {orphan[0]} refers to one of {orphan[2]} that is not there."
                )
            return _read_contents(connection, what)
    except sqlite3.Error as error:
        raise BackupError(f"{what} is damaged, or is not a database of this program: {error}.") from error


def _read_contents(connection: sqlite3.Connection, what: str) -> Contents:
    (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    check_known(version, what)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = [name for name in names if not name.startswith("sqlite_")]
    rows = sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables)  # noqa: S608
    check = ChainCheck()
    columns = ", ".join(Event.__slots__)
    for values in connection.execute(f"SELECT {columns} FROM events ORDER BY seq"):  # noqa: S608 - names of our own
        if not check.add(Event(*values)):
            break
    head = connection.execute("SELECT seq, hash FROM chain_head").fetchone()
    return finish_check(check, Head(*head) if head else Head(0, ""), version, rows, what)


def check_known(version: str, what: str) -> None:
    """Returns if this program knows the version of the tables.

    Raises:
        BackupError: it does not.
    """
    if version not in KNOWN_VERSIONS:
        raise BackupError(
            f"{what} has version {version or 'none'} of the tables, and this program knows versions up to {KNOWN_VERSIONS[-1]}."
        )


def finish_check(check: ChainCheck, head: Head, version: str, rows: int, what: str) -> Contents:
    """The contents, once all events were added to ``check``.

    Raises:
        BackupError: the chain is broken.
    """
    verification = check.finish(head)
    if not verification.is_intact:
        raise BackupError(f"{what} has a broken chain of events, from event {verification.broken_at}.")
    return Contents(version, rows, verification.event_count, head.hash)


@contextmanager
def _connect(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path))}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as connection:
        yield connection
