"""Migrates a database to the version that this program needs.

Alembic is imported only if there is something to migrate: the import takes 0.35 s, more than all the rest of opening a
database.
"""

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseEmptyError, DatabaseInUseError, DatabaseNewerError, DatabaseUnreadableError
from storage.stores.processes import DEAD_AFTER

KNOWN_VERSIONS: Final = tuple(f"{number:04}" for number in range(1, 15))
HEAD: Final = KNOWN_VERSIONS[-1]
_MIGRATION_LOCK: Final = 0x6D797468
"""The key of PostgreSQL's advisory lock ("myth" in ASCII): several processes may start at the same time."""

# As text, because the table may be older than this program's description of it.
_LOCK_PROCESSES: Final = text("LOCK TABLE processes IN SHARE ROW EXCLUSIVE MODE")
_OLDER_PROCESSES: Final = text(
    "SELECT role, host, pid FROM processes WHERE schema_version <> :version"
    " AND seen_at >= clock_timestamp() - CAST(:age AS interval) ORDER BY role, host, pid"
)


async def migrate(engine: AsyncEngine, patient_engine: AsyncEngine | None = None) -> None:
    """The database is at version ``HEAD``; on PostgreSQL ``patient_engine``, without time limits, migrates it.

    Raises:
        DatabaseInUseError: processes of an older program work on it (PostgreSQL); it is unchanged.
        DatabaseNewerError: a newer program has migrated it; it is unchanged.
        DatabaseUnreadableError: the migration would break references; it was rolled back.
    """
    async with engine.connect() as connection:
        async with connection.begin():
            version = await connection.run_sync(_read_version)
        if not _needs_upgrade(version):
            return
        if engine.dialect.name == "sqlite":
            await _migrate_sqlite(connection)
            return
    async with (patient_engine or engine).begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        await connection.run_sync(_refuse_beside_older_processes)
        await connection.run_sync(_upgrade)


def _refuse_beside_older_processes(connection: Connection) -> None:
    """Returns if no living process needs the tables as they are. From now on none registers before the migration has ended."""
    version = _read_version(connection)
    if not _needs_upgrade(version) or not inspect(connection).has_table("processes"):
        return
    connection.execute(_LOCK_PROCESSES)
    rows = connection.execute(_OLDER_PROCESSES, {"version": HEAD, "age": DEAD_AFTER}).all()
    if rows:
        names = ", ".join(f"{role} {host}/{pid}" for role, host, pid in rows)
        raise DatabaseInUseError(
            f"The database has version {version}, and this program needs {HEAD}, but processes of an older program work on it:"
            f" {names}. Stop them, then start this one again."
        )


async def check_version(engine: AsyncEngine) -> None:
    """Returns if the database is at version ``HEAD``; nothing is changed.

    Raises:
        DatabaseNewerError: a newer program has migrated it.
        DatabaseUnreadableError: it is older, or empty.
    """
    async with engine.connect() as connection:
        version = await connection.run_sync(_read_version)
    if version is None:
        raise DatabaseEmptyError("The database is empty: no studio has been stored in it yet.")
    if _needs_upgrade(version):
        raise DatabaseUnreadableError(
            f"The database has version {version}, and this program needs {HEAD}. Start the bot once: it updates the database."
        )


def _needs_upgrade(version: str | None) -> bool:
    if version is not None and version not in KNOWN_VERSIONS:
        raise DatabaseNewerError(
            f"The database has version {version}, but this program knows versions up to {HEAD}. Update the program."
        )
    return version != HEAD


async def _migrate_sqlite(connection: AsyncConnection) -> None:
    """Foreign keys are off during the migration: with them, rebuilding a parent table would delete its children."""
    raw = (await connection.get_raw_connection()).driver_connection
    if raw is None:
        raise DatabaseUnreadableError("The database connection was lost while it was being opened.")
    await raw.execute("PRAGMA foreign_keys=OFF")
    try:
        async with connection.begin():
            await connection.run_sync(_upgrade)
            if (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all():
                raise DatabaseUnreadableError(
                    "The migration of the database would have broken references; it was rolled back."
                )
    finally:
        await raw.execute("PRAGMA foreign_keys=ON")


def _read_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _upgrade(connection: Connection, revision: str = HEAD) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
