"""Starts the child process that reads one book, collects what it writes, and kills it. Its methods block: use a thread."""

import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.ebooks.reading.limits import MAX_ANSWER_BYTES

PROGRAM: Final = Path(__file__).parents[3]
"""The folder that the program is imported from: a checkout, or where packages are installed."""

# With -I, Python ignores its environment, the user's own packages and the folder it starts in: the only way in is this line.
START: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from importlib import import_module; import_module(sys.argv.pop(1)).main()"
)
_MAX_LOGGED_BYTES: Final = 8_000  # of a child's standard error
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class ChildResult:
    """What the child has written before it ended, and its exit code (negative: the signal that ended it)."""

    answer: bytes
    errors: bytes
    code: int


class ChildProcess:
    """One child. ``run`` is called once; ``kill`` at any time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_killed = False

    def run(self, module: str, arguments: tuple[str, ...], folder: Path) -> ChildResult:
        """Runs ``main`` of the module in the folder and waits for its end."""
        with self._lock:
            if self._is_killed:
                return ChildResult(b"", b"", -signal.SIGKILL)
            self._process = process = subprocess.Popen(  # noqa: S603 (this program itself; the file's name is no option)
                (sys.executable, "-I", "-c", START, str(PROGRAM), module, *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
        with process:
            try:
                answer, errors = _read_pipes(process)
                return ChildResult(answer, errors, process.wait())
            finally:
                self.kill()

    def kill(self) -> None:
        """Kills the child with everything that it has started."""
        with self._lock:
            self._is_killed = True
            if self._process is not None and self._process.poll() is None:
                with suppress(ProcessLookupError):  # it has just ended
                    os.killpg(self._process.pid, signal.SIGKILL)


def _read_pipes(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What arrives in both pipes until their end, each cut off at its limit. The rest is dropped, so that the child goes on."""
    limits = {process.stdout: MAX_ANSWER_BYTES, process.stderr: _MAX_LOGGED_BYTES}
    received: Mapping[object, bytearray] = {pipe: bytearray() for pipe in limits}
    with selectors.DefaultSelector() as selector:
        for pipe, limit in limits.items():
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, limit)
        while selector.get_map():
            for key, _ in selector.select():
                block = os.read(key.fd, _BLOCK)
                content = received[key.fileobj]
                content += block[: key.data - len(content)]
                if not block:
                    selector.unregister(key.fileobj)
    return bytes(received[process.stdout]), bytes(received[process.stderr])


def _environment(folder: Path) -> dict[str, str]:
    """No variable of this process, which has tokens and keys among them, but where the system finds Python's own libraries."""
    own = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return own | {"LANG": "C.UTF-8", "TMPDIR": str(folder)}
