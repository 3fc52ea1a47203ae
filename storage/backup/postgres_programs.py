"""Runs ``pg_dump`` and ``pg_restore``. They get the password in a file that only this user can read, never as an argument."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import URL

from storage.backup.errors import BackupError

T = TypeVar("T")
_VARIABLES: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "ssl": "PGSSLMODE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "application_name": "PGAPPNAME",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "passfile": "PGPASSFILE",
}
"""The variables of PostgreSQL's own programs for the parameters that an address may have."""
_OTHER_VERSION: Final = ("server version mismatch", "unsupported version")


def find_program(name: str) -> str:
    """The path of one of PostgreSQL's programs.

    Raises:
        BackupError: it is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise BackupError(
            f"The program {name} is not installed here, or not in PATH. Install PostgreSQL's client programs, of the server's"
            " version or a newer one."
        )
    return path


@contextmanager
def postgres_environment(url: URL) -> Iterator[Mapping[str, str]]:
    """The environment in which PostgreSQL's programs reach the database; a password is in a temporary file."""
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8"}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("PGSSL") or name == "HOME"}
    for name, given in url.query.items():
        environment[_VARIABLES[name]] = given if isinstance(given, str) else ",".join(given)
    parts = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGDATABASE": url.database}
    environment |= {name: str(value) for name, value in parts.items() if value}
    if url.password is None:
        yield environment
        return
    with tempfile.NamedTemporaryFile("w", prefix="midnight-myth-", encoding="utf-8") as file:  # for this user only
        escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
        file.write(f"*:*:*:*:{escaped}\n")
        file.flush()
        yield environment | {"PGPASSFILE": file.name}


def run_program(name: str, *arguments: str, environment: Mapping[str, str]) -> None:
    """Runs the program to its end.

    Raises:
        BackupError: it failed; the sentence has the last line of what it said.
    """
    read_output(name, *arguments, environment=environment, read=lambda lines: sum(1 for _ in lines))


def read_output(name: str, *arguments: str, environment: Mapping[str, str], read: Callable[[Iterable[str]], T]) -> T:
    """Runs the program, gives its lines to ``read`` as they come, and returns what that returns.

    Raises:
        BackupError: the program failed; the sentence has the last line of what it said.
    """
    command = [find_program(name), *arguments]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 - the arguments are ours
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="surrogateescape",
        ) as process,
    ):
        try:
            result = read(process.stdout or ())
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            errors.seek(0)
            raise _describe_failure(name, errors.read().decode(errors="replace"))
        return result


def _describe_failure(name: str, errors: str) -> BackupError:
    if any(words in errors for words in _OTHER_VERSION):
        return BackupError(
            f"The program {name} is older than the server or the backup. Install PostgreSQL's client programs of the server's"
            " version or a newer one."
        )
    lines = [line.strip() for line in errors.splitlines() if "error:" in line] or errors.split("\n")
    return BackupError(f"The program {name} failed: {lines[0].rstrip('.')}.")
