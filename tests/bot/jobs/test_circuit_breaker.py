from datetime import timedelta

import pytest

from bot.jobs.circuit_breaker import CircuitBreaker
from tests.conftest import FakeClock


def record(breaker: CircuitBreaker, outcomes: str) -> None:
    """Records one outcome for each letter: ``s`` for a success, ``f`` for a failure."""
    for outcome in outcomes:
        if outcome == "s":
            breaker.record_success()
        else:
            breaker.record_failure()


@pytest.mark.parametrize(
    ("outcomes", "is_open"),
    [
        ("f" * 19, False),
        ("f" * 20, True),
        ("s" * 17 + "fff", False),
        ("s" * 16 + "ffff", True),
        ("ffff" + "s" * 15, False),
        ("ffff" + "s" * 16, True),
        ("ffff" + "s" * 17, True),
    ],
)
def test_a_share_of_failures_opens_it(outcomes: str, *, is_open: bool) -> None:
    """A fifth of at least twenty outcomes has to fail, whichever outcome comes last; then it stays open."""
    breaker = CircuitBreaker(failure_share=0.2, least_outcomes=20)
    record(breaker, outcomes)
    assert breaker.is_open is is_open


@pytest.mark.parametrize(("outcomes", "is_open"), [("ff", False), ("ffsf", False), ("ffsff", False), ("ffsfff", True)])
def test_failures_in_a_row_open_it(outcomes: str, *, is_open: bool) -> None:
    """Three failures count only where no success lies between them."""
    breaker = CircuitBreaker(failures_in_a_row=3)
    record(breaker, outcomes)
    assert breaker.is_open is is_open


def test_without_a_rest_it_stays_open() -> None:
    """What is open for good is not closed by a late success."""
    breaker = CircuitBreaker(failures_in_a_row=1)
    record(breaker, "fsss")
    assert breaker.is_open
    assert breaker.open_until is None


def test_a_rest_ends_by_the_clock_and_doubles(clock: FakeClock) -> None:
    """After a rest it may be tried again; without a success each rest is twice as long, up to the longest."""
    breaker = CircuitBreaker(
        failures_in_a_row=2, first_rest=timedelta(minutes=1), longest_rest=timedelta(minutes=3), clock=clock
    )
    record(breaker, "ff")
    rests = []
    for _ in range(4):
        assert breaker.open_until is not None
        rests.append((breaker.open_until - clock.now).total_seconds())
        clock.advance(seconds=rests[-1])
        assert not breaker.is_open
        record(breaker, "f")
    assert rests == [60, 120, 180, 180]
    record(breaker, "sf")
    assert not breaker.is_open
