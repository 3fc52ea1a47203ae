"""Files that appear under their names only when they are complete and on the disk."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.backup.errors import BackupError


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """A folder beside ``target``, for this user only and removed at the end. After a kill it remains; it may be deleted.

    Raises:
        BackupError: it cannot be created, or the disk is full.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except OSError as error:
        raise BackupError(f"The folder {target.parent} cannot be used: {error.strerror}.") from error
    try:
        yield folder
    except OSError as error:
        raise BackupError(f"The file {target} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync_to_disk(path: Path) -> None:
    """The content of the file, or the names in the folder, survive a power cut."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durably(path: Path, text: str) -> None:
    """The file has this text, and it is on the disk."""
    path.write_text(text, encoding="utf-8")
    sync_to_disk(path)
