"""Faults in the workers' common parts."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final = (
    Fault(
        "bot.jobs.circuit_breaker",
        "the share of failures counts one outcome too late",
        "self.outcomes < self.least_outcomes",
        "self.outcomes <= self.least_outcomes",
        ("tests/bot/jobs/test_circuit_breaker.py",),
    ),
)
