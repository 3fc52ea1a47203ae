"""Stops a broadcast that mostly fails: Discord bans an address that makes too many invalid requests.

Discord's documentation ("Invalid Request Limit"): 10,000 responses with 401, 403 or 429 in 10 minutes lead to a ban of the
address for up to 24 hours.
"""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class _Breakers:
    refusals: CircuitBreaker = field(
        default_factory=lambda: CircuitBreaker(failure_share=REFUSED_SHARE, least_outcomes=LEAST_OUTCOMES)
    )
    token: CircuitBreaker = field(default_factory=lambda: CircuitBreaker(failures_in_a_row=UNAUTHORIZED_IN_A_ROW))

    @property
    def is_open(self) -> bool:
        return self.refusals.is_open or self.token.is_open


@dataclass(slots=True)
class BroadcastBreaker:
    """A pair of circuit breakers for each broadcast that is being sent."""

    _breakers: dict[str, _Breakers] = field(default_factory=dict)

    def record_outcome(self, broadcast_id: str, outcome: Outcome) -> str:
        """Why the broadcast has to stop, if this outcome decides it; empty otherwise."""
        breakers = self._breakers.setdefault(broadcast_id, _Breakers())
        if breakers.is_open:
            return ""
        if outcome.is_unauthorized:
            breakers.token.record_failure()
        else:
            breakers.token.record_success()
        if breakers.token.is_open:
            return "Discord refuses the bot's token"
        if outcome.kind is OutcomeKind.SENT:
            breakers.refusals.record_success()
        elif outcome.kind is OutcomeKind.REFUSED:
            breakers.refusals.record_failure()
        if breakers.refusals.is_open:
            return f"{breakers.refusals.failures} of {breakers.refusals.outcomes} channels refused it"
        return ""

    def forget(self, broadcast_id: str) -> None:
        """Frees the memory for a broadcast that has ended."""
        self._breakers.pop(broadcast_id, None)


async def stop_broadcast(tx: WriteTransaction, broadcast_id: str, why: str) -> None:
    """``sending → stopped``, its waiting deliveries cancelled; nothing where it is not being sent any more."""
    broadcast = await tx.broadcasts.get(broadcast_id)
    if broadcast.state is not BroadcastState.SENDING:
        return
    cancelled = await tx.deliveries.cancel_waiting(broadcast_id)
    await tx.broadcasts.finish(broadcast_id, BroadcastState.STOPPED, why)
    data = {"broadcast_id": broadcast_id, "why": why, "channels": cancelled}
    tx.report(BROADCAST_STOPPED, data, ebook_id=broadcast.ebook_id)
