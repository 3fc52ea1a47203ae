"""One process per SQLite file, kept by ``flock``: the kernel frees it at once when the process dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import Self

from storage.errors import DatabaseInUseError, DatabaseUnreadableError


class FileLock:
    """Holds ``<database>.lock`` for the process's life. The file itself stays: unlinking it would open a race."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def take(cls, database: Path, *, signed: bool = True) -> Self:
        """The lock, or ``DatabaseInUseError`` naming the process that has it; unsigned, the file stays as it is."""
        try:
            # CLOEXEC: a child process must not keep the lock after our death.
            fd = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnreadableError(f"The database {database} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(fd)
            raise DatabaseInUseError(f"The database {database} is in use by process {holder}.") from error
        if signed:
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
        return cls(fd)

    def release(self) -> None:
        """Gives the file free."""
        os.close(self._fd)
