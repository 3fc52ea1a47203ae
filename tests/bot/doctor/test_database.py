"""What the doctor says about databases, and that looking changes nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.doctor.database import check_database, check_processes, describe_state
from bot.doctor.findings import Finding, Severity
from storage import Database, WriteTransaction
from storage.inspection import DatabaseState
from storage.migrate import HEAD
from storage.states import ProcessState
from storage.stores.processes import NewProcess
from tests.conftest import FakeClock
from tests.storage.backup.conftest import names_in


def find(findings: list[Finding], subject: str) -> Finding:
    """The only finding about this subject."""
    (finding,) = [finding for finding in findings if finding.subject == subject]
    return finding


async def test_a_good_database_is_fine(database_url: str, clock: FakeClock) -> None:
    """The line has the product, the version of the tables and the number of events; what /setup has stored is read."""
    database = await Database.open(database_url, clock)

    async def work(tx: WriteTransaction) -> None:
        tx.report("Take", {})
        await tx.key_values.put("studio_config", '{"audit_channel_id": 4711}')

    await database.write(work)
    await database.close()
    findings, studio = await check_database(database_url)
    assert "1 events" in find(findings, "database").text
    assert {finding.severity for finding in findings if finding.subject not in {"connections", "backup"}} == {
        Severity.OK
    }
    assert studio.audit_channel_id == 4711


async def test_the_servers_clock_is_compared(postgres_url: str) -> None:
    """On PostgreSQL, whose clock decides leases, the two clocks are compared and free connections counted."""
    findings, _ = await check_database(postgres_url)
    assert find(findings, "clock").severity is Severity.OK
    assert "more connections" in find(findings, "connections").text


async def test_a_running_bot_is_named(sqlite: Database, sqlite_url: str) -> None:
    """The process that has the file is named, and is not disturbed."""
    findings, _ = await check_database(sqlite_url)
    assert "uses it" in find(findings, "database").text
    await sqlite.write(lambda tx: tx.key_values.put("still", "here"))


async def test_a_missing_database_is_created_by_nobody(tmp_path: Path) -> None:
    """Before the first start there is no file, which is a warning; none is created."""
    findings, _ = await check_database(f"sqlite:///{tmp_path}/data/studio.db")
    assert find(findings, "database").severity is Severity.WARNING
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("version", "severity", "words"),
    [("0009", Severity.WARNING, "Make a backup first"), ("9999", Severity.PROBLEM, "a newer program")],
)
async def test_other_versions_of_the_tables(
    sqlite_url: str, tmp_path: Path, version: str, severity: Severity, words: str
) -> None:
    """An older database is updated by the next start, a newer one cannot be used."""
    with closing(sqlite3.connect(tmp_path / "studio.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.commit()
    findings, _ = await check_database(sqlite_url)
    assert find(findings, "database").severity is severity
    assert words in find(findings, "database").text


async def test_a_server_that_is_not_there_is_one_line_without_password() -> None:
    """The sentence is that of a start."""
    (finding,), _ = await check_database("postgresql://u:hidden@127.0.0.1:9/d")
    assert finding.severity is Severity.PROBLEM
    assert "cannot be reached" in finding.text
    assert "hidden" not in finding.text


@pytest.mark.parametrize(
    ("alive", "severity", "words"),
    [
        ([], Severity.OK, "No process runs"),
        ([("all", "1")], Severity.OK, "1 all."),
        ([("gateway", "1"), ("worker", "1"), ("worker", "1")], Severity.OK, "1 gateway, 2 worker."),
        ([("gateway", "1")], Severity.WARNING, "no worker: nothing is written or sent"),
        ([("worker", "1")], Severity.WARNING, "no gateway: nobody answers"),
        ([("all", "1"), ("worker", "2")], Severity.WARNING, "different versions"),
    ],
)
def test_what_is_missing_among_the_processes_is_named(
    alive: list[tuple[str, str]], severity: Severity, words: str
) -> None:
    """A role that nobody has, or an update that was not finished, is a warning."""
    finding = check_processes(alive)
    assert (finding.severity, finding.subject) == (severity, "processes")
    assert words in finding.text


async def register(process: NewProcess, tx: WriteTransaction) -> None:
    await tx.processes.register(process)


async def test_living_processes_are_counted(postgres_url: str) -> None:
    """Those without a recent heartbeat are not."""
    database = await Database.open(postgres_url)
    for number in (1, 2):
        process = NewProcess(f"process_{number}", "worker", ProcessState.ACTIVE, "host", number, "1", HEAD)
        await database.write(partial(register, process))
    async with database.engines.writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE processes SET seen_at = '2026-01-01' WHERE id = 'process_2'")
    await database.close()
    findings, _ = await check_database(postgres_url)
    assert "Processes that run: 1 worker" in find(findings, "processes").text


SERVER = DatabaseState("PostgreSQL 18.6", HEAD, ahead=timedelta(0), free_connections=14)


@pytest.mark.parametrize(
    ("state", "subject", "severity", "words"),
    [
        (replace(SERVER, missing_rights=("It may not.",)), "rights", Severity.PROBLEM, "It may not."),
        (SERVER, "rights", Severity.OK, "can be written"),
        (SERVER, "connections", Severity.OK, "room for 14"),
        (replace(SERVER, free_connections=13), "connections", Severity.WARNING, "Raise max_connections"),
        (replace(SERVER, free_connections=None), "connections", Severity.WARNING, "room for 0"),
        (replace(SERVER, ahead=timedelta(seconds=1)), "clock", Severity.OK, "agrees"),
        (replace(SERVER, ahead=timedelta(seconds=2)), "clock", Severity.WARNING, "2.0 s behind"),
        (replace(SERVER, ahead=timedelta(seconds=60)), "clock", Severity.WARNING, "60.0 s behind"),
    ],
)
def test_each_thing_has_its_line(state: DatabaseState, subject: str, severity: Severity, words: str) -> None:
    """What a server lacks is a warning or a problem, and what is fine is said too."""
    finding = find(describe_state(state), subject)
    assert finding.severity is severity
    assert words in finding.text


@pytest.mark.parametrize(
    ("installed", "severity", "words"),
    [
        (["pg_dump", "pg_restore"], Severity.OK, "are installed"),
        (["pg_dump"], Severity.WARNING, "pg_restore cannot be found"),
        ([], Severity.WARNING, "pg_dump and pg_restore cannot be found"),
    ],
)
def test_programs_for_backups_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: list[str], severity: Severity, words: str
) -> None:
    """On PostgreSQL a backup needs both programs."""
    for name in installed:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = find(describe_state(SERVER), "backup")
    assert finding.severity is severity
    assert words in finding.text
