"""Faults in the workers' common parts."""

from typing import Final

from tests.mutation.faults.model import Fault

_PACER: Final = "bot.jobs.pacer"
_PACER_TESTS: Final = ("tests/bot/jobs/test_pacer.py",)
_WORKER: Final = "bot.jobs.worker"
_WORKER_TESTS: Final = ("tests/bot/jobs/test_worker.py",)

FAULTS: Final = (
    Fault(
        _PACER,
        "of two pauses the shorter one counts",
        "self._quiet_until = max(self._quiet_until, self.monotonic() + seconds)",
        "self._quiet_until = self.monotonic() + seconds",
        _PACER_TESTS,
    ),
    Fault(
        _PACER,
        "who was waiting before a pause passes in it",
        "if turn >= self._quiet_until and",
        "if",
        _PACER_TESTS,
    ),
    Fault(
        _PACER,
        "time that was not used is saved for a burst",
        'max(state.get("next", 0.0), now)\n            state["next"]',
        'state.get("next", 0.0)\n            state["next"]',
        _PACER_TESTS,
    ),
    Fault(
        "bot.jobs.circuit_breaker",
        "the share of failures counts one outcome too late",
        "self.outcomes < self.least_outcomes",
        "self.outcomes <= self.least_outcomes",
        ("tests/bot/jobs/test_circuit_breaker.py",),
    ),
    Fault(
        _WORKER,
        "a job that is due is looked for with the next sweep only",
        "pause = SWEEP_SECONDS if due is None else min(max(due, _SHORTEST_PAUSE_SECONDS), SWEEP_SECONDS)",
        "pause = SWEEP_SECONDS",
        _WORKER_TESTS,
    ),
    Fault(
        _WORKER,
        "the worker sleeps until a job is due, however long that is",
        "min(max(due, _SHORTEST_PAUSE_SECONDS), SWEEP_SECONDS)",
        "max(due, _SHORTEST_PAUSE_SECONDS)",
        _WORKER_TESTS,
    ),
    Fault(
        _WORKER,
        "every look for orphans takes living owners for dead",
        "        self._has_recovered_all = True\n",
        "",
        _WORKER_TESTS,
    ),
    Fault(
        _WORKER,
        "a job whose lease is lost goes on",
        "key in self._running:\n                task.cancel()",
        "key in self._running:\n                pass",
        _WORKER_TESTS,
    ),
)
