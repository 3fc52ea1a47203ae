"""Brings a database to the version that this program knows, or says why it cannot.

Alembic is imported only where something is to be done: its import takes longer than all the rest of opening a database.
"""

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseNewerError, DatabaseUnreadableError

KNOWN: Final = ("0001", "0002", "0003")
HEAD: Final = KNOWN[-1]
_MIGRATION_LOCK: Final = 0x6D797468  # PostgreSQL's advisory lock: several processes may start at once


async def migrate(engine: AsyncEngine) -> None:
    """The database is at ``HEAD`` afterwards, or untouched and ``DatabaseNewerError`` is raised."""
    async with engine.connect() as connection:
        async with connection.begin():
            version = await connection.run_sync(_version)
        if not _behind(version):
            return
        if engine.dialect.name == "sqlite":
            await _migrate_sqlite(connection)
        else:
            async with connection.begin():
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                await connection.run_sync(_upgrade)


async def migrate_within(connection: AsyncConnection) -> None:
    """The same on PostgreSQL inside a transaction that the caller ends as it likes."""
    if _behind(await connection.run_sync(_version)):
        await connection.run_sync(_upgrade)


def _behind(version: str | None) -> bool:
    if version is not None and version not in KNOWN:
        raise DatabaseNewerError(
            f"The database is of version {version}, newer than this program knows ({HEAD}). Update the program."
        )
    return version != HEAD


async def _migrate_sqlite(connection: AsyncConnection) -> None:
    """Foreign keys are off meanwhile: rebuilding a parent table would delete its children otherwise."""
    raw = (await connection.get_raw_connection()).driver_connection
    if raw is None:
        raise DatabaseUnreadableError("The database connection was lost while it was being opened.")
    await raw.execute("PRAGMA foreign_keys=OFF")
    try:
        async with connection.begin():
            await connection.run_sync(_upgrade)
            if (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all():
                raise DatabaseUnreadableError("The update of the database would have broken references; it was undone.")
    finally:
        await raw.execute("PRAGMA foreign_keys=ON")


def _version(connection: Connection) -> str | None:
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
