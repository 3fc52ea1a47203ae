"""Runs tests against faults, each in a forked child.

Mutants of one module are tried by one pytest process: it collects the tests once and forks at the moment when it would run
them. Each child swaps the code of the mutated functions in place, so that whoever has imported them gets the fault, and runs
the tests up to the first failure. A recorded fault may also change constants, which others import by value; there the child
begins with the import. Tests that start processes of their own see neither, so only tests inside one process are of use.
"""

import importlib
import importlib.abc
import importlib.util
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, FunctionType, ModuleType
from typing import Final

import pytest

TIMEOUT_SECONDS: Final = 90.0
"""For the tests of one fault, imports included. A fault that makes a test hang counts as noticed."""
TIMEOUT_FACTOR: Final = 4.0
TIMEOUT_LEAST_SECONDS: Final = 5.0
"""Mutants of one module get this many times what its unchanged source took, and never less than the least."""
AT_ONCE: Final = 2
"""Children at the same time: one keeps about one core busy, and the smallest machine has two."""
OPTIONS: Final = (
    *("-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:xdist"),
    *("-k", "not postgres"),
)
"""Tests that run on SQLite and on PostgreSQL run on SQLite only: the faults are the same, and a server would start for each."""


class Verdict(StrEnum):
    """What the tests made of a fault; ``BROKEN`` means that they could not be run at all."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"
    BROKEN = "broken"

    @property
    def is_noticed(self) -> bool:
        """Whether somebody who runs the tests would see that something is wrong."""
        return self in {Verdict.NOTICED, Verdict.TIMED_OUT}


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict and the first test that failed (empty where none did)."""

    verdict: Verdict
    test: str = ""


def try_sources(module: str, sources: Sequence[str], tests: Sequence[str]) -> list[Result]:
    """One result for each source of ``module``, in order; sources may differ from the file inside functions only.

    The first source is the unchanged one: the time it takes decides how long the others may take.

    Raises:
        RuntimeError: the tests could not be collected.
    """
    loop = _MutantLoop(module, sources)
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(output):
        pytest.main([*OPTIONS, *tests], plugins=[loop])
    if len(loop.results) != len(sources):
        raise RuntimeError(f"the tests of {module} could not be collected:\n{output.getvalue()[-2000:]}")
    return loop.results


def try_replaced_module(module: str, source: str, tests: Sequence[str]) -> Result:
    """The result of the tests where ``source`` is imported in place of the module's file."""
    return _Child(partial(_run_with_replaced_module, module, source, tests)).wait()


class _MutantLoop:
    """A pytest plugin that takes the place of the loop over the tests: it forks once for each source."""

    def __init__(self, module: str, sources: Sequence[str]) -> None:
        self._module = module
        self._sources = sources
        self.results: list[Result] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tries the unchanged source, then the others, two at a time."""
        module = importlib.import_module(self._module)
        control, *mutants = self._sources
        began = time.monotonic()
        self.results.append(_Child(partial(self._run_items, session, module, control)).wait())
        if self.results[0].verdict is not Verdict.SURVIVED:
            self.results += [Result(Verdict.BROKEN)] * len(mutants)
            return True
        seconds = max(TIMEOUT_LEAST_SECONDS, TIMEOUT_FACTOR * (time.monotonic() - began))
        running: list[_Child] = []
        for source in mutants:
            if len(running) == AT_ONCE:
                self.results.append(running.pop(0).wait(seconds))
            running.append(_Child(partial(self._run_items, session, module, source)))
        self.results += [child.wait(seconds) for child in running]
        return True

    def _run_items(self, session: pytest.Session, module: ModuleType, source: str) -> str:
        failure = _FirstFailure()
        session.config.pluginmanager.register(failure)
        swap_functions(module, source)
        for index, item in enumerate(session.items):
            following = session.items[index + 1] if index + 1 < len(session.items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if failure.test:
                break
        return failure.test


def swap_functions(module: ModuleType, source: str) -> None:
    """Every function of the module, methods and decorated functions included, runs the code that it has in ``source``."""
    codes = dict(_find_codes(compile(source, module.__file__ or module.__name__, "exec"), ""))
    for function in _find_functions(module):
        code = codes.get(function.__qualname__)
        if code is not None:
            if not code.co_freevars:  # a mutant without the function's ``super()`` call has lost its one free variable
                code = code.replace(co_freevars=function.__code__.co_freevars)
            function.__code__ = code


def _find_codes(code: CodeType, prefix: str) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            name = f"{prefix}{constant.co_name}"
            yield name, constant
            yield from _find_codes(constant, f"{name}.")


def _find_functions(module: ModuleType) -> Iterator[FunctionType]:
    def unwrap(value: object) -> Iterator[FunctionType]:
        if isinstance(value, property):
            for part in (value.fget, value.fset):
                yield from unwrap(part)
        elif isinstance(value, staticmethod | classmethod):
            yield from unwrap(value.__func__)
        elif isinstance(value, FunctionType):
            if value.__module__ == module.__name__ and not hasattr(value, "__wrapped__"):
                yield value
            yield from unwrap(getattr(value, "__wrapped__", None))
        elif isinstance(callback := getattr(value, "callback", None), FunctionType):  # a command of discord.py
            yield from unwrap(callback)

    for value in list(vars(module).values()):
        yield from unwrap(value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            for member in list(vars(value).values()):
                yield from unwrap(member)


class _Child:
    """A forked process that runs ``work`` and sends back the name of the first failed test."""

    def __init__(self, work: Callable[[], str]) -> None:
        self._began = time.monotonic()
        self._reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            code = 70
            try:
                os.setsid()
                os.close(self._reader)
                sys.stdout = sys.stderr = io.StringIO()
                failed = work()
                os.write(writer, failed.encode())
                code = 1 if failed else 0
            finally:
                os._exit(code)
        os.close(writer)

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> Result:
        """The result; the child is killed when its time is over."""
        code = self._wait_for_code(seconds)
        with os.fdopen(self._reader, encoding="utf-8", errors="replace") as pipe:
            failed = pipe.read().strip()
        if code is None:
            return Result(Verdict.TIMED_OUT)
        if code == 0:
            return Result(Verdict.SURVIVED)
        return Result(Verdict.NOTICED if failed else Verdict.BROKEN, failed)

    def _wait_for_code(self, seconds: float) -> int | None:
        while time.monotonic() < self._began + seconds:
            done, status = os.waitpid(self._pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        return None


class _FirstFailure:
    """A pytest plugin that remembers the first test that fails."""

    def __init__(self) -> None:
        self.test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test."""
        if report.failed and not self.test:
            self.test = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Called by pytest for each file: one that cannot be imported is noticed, too."""
        if report.failed and not self.test:
            self.test = report.nodeid


class _ReplacedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports ``source`` where ``module`` is asked for."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        if name != self._module:
            return None
        original = PathFinder.find_spec(name, path)
        if original is None or original.origin is None:
            return None
        return importlib.util.spec_from_file_location(name, original.origin, loader=self)

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, module.__file__ or self._module, "exec"), module.__dict__)


def _run_with_replaced_module(module: str, source: str, tests: Sequence[str]) -> str:
    sys.meta_path.insert(0, _ReplacedModule(module, source))
    failure = _FirstFailure()
    code = pytest.main([*OPTIONS, *tests], plugins=[failure])
    return failure.test or ("" if code == pytest.ExitCode.OK else f"(pytest ended with {int(code)})")
