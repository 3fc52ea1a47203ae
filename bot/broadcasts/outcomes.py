"""What the outcome of an attempt means for the delivery and for the subscription of its channel."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind
from bot.event_names import AFFILIATE_PAUSED
from bot.notices import add_server_notice
from storage import WriteTransaction
from storage.states import DeliveryAction, DeliveryState
from storage.stores.delivery_values import Delivery

MAX_ATTEMPTS: Final = 5
"""With the waits of ``_BACKOFF_SECONDS`` this covers an outage of Discord of a bit less than two minutes."""
PAUSED_AFTER: Final = 3
"""Broadcasts in a row that a channel refuses before it is paused. One or two can be a slip of whoever manages it."""
_BACKOFF_SECONDS: Final = (2.0, 8.0, 30.0, 60.0)
"""The waits after the first, second, third and every later attempt: short for a hiccup, long for an outage."""


@dataclass(frozen=True, slots=True)
class NextState:
    """The state that a delivery goes to. ``retry_after`` is in seconds; None means that the state is final."""

    state: DeliveryState
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery, the outcome of one attempt, and the state that follows from it.

    ``uncertain`` says that an earlier attempt may have arrived and that this could not be ruled out before this one.
    """

    delivery: Delivery
    outcome: Outcome
    next_state: NextState
    uncertain: bool = False


def next_state(delivery: Delivery, outcome: Outcome, *, uncertain: bool = False) -> NextState:
    """The state that follows from an outcome.

    After the last attempt a post that may have arrived becomes ``unknown``; anything else becomes ``failed``.
    """
    match outcome.kind:
        case OutcomeKind.SENT:
            return NextState(DeliveryState.RECALLED if delivery.action is DeliveryAction.RECALL else DeliveryState.SENT)
        case OutcomeKind.REFUSED:
            return NextState(DeliveryState.REFUSED)
        case OutcomeKind.UNKNOWN:
            return NextState(DeliveryState.UNKNOWN)
        case OutcomeKind.PAUSE:
            return NextState(DeliveryState.READY, outcome.pause_seconds)
        case _ if delivery.attempts >= MAX_ATTEMPTS:
            may_have_arrived = outcome.kind is OutcomeKind.UNSURE or uncertain
            is_post = delivery.action is DeliveryAction.POST
            return NextState(DeliveryState.UNKNOWN if may_have_arrived and is_post else DeliveryState.FAILED)
        case _:
            return NextState(DeliveryState.READY, _BACKOFF_SECONDS[min(delivery.attempts, len(_BACKOFF_SECONDS)) - 1])


async def record_attempt(tx: WriteTransaction, attempt: Attempt) -> None:
    """Moves the delivery to its next state and updates its subscription, which may pause it.

    Raises:
        StaleStateError: another process has taken the delivery over.
    """
    delivery, outcome, following = attempt.delivery, attempt.outcome, attempt.next_state
    if following.retry_after is not None:
        until = tx.now + timedelta(seconds=following.retry_after)
        cannot_have_arrived = outcome.kind is not OutcomeKind.UNSURE and not attempt.uncertain
        count_attempt = outcome.kind is not OutcomeKind.PAUSE
        await tx.deliveries.postpone(
            delivery, until, outcome.error, cannot_have_arrived=cannot_have_arrived, count_attempt=count_attempt
        )
        return
    await tx.deliveries.finish(
        delivery.id, delivery.lease, following.state, message_id=outcome.message_id, error=outcome.error
    )
    if delivery.subscription_id is None or delivery.action is not DeliveryAction.POST:
        return
    if following.state is DeliveryState.SENT:
        await tx.subscriptions.record_post(delivery.subscription_id)
    elif following.state is DeliveryState.REFUSED and not await _is_repeated(tx, delivery):
        await record_refusal(tx, delivery.subscription_id, outcome.error)


async def _is_repeated(tx: WriteTransaction, delivery: Delivery) -> bool:
    """Whether somebody has the delivery tried again after its broadcast had ended: its refusal was counted then."""
    return (await tx.broadcasts.get(delivery.broadcast_id)).finished_at is not None


async def record_refusal(tx: WriteTransaction, subscription_id: str, error: str) -> None:
    """Counts a refusal of the subscription's channel. If that pauses the subscription, the server gets a notice, once."""
    refusals = await tx.subscriptions.record_refusal(subscription_id, error)
    if refusals >= PAUSED_AFTER and await tx.subscriptions.pause(subscription_id):
        tx.report(AFFILIATE_PAUSED, {"subscription_id": subscription_id, "why": error})
        paused = await tx.subscriptions.get(subscription_id)
        await add_server_notice(tx, paused.guild_id, _format_pause_notice(paused.channel_id, error))


def _format_pause_notice(channel_id: int, error: str) -> str:
    return (
        f"Announcements for <#{channel_id}> are paused: {PAUSED_AFTER} in a row could not be posted, because {error}. "
        "Once that is fixed, `/affiliate join` resumes them."
    )


def format_audit_line(status: BroadcastStatus) -> str:
    """One line about the end of a broadcast for the audit channel."""
    counts = ", ".join(f"{count} {state.value}" for state, count in sorted(status.counts.by_state.items()))
    why = f" It was stopped because {status.broadcast.stopped_why}." if status.broadcast.stopped_why else ""
    return f"Announcement `{status.broadcast.id}` is {status.label}: {counts or 'no channel'}.{why}"
