"""A circuit breaker: after too many failures a service is left alone, for a while or for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock, utcnow


@dataclass(slots=True)
class CircuitBreaker:
    """Counts outcomes and opens when there are too many failures; while it is open, nothing should be tried.

    It opens after ``failures_in_a_row``, or when at least ``failure_share`` (0 to 1) of ``least_outcomes`` or more outcomes
    are failures; None switches a rule off. With ``first_rest`` it closes by itself after that time; each rest without a
    success in between is twice as long as the one before, up to ``longest_rest``. Without ``first_rest`` it stays open.
    """

    failures_in_a_row: int | None = None
    failure_share: float | None = None
    least_outcomes: int = 1
    first_rest: timedelta | None = None
    longest_rest: timedelta = timedelta(minutes=15)
    clock: Clock = utcnow
    outcomes: int = 0
    failures: int = 0
    _row: int = 0
    _next_rest: timedelta | None = None
    _open_until: datetime | None = None
    _is_open_for_good: bool = False

    def save(self) -> dict[str, Any]:
        """What it has counted, as JSON for ``restore``."""
        return {
            "outcomes": self.outcomes,
            "failures": self.failures,
            "row": self._row,
            "next_rest": None if self._next_rest is None else self._next_rest.total_seconds(),
            "open_until": None if self._open_until is None else self._open_until.isoformat(),
            "is_open_for_good": self._is_open_for_good,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """It has counted what ``save`` returned, in this process or another; an empty mapping means nothing."""
        self.outcomes, self.failures = saved.get("outcomes", 0), saved.get("failures", 0)
        self._row, self._is_open_for_good = saved.get("row", 0), saved.get("is_open_for_good", False)
        next_rest, open_until = saved.get("next_rest"), saved.get("open_until")
        self._next_rest = None if next_rest is None else timedelta(seconds=next_rest)
        self._open_until = None if open_until is None else datetime.fromisoformat(open_until)

    @property
    def is_open(self) -> bool:
        """Whether nothing should be tried now."""
        return self._is_open_for_good or self.open_until is not None

    @property
    def open_until(self) -> datetime | None:
        """The end of the present rest; None where there is none, or where it has no end."""
        return self._open_until if self._open_until is not None and self._open_until > self.clock() else None

    def record_success(self) -> None:
        """The service answered: a rest ends now, and the next one is short again. What is open for good stays open."""
        self._row, self._next_rest, self._open_until = 0, None, None
        self._record(failures=0)

    def record_failure(self) -> None:
        """The service failed. What was under way when it opened says nothing new and does not count."""
        if not self.is_open:
            self._row += 1
            self._record(failures=1)

    def _record(self, *, failures: int) -> None:
        self.outcomes += 1
        self.failures += failures
        if not self._has_too_many():
            return
        if self.first_rest is None:
            self._is_open_for_good = True
        else:
            rest = self._next_rest or self.first_rest
            self._open_until = self.clock() + rest
            self._next_rest = min(rest * 2, self.longest_rest)

    def _has_too_many(self) -> bool:
        if self.failures_in_a_row is not None and self._row >= self.failures_in_a_row:
            return True
        if self.failure_share is None or self.outcomes < self.least_outcomes:
            return False
        return self.failures >= self.outcomes * self.failure_share
