"""Faults in what stops a broadcast, and in what the outcomes of attempts mean."""

from typing import Final

from tests.mutation.faults.model import Fault

_BREAKER: Final = "bot.broadcasts.breaker"
_BREAKER_TESTS: Final = ("tests/bot/broadcasts/test_breaker.py",)
_STOP_TESTS: Final = ("tests/bot/broadcasts/test_stopped_broadcasts.py",)
_OUTCOMES: Final = "bot.broadcasts.outcomes"
_OUTCOME_TESTS: Final = (
    "tests/bot/broadcasts/test_outcomes.py",
    "tests/bot/broadcasts/test_recorded_attempts.py",
)

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
    Fault(_BREAKER, "401s need not be in a row", "        token.record_success()", "        pass", _BREAKER_TESTS),
    Fault(_BREAKER, "a 401 is not counted", "        token.record_failure()", "        pass", _BREAKER_TESTS),
    Fault(
        _BREAKER,
        "a stop is not reported",
        "tx.report(BROADCAST_STOPPED, data, ebook_id=broadcast.ebook_id)",
        "pass",
        _STOP_TESTS,
    ),
    Fault(
        _BREAKER,
        "a broadcast is stopped without its reason",
        "BroadcastState.STOPPED, why)",
        "BroadcastState.STOPPED)",
        _STOP_TESTS,
    ),
    Fault(
        _BREAKER,
        "a stop leaves the deliveries that wait",
        "cancelled = await tx.deliveries.cancel_waiting(broadcast_id)",
        "cancelled = 0",
        _STOP_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a pause counts as an attempt",
        "count_attempt = outcome.kind is not OutcomeKind.PAUSE",
        "count_attempt = True",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a pause is the last attempt",
        "        case OutcomeKind.PAUSE:\n",
        "        case OutcomeKind.PAUSE if delivery.attempts < MAX_ATTEMPTS:\n",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "an earlier attempt that may have arrived is forgotten",
        "outcome.kind is not OutcomeKind.UNSURE and not attempt.uncertain",
        "outcome.kind is not OutcomeKind.UNSURE",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a refused change is counted against the subscription",
        "delivery.subscription_id is None or delivery.action is not DeliveryAction.POST",
        "delivery.subscription_id is None",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a post that arrived does not end the row of refusals",
        "await tx.subscriptions.record_post(delivery.subscription_id)",
        "pass",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a subscription is paused one refusal later",
        "refusals >= PAUSED_AFTER and",
        "refusals > PAUSED_AFTER and",
        _OUTCOME_TESTS,
    ),
    Fault(
        _OUTCOMES,
        "a pause of a subscription is not reported",
        'tx.report(AFFILIATE_PAUSED, {"subscription_id": subscription_id, "why": error})',
        "pass",
        _OUTCOME_TESTS,
    ),
)
