"""Finds callbacks that keep the event loop busy, during which the bot answers nobody."""

import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

_TESTS = str(Path(__file__).parent)
LIMIT_SECONDS = 0.15
"""People notice a delay of about a tenth of a second, and a gateway heartbeat must not be late."""
_TRACING_FACTOR = 3.0
"""Under coverage on Python 3.11 the same code takes up to 2.6 times as long."""


@contextmanager
def watch_event_loop(limit_seconds: float = LIMIT_SECONDS) -> Iterator[list[str]]:
    """Collects a sentence for each callback of the running loop that used the processor for longer than the limit.

    Measured is the processor time of the loop's thread and not the time that passed, so that a machine that is busy with
    something else is not mistaken for a busy loop. Waiting without computing, such as ``time.sleep``, is therefore not found.
    Garbage collections are subtracted, because their length depends on the whole test session. Tasks of the tests are skipped.
    """
    loop = asyncio.get_running_loop()
    blocked: list[str] = []
    original = asyncio.Handle._run
    limit = limit_seconds * (_TRACING_FACTOR if sys.gettrace() else 1)
    collecting, collector_seconds = 0.0, 0.0

    def note_collection(phase: str, _info: dict[str, int]) -> None:
        nonlocal collecting, collector_seconds
        if phase == "start":
            collecting = time.thread_time()
        else:
            collector_seconds += time.thread_time() - collecting

    def run(handle: Any) -> None:
        nonlocal collector_seconds
        if handle._loop is not loop:
            original(handle)
            return
        collector_seconds = 0.0
        began = time.thread_time()
        original(handle)
        seconds = time.thread_time() - began - collector_seconds
        if seconds > limit and not _is_of_tests(handle):
            blocked.append(f"{handle} kept the event loop busy for {seconds * 1000:.0f} ms")

    gc.callbacks.append(note_collection)
    try:
        with patch.object(asyncio.Handle, "_run", run):
            yield blocked
    finally:
        gc.callbacks.remove(note_collection)


def _is_of_tests(handle: Any) -> bool:
    """Whether the callback continues a task whose outermost coroutine is in the tests."""
    task = getattr(handle._callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return False
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and str(code.co_filename).startswith(_TESTS)
