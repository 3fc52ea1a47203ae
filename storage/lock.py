"""One process per SQLite file, by ``flock``: the kernel releases the lock as soon as the process ends, even by a crash."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

from storage.errors import DatabaseInUseError, DatabaseUnreadableError

_ADVICE: Final = "Stop that first; verify and export work beside it."


class FileLock:
    """The lock on ``<database>.lock``. The file is never deleted: deleting it would let two processes lock two files."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def acquire(cls, database: Path, *, write_pid: bool = True, advice: str = _ADVICE) -> Self:
        """Locks the database for this process, without waiting.

        The lock file contains the process id, for the error message of others; without ``write_pid`` it is not changed.
        ``advice`` says what to do if another process has the lock.

        Raises:
            DatabaseInUseError: another process has the lock; the sentence names it.
            DatabaseUnreadableError: the lock file cannot be created.
        """
        try:
            # CLOEXEC: a child process must not hold the lock after this process has ended.
            fd = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnreadableError(f"The database {database} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(fd)
            raise DatabaseInUseError(f"The database {database} is in use by process {holder}. {advice}") from error
        if write_pid:
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
        return cls(fd)

    def release(self) -> None:
        """Releases the lock."""
        os.close(self._fd)
