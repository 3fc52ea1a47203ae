"""Faults in announcements, posts and subscriptions."""

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
_DISPATCHER: Final = "bot.broadcasts.dispatcher"
_ATTEMPT_TESTS: Final = ("tests/bot/broadcasts/test_dispatcher_attempts.py",)
_LAST_MOMENT_TESTS: Final = ("tests/bot/broadcasts/test_dispatcher_stops.py",)

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
    Fault(
        _DISPATCHER,
        "a post in doubt becomes cancelled at a stop",
        "        elif uncertain:\n            state = DeliveryState.UNKNOWN\n",
        "",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a post that waits for its recall becomes cancelled at a stop",
        "        if delivery.message_id is not None:\n            state = DeliveryState.SENT\n        elif uncertain:\n",
        "        if uncertain:\n",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a stop before the request is not noticed",
        "if broadcast.state is not BroadcastState.SENDING:",
        "if False:",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "what the server has changed meanwhile is not noticed",
        "            if why:\n",
        "            if False:\n",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "posts in servers that have left are not recalled",
        "if delivery.action is DeliveryAction.POST and delivery.subscription_id is not None:",
        "if delivery.subscription_id is not None:",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a stopping process sends all the same",
        "if self.jobs.is_stopping or unwanted is not None:",
        "if unwanted is not None:",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a stopping process forgets a doubt",
        "await tx.deliveries.release(delivery, may_have_arrived=uncertain)",
        "await tx.deliveries.release(delivery, may_have_arrived=False)",
        _LAST_MOMENT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "an unreadable history lets a post be sent again after the nonce is forgotten",
        "            if await self._is_inside_nonce_window(delivery):\n",
        "            if True:\n",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "the nonce is relied on at the very end of its time",
        "tx.now - delivery.attempted_at < NONCE_WINDOW",
        "tx.now - delivery.attempted_at <= NONCE_WINDOW",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a post in doubt is sent without a search",
        "if (recovered or job.may_have_arrived) and job.action",
        "if recovered and job.action",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a pause of Discord does not hold the other posts",
        "self.pacer.pause_for(outcome.pause_seconds)",
        "pass",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "living leases of others are taken over",
        "take_over_expired(owner, all_owners=all_owners)",
        "take_over_expired(owner, all_owners=True)",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "the breaker does not stop the broadcast",
        "        if stop_reason:\n            await stop_broadcast",
        "        if False:\n            await stop_broadcast",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "a server is not told that its subscription is paused",
        "        if is_channel_paused:\n",
        "        if False:\n",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "roles are pinged although that was not chosen",
        "ping=broadcast.ping_roles",
        "ping=True",
        _ATTEMPT_TESTS,
    ),
    Fault(
        _DISPATCHER,
        "the end of a broadcast is not reported",
        "            report_finished(tx, await tx.broadcasts.get(broadcast_id), counts)\n",
        "            pass\n",
        _ATTEMPT_TESTS,
    ),
)
