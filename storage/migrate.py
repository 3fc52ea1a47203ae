"""Migrates a database to the version that this program needs.

Alembic is imported only if there is something to migrate: the import takes 0.35 s, more than all the rest of opening a
database.
"""

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseEmptyError, DatabaseNewerError, DatabaseUnreadableError

KNOWN_VERSIONS: Final = tuple(f"{number:04}" for number in range(1, 15))
HEAD: Final = KNOWN_VERSIONS[-1]
_MIGRATION_LOCK: Final = 0x6D797468
"""The key of PostgreSQL's advisory lock ("myth" in ASCII): several processes may start at the same time."""


async def migrate(engine: AsyncEngine, patient_engine: AsyncEngine | None = None) -> None:
    """The database is at version ``HEAD``; on PostgreSQL ``patient_engine``, without time limits, migrates it.

    Raises:
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
        await connection.run_sync(_upgrade)


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
