"""The limits that a reading process puts on itself, tried in a fork of the tests' process, since they cannot be lifted."""

import errno
import json
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from bot.ebooks.reading.limits import MEBIBYTE
from bot.ebooks.reading.sandbox import close_off, limit_resources


def call_in_fork(function: Callable[[], object]) -> object:
    """What the function returns in a process of its own; None where it raised."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reader)
            os.write(writer, json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(process, 0)
    return json.loads(answer) if answer else None


def test_a_child_limits_its_memory_and_time() -> None:
    """Address space grows by the memory that is given; both kinds of time, open files and memory dumps are limited too."""

    def limit() -> object:
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        limit_resources(200 * MEBIBYTE, cpu_seconds=70, wall_seconds=90)
        allowed = (resource.getrlimit(resource.RLIMIT_AS)[0] - used) / MEBIBYTE
        kinds = (resource.RLIMIT_CPU, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)
        is_deadly = signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        return [round(allowed / 10), *map(resource.getrlimit, kinds), round(signal.alarm(0)), is_deadly]

    assert call_in_fork(limit) == [20, [70, 71], [0, 0], [64, 64], 90, True]


def test_a_closed_off_child_writes_and_starts_nothing(tmp_path: Path) -> None:
    """Where the kernel offers nothing more, limits alone keep a reader from writing and from starting processes."""

    def try_to_write() -> object:
        with (tmp_path / "open").open("wb", buffering=0) as file:
            close_off([tmp_path])
            limits = [resource.getrlimit(kind) for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)]
            try:
                file.write(b"text")
            except OSError as error:
                return [*limits, error.errno]
            return [*limits, 0]

    assert call_in_fork(try_to_write) == [[0, 0], [0, 0], errno.EFBIG]
