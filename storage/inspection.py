"""Looks at a database without changing, creating or locking anything: for the doctor, and for nobody else."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import create_engines, parse_url
from storage.errors import DatabaseInUseError, DatabaseUnreadableError
from storage.lock import FileLock
from storage.migrate import HEAD, KNOWN_VERSIONS
from storage.outages import describe_open_error
from storage.stores.processes import ProcessStore
from storage.tables import chain_head, key_values

_RIGHTS: Final = text(
    "SELECT has_schema_privilege(current_schema(), 'CREATE'),"
    " (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE'))"
)
_CONNECTIONS: Final = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
)


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a look at the database has shown.

    Attributes:
        product: its name and version, such as ``SQLite 3.40.1``.
        version: that of the tables; None where there are none yet.
        events: how many the log has.
        ahead: how far the server's clock is ahead of ours; None on SQLite, which has none.
        missing_rights: what the program may not do there, each as a sentence.
        free_connections: how many more the server takes; None on SQLite.
        holder: the process that uses the SQLite file.
        processes: those with a recent heartbeat, each as its role and the program's version (PostgreSQL).
    """

    product: str
    version: str | None
    events: int = 0
    ahead: timedelta | None = None
    missing_rights: tuple[str, ...] = ()
    free_connections: int | None = None
    holder: str | None = None
    processes: tuple[tuple[str, str], ...] = ()

    @property
    def is_newer(self) -> bool:
        """Whether a newer program has migrated it."""
        return self.version is not None and self.version not in KNOWN_VERSIONS

    @property
    def is_older(self) -> bool:
        """Whether the next start migrates it."""
        return self.version is not None and not self.is_newer and self.version != HEAD


def find_folder(url: str) -> Path | None:
    """The folder of the SQLite file, or, where it does not exist yet, the one in which it would be created.

    Raises:
        DatabaseUnreadableError: the address cannot be used.
    """
    path = _find_path(url)
    return None if path is None else next(folder for folder in path.parents if folder.exists())


def _find_path(url: str) -> Path | None:
    address = parse_url(url)
    is_file = address.drivername.startswith("sqlite")
    return Path(address.database or "").expanduser().resolve() if is_file else None


async def inspect_database(url: str) -> tuple[DatabaseState, str | None]:
    """The state of the database, and the text that is stored under ``studio_config``, if any.

    Raises:
        DatabaseUnreadableError: it cannot be opened or reached.
    """
    path = _find_path(url)
    if path is not None and (missing := _describe_missing(path)) is not None:
        return missing, None
    engines = create_engines(parse_url(url), to_write=False)
    try:
        async with engines.reader.connect() as connection:
            return await _inspect(connection, path)
    except (DBAPIError, OSError) as error:
        raise DatabaseUnreadableError(describe_open_error(engines.path, error)) from error
    finally:
        await engines.dispose()


def _describe_missing(path: Path) -> DatabaseState | None:
    """The state where there is no file; None where there is one."""
    if path.exists():
        return None
    folder = next(folder for folder in path.parents if folder.exists())
    rights = () if os.access(folder, os.W_OK) else (_cannot_write(path),)
    return DatabaseState(f"SQLite {sqlite3.sqlite_version}", None, missing_rights=rights)


async def _inspect(connection: AsyncConnection, path: Path | None) -> tuple[DatabaseState, str | None]:
    version, events, config = await connection.run_sync(_read)
    if path is not None:
        can_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        rights = () if can_write else (_cannot_write(path),)
        product = f"SQLite {sqlite3.sqlite_version}"
        return DatabaseState(product, version, events, missing_rights=rights, holder=_find_holder(path)), config
    before = datetime.now(UTC)
    moment: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    ahead = moment - (before + (datetime.now(UTC) - before) / 2)
    can_create, foreign = (await connection.execute(_RIGHTS)).one()
    sentences = {
        "The user in DATABASE_URL may not create tables: GRANT CREATE ON SCHEMA.": not can_create,
        f"{foreign} tables belong to another user than the one in DATABASE_URL.": foreign > 0,
    }
    free = (await connection.execute(_CONNECTIONS)).scalar_one()
    product = f"PostgreSQL {(await connection.execute(text('SHOW server_version'))).scalar_one()}"
    missing = tuple(sentence for sentence, is_missing in sentences.items() if is_missing)
    known = await ProcessStore(connection, moment).list_all() if version == HEAD else []
    alive = tuple((process.role, process.version) for process in known if process.is_alive(moment))
    return DatabaseState(product, version, events, ahead, missing, free, processes=alive), config


def _read(connection: Connection) -> tuple[str | None, int, str | None]:
    if not inspect(connection).has_table("alembic_version"):
        return None, 0, None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    events = connection.execute(select(chain_head.c.seq)).scalar() or 0
    config = connection.execute(select(key_values.c.value).where(key_values.c.name == "studio_config")).scalar()
    return version, events, config


def _cannot_write(path: Path) -> str:
    return f"The user that runs this may not write {path} and its folder."


def _find_holder(path: Path) -> str | None:
    if not Path(f"{path}.lock").exists():
        return None
    try:
        FileLock.acquire(path, write_pid=False, advice="").release()
    except DatabaseInUseError as error:
        return str(error).rpartition("process ")[2].strip(" .")
    except DatabaseUnreadableError:
        return None  # its lock belongs to another user; the rights are reported anyway
    return None
