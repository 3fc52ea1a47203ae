"""Faults that no test once noticed, recorded so that they can be put back one by one (``make faults``).

Each is a replacement of one text in one module. When the code changes so much that the text is gone, write the same fault
against the new code.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """``old`` stands exactly once in the module and is replaced by ``new``; one of ``tests`` has to fail."""

    module: str
    description: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, source: str) -> str:
        """The module's source with the fault.

        Raises:
            ValueError: the text to be replaced does not stand there exactly once.
        """
        if source.count(self.old) != 1:
            raise ValueError(f"{self.module}: {self.old!r} stands there {source.count(self.old)} times")
        return source.replace(self.old, self.new)


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.jobs.circuit_breaker",
        "the share of failures counts one outcome too late",
        "self.outcomes < self.least_outcomes",
        "self.outcomes <= self.least_outcomes",
        ("tests/bot/jobs/test_circuit_breaker.py",),
    ),
)
