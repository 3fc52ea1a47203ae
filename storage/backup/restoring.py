"""Brings a backup back: checks it first, and leaves what is there alone unless told otherwise."""

import asyncio
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.backup.errors import BackupError
from storage.backup.files import sync_to_disk, working_folder
from storage.backup.manifest import Manifest, hash_file, read_manifest
from storage.backup.postgres_dump import restore_dump, verify_dump
from storage.backup.sqlite_file import verify_database_file
from storage.engine import checkpoint_and_truncate, parse_url
from storage.lock import FileLock
from storage.outages import explain_database_errors
from storage.postgres import create_postgres_engine
from storage.tables import chain_head

_ADVICE: Final = "Stop the bot first, then restore."
_REPLACE: Final = "To replace it, repeat the command with --replace."
_OTHER_SESSIONS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back; ``kept`` is where the replaced SQLite file is now."""

    manifest: Manifest
    kept: Path | None = None


async def restore(backup: Path, url: str, *, replace: bool) -> Restored:
    """The database at ``url`` holds what the backup has. With ``replace`` it may hold something else before.

    Raises:
        BackupError: the backup is not what was verified, or the database is in use or holds something.
        StorageError: the database cannot be reached.
    """
    address = parse_url(url)
    manifest = await asyncio.to_thread(
        _check, backup, "sqlite" if address.drivername.startswith("sqlite") else "postgresql"
    )
    if manifest.database == "sqlite":
        return await asyncio.to_thread(_restore_file, backup, manifest, address, replace=replace)
    await _restore_server(backup, manifest, address, replace=replace)
    return Restored(manifest)


def _check(backup: Path, database: str) -> Manifest:
    """The manifest, if the file is the one that it describes and is meant for this kind of database."""
    if not backup.is_file():
        raise BackupError(f"There is no backup {backup}.")
    manifest = read_manifest(backup)
    if manifest.database != database:
        raise BackupError(
            f"The backup is one of {manifest.database}, and DATABASE_URL names {database}. Restore it into a database of its"
            " own kind, then use `python -m bot copy`."
        )
    try:
        size, digest = hash_file(backup)
    except OSError as error:
        raise BackupError(f"The backup {backup} cannot be read: {error.strerror}.") from error
    if size != manifest.size:
        raise BackupError(
            f"The backup has {size} bytes and should have {manifest.size}: it is incomplete or was changed."
        )
    if digest != manifest.sha256:
        raise BackupError("The backup was changed since it was made: its SHA-256 is not the one in its .json file.")
    return manifest


def _restore_file(backup: Path, manifest: Manifest, url: URL, *, replace: bool) -> Restored:
    target = Path(url.database or "").expanduser().resolve()
    with working_folder(target) as folder:
        lock = FileLock.acquire(target, write_pid=False, advice=_ADVICE)
        try:
            if target.exists() and not replace:
                raise BackupError(f"There is a database {target} already; nothing was changed. {_REPLACE}")
            copy = folder / "copy"
            shutil.copyfile(backup, copy)
            _refuse_other_contents(is_same=verify_database_file(copy, "The backup") == manifest.contents)
            copy.chmod(0o600)
            sync_to_disk(copy)
            kept = _set_aside(target) if target.exists() else None
            copy.replace(target)
            sync_to_disk(target.parent)
        finally:
            lock.release()
    return Restored(manifest, kept)


def _set_aside(target: Path) -> Path:
    """A second name for the database, which it keeps when another file takes the first one: in no moment is there none.

    Its write-ahead log must not go into the new file. It is emptied, or, where the database is too damaged for that, renamed.
    """
    kept = target.with_name(f"{target.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with suppress(sqlite3.Error):
        checkpoint_and_truncate(target)
    for ending in ("-wal", "-shm"):
        path = Path(f"{target}{ending}")
        if path.exists():
            path.replace(f"{kept}{ending}")
    try:
        kept.hardlink_to(target)
    except OSError:  # not every file system has hard links
        target.replace(kept)
    return kept


async def _restore_server(backup: Path, manifest: Manifest, url: URL, *, replace: bool) -> None:
    _refuse_other_contents(is_same=await asyncio.to_thread(verify_dump, backup, "The backup") == manifest.contents)
    engine = create_postgres_engine(url, time_limit=False)
    try:
        with explain_database_errors():
            async with engine.connect() as connection:
                await _refuse_used_database(connection, replace=replace)
        await asyncio.to_thread(restore_dump, url, backup, replace=replace)
        with explain_database_errors():
            async with engine.connect() as connection:
                head = (await connection.execute(select(chain_head.c.seq, chain_head.c.hash))).one()
        _refuse_other_contents(is_same=(head.seq, head.hash) == (manifest.events, manifest.head))
    finally:
        await engine.dispose()


async def _refuse_used_database(connection: AsyncConnection, *, replace: bool) -> None:
    others = (await connection.execute(_OTHER_SESSIONS)).scalar_one()
    if others:
        raise BackupError(f"Others use the database (connections: {others}); nothing was changed. {_ADVICE}")
    has_tables = await connection.run_sync(lambda sync: bool(inspect(sync).get_table_names()))
    if has_tables and not replace:
        raise BackupError(f"The database has tables already; nothing was changed. {_REPLACE}")


def _refuse_other_contents(*, is_same: bool) -> None:
    if not is_same:
        raise BackupError("The backup does not hold what its .json file says.")
