"""A child process for tests that reads many files one after another, within the limits of a real one.

It writes a line when it begins a file and one when it has ended, so that a crash or a hang shows where it happened.
"""

import json
import os
import re
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple, TextIO

from bot.ebooks.reading import child
from bot.ebooks.reading.limits import LARGE_MEMORY_BYTES
from bot.ebooks.reading.sandbox import close_off, limit_resources
from bot.errors import InputError


class Reading(NamedTuple):
    """How the reading of one file ended: with a book or a refusal (``fault`` is empty) or with a fault."""

    name: str
    seconds: float
    fault: str
    is_book: bool
    peak_bytes: int


def read(path: Path, status: TextIO) -> Reading:
    began = time.process_time()
    fault, is_book = "", False
    try:
        child.check_book(child.choose_reader(path)(path, path.name))
        is_book = True
    except (InputError, MemoryError, RecursionError):
        pass
    except Exception:  # noqa: BLE001 (it is what the test looks for)
        fault = traceback.format_exc(limit=-4)
    status.seek(0)
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", status.read())[0]) * 1024
    return Reading(path.name, time.process_time() - began, fault, is_book, peak)


def main() -> None:
    folder, seconds = Path(sys.argv[1]), int(sys.argv[2])
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    limit_resources(LARGE_MEMORY_BYTES, seconds, 10 * seconds)
    status = Path("/proc/self/status").open(encoding="utf-8")  # noqa: SIM115 (the sandbox would not let it be opened later)
    files = sorted(folder.iterdir())
    close_off(child._readable_paths(folder))
    for path in files:
        output.write(json.dumps(path.name) + "\n")
        output.flush()
        output.write(json.dumps(read(path, status)) + "\n")
    output.flush()
    os._exit(0)
