"""``python -m bot demo`` as a process: with a terminal, without one, and ended by a signal."""

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
def run_demo_process(
    tmp_path: Path, stdin: int = subprocess.DEVNULL, command: tuple[str, ...] = (), environment: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    """Starts the demo, and kills it if it still runs at the end."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"GOOGLE_API_KEY", "GEMINI_API_KEY"}}
    process = subprocess.Popen(
        command or (sys.executable, "-m", "bot", "demo"),
        cwd=ROOT,
        env={**inherited, "DEMO_PORT": "0", "TMPDIR": str(tmp_path), **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_output(process: subprocess.Popen[bytes], pattern: str, seconds: float = 30.0) -> str:
    """What the process prints until the output matches ``pattern``."""
    assert process.stdout is not None
    output, end = "", time.monotonic() + seconds
    while not re.search(pattern, output):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        chunk = os.read(process.stdout.fileno(), 65_536) if readable else b""
        assert chunk, f"the process ended or was too slow; its output: {output}"
        output += chunk.decode()
    return output


def wait_for_success(process: subprocess.Popen[bytes]) -> str:
    """Waits for the process to exit with code 0 within seconds, saying that all is discarded; returns its standard error."""
    start = time.monotonic()
    output, errors = process.communicate(timeout=10)
    assert time.monotonic() - start < 6
    assert process.returncode == 0, errors.decode()
    assert output.decode().endswith("Everything in it is discarded.\n")
    return errors.decode()


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_demo_serves_without_a_terminal_and_stops_on_a_signal(tmp_path: Path, stop_signal: signal.Signals) -> None:
    """It prints one address, serves the page, and exits without messages or files left behind."""
    with run_demo_process(tmp_path) as process:
        output = read_output(process, r"q  end[\s\S]*then discarded")
        addresses = re.findall(r"http://\S+", output)
        assert len(addresses) == 1
        assert list(tmp_path.glob("midnight-myth-demo-*"))
        with urllib.request.urlopen(addresses[0], timeout=5) as response:
            assert response.status == 200
            assert "Midnight Myth" in response.read().decode()
        process.send_signal(stop_signal)
        assert wait_for_success(process) == ""
    assert not list(tmp_path.iterdir())


def test_demo_runs_with_standard_input_closed(tmp_path: Path) -> None:
    """Some service managers start processes without standard input."""
    command = ("sh", "-c", f"exec '{sys.executable}' -m bot demo <&-")
    with run_demo_process(tmp_path, command=command) as process:
        read_output(process, "http://")
        process.terminate()
        assert wait_for_success(process) == ""


def test_typed_number_switches_the_page_and_q_ends(tmp_path: Path) -> None:
    """A number shows another view, anything else lists the choices, and q ends the demo."""
    terminal, process_side = pty.openpty()
    try:
        with run_demo_process(tmp_path, stdin=process_side, environment={"DEMO_VIEW": "4"}) as process:
            read_output(process, "q  end")
            os.write(terminal, b"3\n")
            read_output(process, "The page shows #lore at Red Lantern, as Ren")
            os.write(terminal, b"what?\n")
            read_output(process, "#lore at Night Owls")
            os.write(terminal, b"q\n")
            assert wait_for_success(process) == ""
    finally:
        os.close(terminal)
        os.close(process_side)


def test_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    """A port that is in use ends the demo with one line about it and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with run_demo_process(tmp_path, environment={"DEMO_PORT": str(port)}) as process:
            output, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert output == b""
    assert errors.decode() == f"Port {port} is in use. Choose another, as in DEMO_PORT={port + 1} make demo.\n"


@pytest.mark.parametrize(("name", "value"), [("DEMO_PORT", "http"), ("DEMO_PORT", "70000"), ("DEMO_VIEW", "9")])
def test_invalid_variables_are_reported(tmp_path: Path, name: str, value: str) -> None:
    """An invalid variable ends the demo with exit code 2 before anything is started."""
    with run_demo_process(tmp_path, environment={name: value}) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.decode().startswith(f"{name} must be a whole number from ")
