"""Faults in announcements, posts and subscriptions."""

from typing import Final

from tests.mutation.faults.model import Fault

_BREAKER: Final = "bot.broadcasts.breaker"
_BREAKER_TESTS: Final = ("tests/bot/broadcasts/test_breaker.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        _BREAKER,
        "a larger share has to refuse",
        "REFUSED_SHARE: Final = 0.2",
        "REFUSED_SHARE: Final = 0.25",
        _BREAKER_TESTS,
    ),
    Fault(
        _BREAKER,
        "a smaller share is enough",
        "REFUSED_SHARE: Final = 0.2",
        "REFUSED_SHARE: Final = 0.15",
        _BREAKER_TESTS,
    ),
    Fault(
        _BREAKER, "fewer channels decide", "LEAST_OUTCOMES: Final = 20", "LEAST_OUTCOMES: Final = 19", _BREAKER_TESTS
    ),
    Fault(_BREAKER, "401s need not be in a row", "breakers.token.record_success()", "pass", _BREAKER_TESTS),
    Fault(_BREAKER, "a 401 is not counted", "breakers.token.record_failure()", "pass", _BREAKER_TESTS),
)
