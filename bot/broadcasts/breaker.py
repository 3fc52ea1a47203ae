"""Stops a broadcast that mostly fails: Discord bans an address that makes too many invalid requests.

Discord's documentation ("Invalid Request Limit"): 10,000 responses with 401, 403 or 429 in 10 minutes lead to a ban of the
address for up to 24 hours.
"""

from typing import Final

from bot.broadcasts.post import Outcome, OutcomeKind
from bot.event_names import BROADCAST_STOPPED
from bot.jobs.circuit_breaker import CircuitBreaker
from storage import WriteTransaction
from storage.states import BroadcastState

LEAST_OUTCOMES: Final = 20
"""Channels that have answered before the share counts: of fewer, a few strict servers would already be a fifth."""
REFUSED_SHARE: Final = 0.2
"""Share of channels that refuse. Ordinary broadcasts see a few percent; a fifth means that something is wrong with us."""
UNAUTHORIZED_IN_A_ROW: Final = 3
"""Answers of 401 in a row: the token is not valid any more, and every further request counts towards the ban."""


async def record_outcome(tx: WriteTransaction, broadcast_id: str, outcome: Outcome) -> str:
    """Counts one outcome; returns why the broadcast has to stop, if this outcome decides it, and an empty text otherwise.

    The counts are in the database, so that they are those of all processes together.
    """
    name = _get_name(broadcast_id)
    counts = await tx.rate_limits.lock(name)
    refusals = CircuitBreaker(failure_share=REFUSED_SHARE, least_outcomes=LEAST_OUTCOMES)
    token = CircuitBreaker(failures_in_a_row=UNAUTHORIZED_IN_A_ROW)
    refusals.restore(counts.get("refusals", {}))
    token.restore(counts.get("token", {}))
    if any(breaker.is_open for breaker in (refusals, token)):
        return ""
    if outcome.is_unauthorized:
        token.record_failure()
    else:
        token.record_success()
    if outcome.kind is OutcomeKind.SENT:
        refusals.record_success()
    elif outcome.kind is OutcomeKind.REFUSED:
        refusals.record_failure()
    await tx.rate_limits.save(name, {"refusals": refusals.save(), "token": token.save()})
    if token.is_open:
        return "Discord refuses the bot's token"
    if refusals.is_open:
        return f"{refusals.failures} of {refusals.outcomes} channels refused it"
    return ""


async def forget_outcomes(tx: WriteTransaction, broadcast_id: str) -> None:
    """The broadcast has ended; if it is sent again, its outcomes are counted afresh."""
    await tx.rate_limits.remove(_get_name(broadcast_id))


def _get_name(broadcast_id: str) -> str:
    return f"broadcast/{broadcast_id}"


async def stop_broadcast(tx: WriteTransaction, broadcast_id: str, why: str) -> None:
    """``sending → stopped``, its waiting deliveries cancelled; nothing where it is not being sent any more."""
    broadcast = await tx.broadcasts.get(broadcast_id)
    if broadcast.state is not BroadcastState.SENDING:
        return
    cancelled = await tx.deliveries.cancel_waiting(broadcast_id)
    await tx.broadcasts.finish(broadcast_id, BroadcastState.STOPPED, why)
    data = {"broadcast_id": broadcast_id, "why": why, "channels": cancelled}
    tx.report(BROADCAST_STOPPED, data, ebook_id=broadcast.ebook_id)
