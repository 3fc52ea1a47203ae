"""``python -m bot demo`` as it is started: with a terminal, without one, and ended from outside."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


@contextmanager
def started(
    tmp_path: Path, stdin: int = subprocess.DEVNULL, command: tuple[str, ...] = (), environment: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    """The process; killed if it is still there afterwards."""
    known = {name: value for name, value in os.environ.items() if name not in {"GOOGLE_API_KEY", "GEMINI_API_KEY"}}
    process = subprocess.Popen(
        command or (sys.executable, "-m", "bot", "demo"),
        cwd=ROOT,
        env={**known, "DEMO_PORT": "0", "TMPDIR": str(tmp_path), **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def heard(process: subprocess.Popen[bytes], wanted: str, seconds: float = 30.0) -> str:
    """What the process prints up to a match of ``wanted``."""
    assert process.stdout is not None
    said, end = "", time.monotonic() + seconds
    while not re.search(wanted, said):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        chunk = os.read(process.stdout.fileno(), 65_536) if readable else b""
        assert chunk, f"it ended or was late; it said: {said}"
        said += chunk.decode()
    return said


def ended(process: subprocess.Popen[bytes]) -> str:
    """What it says at the end, having left in time, with success."""
    began = time.monotonic()
    _, errors = process.communicate(timeout=10)
    assert time.monotonic() - began < 6
    assert process.returncode == 0, errors.decode()
    return errors.decode()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_a_terminal_and_ends_when_told(tmp_path: Path, sent: signal.Signals) -> None:
    """One address, a page behind it, and a clean end that leaves neither words nor files."""
    with started(tmp_path) as process:
        said = heard(process, r"q  end[\s\S]*GEMINI_API_KEY")
        addresses = re.findall(r"http://\S+", said)
        assert len(addresses) == 1
        assert list(tmp_path.glob("midnight-myth-demo-*"))
        with urllib.request.urlopen(addresses[0], timeout=5) as answer:
            assert answer.status == 200
            assert "Midnight Myth" in answer.read().decode()
        process.send_signal(sent)
        assert ended(process) == ""
    assert not list(tmp_path.iterdir())


def test_it_runs_with_its_input_closed(tmp_path: Path) -> None:
    """As some service managers start processes."""
    command = ("sh", "-c", f"exec '{sys.executable}' -m bot demo <&-")
    with started(tmp_path, command=command) as process:
        heard(process, "http://")
        process.terminate()
        assert ended(process) == ""


def test_numbers_typed_turn_the_page_and_q_ends(tmp_path: Path) -> None:
    """What a person at a terminal types is answered."""
    ours, theirs = pty.openpty()
    try:
        with started(tmp_path, stdin=theirs, environment={"DEMO_VIEW": "4"}) as process:
            heard(process, "q  end")
            os.write(ours, b"2\n")
            heard(process, "The page shows #lore at Red Lantern, as Ren")
            os.write(ours, b"what?\n")
            heard(process, "#lore at Night Owls")
            os.write(ours, b"q\n")
            assert ended(process) == ""
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    """And nothing else is said."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, environment={"DEMO_PORT": str(port)}) as process:
            said, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said == b""
    assert errors.decode() == f"Port {port} is in use. Choose another, as in DEMO_PORT={port + 1} make demo.\n"


@pytest.mark.parametrize(("name", "value"), [("DEMO_PORT", "http"), ("DEMO_PORT", "70000"), ("DEMO_VIEW", "9")])
def test_a_number_that_is_none_is_told(tmp_path: Path, name: str, value: str) -> None:
    """Before anything is begun."""
    with started(tmp_path, environment={name: value}) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.decode().startswith(f"{name} must be a whole number from ")
