"""Faults in the workers' common parts."""

from typing import Final

from tests.mutation.faults.model import Fault

_PACER: Final = "bot.jobs.pacer"
_PACER_TESTS: Final = ("tests/bot/jobs/test_pacer.py",)

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
        "if slot >= self._quiet_until:",
        "if True:",
        _PACER_TESTS,
    ),
    Fault(
        _PACER,
        "time that was not used is saved for a burst",
        "slot = max(self._next, self._quiet_until, self.monotonic())",
        "slot = max(self._next, self._quiet_until)",
        _PACER_TESTS,
    ),
    Fault(
        "bot.jobs.circuit_breaker",
        "the share of failures counts one outcome too late",
        "self.outcomes < self.least_outcomes",
        "self.outcomes <= self.least_outcomes",
        ("tests/bot/jobs/test_circuit_breaker.py",),
    ),
)
