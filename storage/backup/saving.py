"""Makes a backup: copies, verifies the copy, and gives it its name last."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from storage.backup.errors import BackupError
from storage.backup.files import sync_to_disk, working_folder, write_durably
from storage.backup.manifest import FORMAT, Contents, Manifest, hash_file, path_of_manifest
from storage.backup.postgres_dump import dump_database, verify_dump
from storage.backup.sqlite_file import copy_database_file, verify_database_file
from storage.engine import parse_url
from storage.errors import DatabaseUnreadableError

_COPY: Final = "The copy"


async def back_up(url: str, target: Path) -> tuple[Path, Manifest]:
    """A verified backup of the database at ``url`` is at ``target``, or in it under a name of its own if it is a folder.

    A running bot is not held up.

    Raises:
        BackupError: the file exists already, the database cannot be copied, or the copy does not verify.
        StorageError: the address of the database cannot be used.
    """
    return await asyncio.to_thread(_back_up, parse_url(url), target)


def _back_up(url: URL, target: Path) -> tuple[Path, Manifest]:
    now = datetime.now(UTC)
    is_sqlite = url.drivername.startswith("sqlite")
    target = target.expanduser().absolute()
    if target.is_dir():
        target /= f"studio-{now:%Y%m%dT%H%M%SZ}.{'db' if is_sqlite else 'dump'}"
    if target.exists():
        raise BackupError(f"The file {target} exists already; a backup never replaces one.")
    with working_folder(target) as folder:
        copy = folder / "copy"
        contents = _copy_file(url, copy) if is_sqlite else _copy_server(url, copy)
        copy.chmod(0o600)
        sync_to_disk(copy)
        manifest = _describe(copy, "sqlite" if is_sqlite else "postgresql", now, contents)
        write_durably(folder / "manifest", manifest.to_json())
        (folder / "manifest").replace(path_of_manifest(target))
        copy.replace(target)
        sync_to_disk(target.parent)
    return target, manifest


def _copy_file(url: URL, copy: Path) -> Contents:
    source = Path(url.database or "").expanduser().resolve()
    if not source.is_file():
        raise DatabaseUnreadableError(f"There is no database {source}. Check DATABASE_URL and the working folder.")
    copy_database_file(source, copy)
    return verify_database_file(copy, _COPY)


def _copy_server(url: URL, copy: Path) -> Contents:
    dump_database(url, copy)
    return verify_dump(copy, _COPY)


def _describe(copy: Path, database: str, now: datetime, contents: Contents) -> Manifest:
    size, digest = hash_file(copy)
    return Manifest(
        format=FORMAT,
        made_at=now.isoformat(timespec="seconds"),
        database=database,
        schema_version=contents.schema_version,
        rows=contents.rows,
        events=contents.events,
        head=contents.head,
        size=size,
        sha256=digest,
    )
