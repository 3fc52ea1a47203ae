"""The database: whether it can be reached and written, the version of its tables, its clock."""

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from bot.doctor.findings import Finding, fine, problem, warn
from bot.roles import Role
from bot.studio_config import StudioConfig
from storage import StorageError
from storage.inspection import DatabaseState, inspect_database

_NEEDED_CONNECTIONS: Final = 14
"""The most that one process opens: twelve for transactions (storage/postgres.py), and those on which it waits for others."""
_PROGRAMS: Final = ("pg_dump", "pg_restore")


async def check_database(url: str) -> tuple[list[Finding], StudioConfig]:
    """What there is to say about the database, and what ``/setup`` has stored in it."""
    try:
        state, config = await inspect_database(url)
    except StorageError as error:
        return [problem("database", str(error))], StudioConfig()
    try:
        studio = StudioConfig.model_validate_json(config) if config else StudioConfig()
    except ValidationError:
        studio = StudioConfig()
    return describe_state(state), studio


def describe_state(state: DatabaseState) -> list[Finding]:
    """What there is to say about a database that could be looked at."""
    findings = [_check_tables(state), *(problem("rights", sentence) for sentence in state.missing_rights)]
    if not state.missing_rights:
        findings.append(fine("rights", "The database can be written and migrated."))
    if state.ahead is not None:
        findings += [
            check_clock("clock", "the database server", state.ahead, timedelta(seconds=1)),
            check_processes(state.processes),
            _check_connections(state.free_connections or 0),
            _check_programs(),
        ]
    return findings


def _check_tables(state: DatabaseState) -> Finding:
    use = f" Process {state.holder} uses it." if state.holder else ""
    tables = f"{state.product}, tables of version {state.version}"
    if state.version is None:
        return warn("database", f"{state.product}, no tables yet: the first start creates them.")
    if state.is_newer:
        return problem("database", f"{tables}, which a newer program has made. Update this one.")
    if state.is_older:
        return warn("database", f"{tables}: the next start updates them. Make a backup first.{use}")
    return fine("database", f"{tables}, {state.events:,} events.{use}")


def check_clock(subject: str, other: str, ahead: timedelta, tolerance: timedelta) -> Finding:
    """Compares our clock with another one, which is ``ahead`` of ours."""
    seconds = abs(ahead.total_seconds())
    direction = "behind" if ahead > timedelta(0) else "ahead of"
    text = f"This machine's clock is {seconds:.1f} s {direction} that of {other}"
    if abs(ahead) <= tolerance:
        return fine(subject, f"This machine's clock agrees with that of {other}.")
    if abs(ahead) <= timedelta(minutes=1):
        return warn(subject, f"{text}. Switch on time synchronisation (NTP).")
    return problem(subject, f"{text}: times and due posts will be wrong. Switch on time synchronisation (NTP).")


def check_processes(alive: Sequence[tuple[str, str]]) -> Finding:
    """Looks for what is missing among the living processes, each given as its role and its version."""
    roles = Counter(role for role, _ in alive)
    if not alive:
        return fine("processes", "No process runs at the moment.")
    listed = ", ".join(f"{count} {role}" for role, count in sorted(roles.items()))
    text = f"Processes that run: {listed}"
    if len({version for _, version in alive}) > 1:
        return warn("processes", f"{text}, of different versions. Bring all of them to the newest one.")
    for needed, lack in ((Role.GATEWAY, "nobody answers on Discord"), (Role.WORKER, "nothing is written or sent")):
        if not roles[needed] and not roles[Role.ALL]:
            return warn("processes", f"{text}, but no {needed}: {lack}. Start one.")
    return fine("processes", f"{text}.")


def _check_connections(free: int) -> Finding:
    text = f"The server has room for {free} more connections"
    if free < _NEEDED_CONNECTIONS:
        return warn("connections", f"{text}, and a process opens up to {_NEEDED_CONNECTIONS}. Raise max_connections.")
    return fine("connections", f"{text}; a process opens up to {_NEEDED_CONNECTIONS}.")


def _check_programs() -> Finding:
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        return warn(
            "backup", f"{' and '.join(missing)} cannot be found: `python -m bot backup` needs PostgreSQL's programs."
        )
    return fine("backup", "pg_dump and pg_restore are installed.")
