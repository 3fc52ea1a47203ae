"""Faults in the dispatcher and in how ends are announced."""

from typing import Final

from tests.mutation.faults.model import Fault

_DISPATCHER: Final = "bot.broadcasts.dispatcher"
_ATTEMPT_TESTS: Final = ("tests/bot/broadcasts/test_dispatcher_attempts.py",)
_LAST_MOMENT_TESTS: Final = ("tests/bot/broadcasts/test_dispatcher_stops.py",)
_ANNOUNCER: Final = "bot.broadcasts.announcer"
_ANNOUNCER_TESTS: Final = ("tests/bot/broadcasts/test_announcer.py",)

FAULTS: Final[tuple[Fault, ...]] = (
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
        "await self.pacer.pause_for(outcome.pause_seconds)",
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
        "bot.broadcasts.outcomes",
        "a server is not told that its subscription is paused",
        "        await add_server_notice(",
        "        _ = (",
        ("tests/bot/broadcasts/test_recorded_attempts.py",),
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
    Fault(
        _ANNOUNCER,
        "an end counts as announced although the card does not show it",
        "        if await self.card.update_card(status):\n",
        "        await self.card.update_card(status)\n        if True:\n",
        _ANNOUNCER_TESTS,
    ),
    Fault(
        _ANNOUNCER,
        "the audit channel hears of an end with every attempt",
        "        if await tx.broadcasts.mark_announced(status.broadcast.id):",
        "        await tx.broadcasts.mark_announced(status.broadcast.id)\n        if True:",
        _ANNOUNCER_TESTS,
    ),
)
