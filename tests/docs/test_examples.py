"""Every example of ``docs/examples.md`` runs and prints what the document says.

Blocks run from top to bottom in one empty folder, so a later example finds what an earlier one has stored. Python blocks run
in this process and share their names; a ``text`` block after them is their output. So do the commands of console blocks, except
for the demo, which runs until a signal; the lines after a ``$`` are the output. In an expected output, ``…`` stands for
anything.
"""

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.cli import main
from bot.settings import Settings
from tests.docs.documents import ROOT, Block, blocks_of

EXAMPLES: Final = ROOT / "docs" / "examples.md"
pytestmark = pytest.mark.slow
_SECONDS: Final = 60.0
"""For one command; far more than any needs, since the machine may be busy."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder without any setting of the machine's own, and thus without a key."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("restored_logging")
def test_every_example_runs(folder: Path) -> None:
    """Typed one after the other, the examples do and print what the document says."""
    blocks = list(blocks_of(EXAMPLES))
    assert {block.language for block in blocks} <= {"python", "text", "console"}
    names: dict[str, object] = {}
    printed = ""
    with asyncio.Runner() as runner:
        for block in blocks:
            match block.language:
                case "python":
                    printed = _run_python(runner, block, names)
                case "text":
                    _check(printed, block.text, block.line)
                case _:
                    for command, expected in _commands(block):
                        _check(_run_command(command, expected, folder), expected, block.line)


def _run_python(runner: asyncio.Runner, block: Block, names: dict[str, object]) -> str:
    """What the block prints. ``await`` is allowed at its top level."""
    source = "\n" * (block.line - 1) + block.text
    code = compile(source, str(EXAMPLES), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        result = eval(code, names)
        if inspect.iscoroutine(result):
            runner.run(result)
    return output.getvalue()


def _commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with its expected output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _run_command(command: str, expected: str, folder: Path) -> str:
    """Everything that the command prints. The demo is stopped when it has printed ``expected``."""
    words = shlex.split(command)
    variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program, module, package, *arguments = words[len(variables) :]
    assert (program, module, package) == ("python", "-m", "bot")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        if arguments[0] == "demo":
            return _run_demo(expected, folder)
        with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
            main(arguments)
    return output.getvalue()


def _run_demo(expected: str, folder: Path) -> str:
    process = subprocess.Popen(
        (sys.executable, "-m", "bot", "demo"),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        return _read_until(process, expected)
    finally:
        process.kill()
        process.communicate()


def _read_until(process: "subprocess.Popen[bytes]", expected: str) -> str:
    """What was printed up to ``expected``; the process is stopped then, and must end with success."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    printed, end = "", time.monotonic() + _SECONDS
    while not _matches(printed, expected) and time.monotonic() < end and process.poll() is None:
        printed += (process.stdout.read() or b"").decode()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=_SECONDS) == 0
    return printed


def _matches(printed: str, expected: str) -> bool:
    pattern = "(?s:.*?)".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip()) is not None


def _check(printed: str, expected: str, line: int) -> None:
    assert _matches(printed, expected), f"docs/examples.md, line {line}: expected\n{expected}\nbut got\n{printed}"
