"""What an outcome makes of a delivery and of its subscription."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind
from bot.event_names import AFFILIATE_PAUSED
from storage import WriteTransaction
from storage.states import DeliveryAction, DeliveryState
from storage.stores.deliveries import Delivery

MAX_ATTEMPTS: Final = 5
PAUSED_AFTER: Final = 3
"""Announcements in a row that a channel refuses before it is paused."""
_BACKOFF_SECONDS: Final = (2.0, 8.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state an outcome leads to, or after how many seconds to try again."""

    state: DeliveryState
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery, what came of the try, and what that means.

    ``uncertain`` says that an earlier try may have arrived and that nobody could rule it out before this one.
    """

    delivery: Delivery
    outcome: Outcome
    verdict: Verdict
    uncertain: bool = False


def verdict(delivery: Delivery, outcome: Outcome, *, uncertain: bool = False) -> Verdict:
    """What the outcome means for the delivery; after the last attempt a doubt makes it unknown, not failed."""
    match outcome.kind:
        case OutcomeKind.SENT:
            return Verdict(DeliveryState.RECALLED if delivery.action is DeliveryAction.RECALL else DeliveryState.SENT)
        case OutcomeKind.REFUSED:
            return Verdict(DeliveryState.REFUSED)
        case OutcomeKind.UNKNOWN:
            return Verdict(DeliveryState.UNKNOWN)
        case OutcomeKind.PAUSE:
            return Verdict(DeliveryState.READY, outcome.seconds)
        case _ if delivery.attempts >= MAX_ATTEMPTS:
            unsure = outcome.kind is OutcomeKind.UNSURE or uncertain
            post = delivery.action is DeliveryAction.POST
            return Verdict(DeliveryState.UNKNOWN if unsure and post else DeliveryState.FAILED)
        case _:
            return Verdict(DeliveryState.READY, _BACKOFF_SECONDS[min(delivery.attempts, len(_BACKOFF_SECONDS)) - 1])


async def settle(tx: WriteTransaction, settled: Attempt) -> bool:
    """Commits what the try led to. Whether its channel is paused by it: it has refused again and again."""
    delivery, outcome, found = settled.delivery, settled.outcome, settled.verdict
    if found.again_in is not None:
        until = tx.now + timedelta(seconds=found.again_in)
        cannot_have_arrived = outcome.kind is not OutcomeKind.UNSURE and not settled.uncertain
        count_attempt = outcome.kind is not OutcomeKind.PAUSE
        await tx.deliveries.postpone(
            delivery, until, outcome.error, cannot_have_arrived=cannot_have_arrived, count_attempt=count_attempt
        )
        return False
    await tx.deliveries.finish(
        delivery.id, delivery.lease, found.state, message_id=outcome.message_id, error=outcome.error
    )
    if delivery.subscription_id is None or delivery.action is not DeliveryAction.POST:
        return False
    if found.state is DeliveryState.SENT:
        await tx.subscriptions.posted(delivery.subscription_id)
    elif found.state is DeliveryState.REFUSED:
        return await _refused(tx, delivery.subscription_id, outcome.error)
    return False


async def _refused(tx: WriteTransaction, subscription_id: str, error: str) -> bool:
    refusals = await tx.subscriptions.refused(subscription_id, error)
    paused = refusals >= PAUSED_AFTER and await tx.subscriptions.pause(subscription_id)
    if paused:
        data = {"subscription_id": subscription_id, "why": error}
        tx.report(AFFILIATE_PAUSED, data)
    return paused


def paused_text(delivery: Delivery, error: str) -> str:
    """What the people of a server are told, once, when their channel is paused."""
    return (
        f"Announcements for <#{delivery.channel_id}> are paused: {PAUSED_AFTER} in a row could not be posted, because {error}. "
        "When that is mended, `/affiliate join` brings them back."
    )


def audit_text(account: BroadcastStatus) -> str:
    """A broadcast's end in a line for the audit channel."""
    counts = ", ".join(f"{count} {state.value}" for state, count in sorted(account.counts.items()))
    why = f" It was stopped because {account.broadcast.stopped_why}." if account.broadcast.stopped_why else ""
    return f"Announcement `{account.broadcast.id}` is {account.broadcast.state.value}: {counts or 'no channel'}.{why}"
