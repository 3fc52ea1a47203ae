"""A backup of PostgreSQL is a file that ``pg_dump`` writes. Everything here blocks: call it in a thread."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from storage.backup.dump_text import Row, read_rows
from storage.backup.errors import BackupError
from storage.backup.manifest import Contents
from storage.backup.postgres_programs import postgres_environment, read_output, run_program
from storage.backup.sqlite_file import check_known, finish_check
from storage.stores.events import ChainCheck, Event, Head

_FOREIGN: Final = ("--no-owner", "--no-privileges", "--no-comments")
"""Owners and rights belong to the server, and comments of extensions only their owner may set."""


def dump_database(url: URL, target: Path) -> None:
    """Writes a dump of the database, as it is at one moment.

    Raises:
        BackupError: ``pg_dump`` is missing or fails.
    """
    target.touch(mode=0o600)
    with postgres_environment(url) as environment:
        run_program(
            "pg_dump", "--no-password", "--format=custom", *_FOREIGN, f"--file={target}", environment=environment
        )


def verify_dump(path: Path, what: str) -> Contents:
    """Reads the whole dump and checks the chain of events in it; ``what`` names it in errors.

    The references between rows are checked when it is restored.

    Raises:
        BackupError: something is wrong with it, or ``pg_restore`` is missing.
    """
    contents = _DumpContents()
    try:
        with postgres_environment(URL.create("postgresql")) as environment:
            read_output("pg_restore", "--file=-", str(path), environment=environment, read=contents.read)
        return contents.finish(what)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{what} is damaged: what it holds is no text of a database.") from error


def restore_dump(url: URL, path: Path, *, replace: bool) -> None:
    """The database holds what the dump has, or, after an error, what it held before.

    Raises:
        BackupError: ``pg_restore`` is missing or fails.
    """
    all_or_nothing = ("--single-transaction", "--exit-on-error")
    clean = ("--clean", "--if-exists") if replace else ()
    options = ("--no-password", f"--dbname={url.database or ''}", *all_or_nothing, *clean, *_FOREIGN)
    with postgres_environment(url) as environment:
        run_program("pg_restore", *options, str(path), environment=environment)


class _DumpContents:
    """Collects what a dump holds while its text goes by."""

    def __init__(self) -> None:
        self._check = ChainCheck()
        self._waiting: dict[int, Event] = {}  # a table's rows have no order; nearly always it is that of the chain
        self._head = Head(0, "")
        self._version = ""
        self._rows = 0

    def read(self, lines: Iterable[str]) -> None:
        """Takes all lines."""
        for row in read_rows(lines):
            self._rows += 1
            match row.table:
                case "events":
                    self._add_event(row)
                case "chain_head":
                    values = row.to_values()
                    self._head = Head(int(values["seq"] or 0), values["hash"] or "")
                case "alembic_version":
                    self._version = row.to_values()["version_num"] or ""
                case _:
                    deque(row.to_values(), maxlen=0)  # a line with too few or too many fields raises ValueError

    def _add_event(self, row: Row) -> None:
        values = row.to_values()
        seq = int(values.pop("seq") or 0)
        self._waiting[seq] = Event(seq=seq, **values)  # type: ignore[arg-type]  # a column that must not be empty is checked by its hash
        while (event := self._waiting.pop(self._check.last.seq + 1, None)) is not None:
            if not self._check.add(event):
                break

    def finish(self, what: str) -> Contents:
        """The contents, once everything was read."""
        check_known(self._version, what)
        if self._waiting and self._check.broken_at is None:
            self._check.broken_at = self._check.last.seq + 1
        return finish_check(self._check, self._head, self._version, self._rows, what)
