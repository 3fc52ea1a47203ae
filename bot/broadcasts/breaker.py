"""Stops a broadcast that mostly fails: Discord bans an address that makes too many invalid requests."""

from dataclasses import dataclass, field
from typing import Final

from bot.broadcasts.post import Outcome, OutcomeKind
from bot.event_names import BROADCAST_STOPPED
from storage import WriteTransaction
from storage.states import BroadcastState

LEAST_OUTCOMES: Final = 20
REFUSED_SHARE: Final = 0.2
UNAUTHORIZED_IN_A_ROW: Final = 3


@dataclass(slots=True)
class _Tally:
    outcomes: int = 0
    refused: int = 0
    unauthorized: int = 0
    tripped: bool = False


@dataclass(slots=True)
class Breaker:
    """Counts what came of the tries of each broadcast."""

    _tallies: dict[str, _Tally] = field(default_factory=dict)

    def note(self, broadcast_id: str, outcome: Outcome) -> str:
        """Why the broadcast has to stop; empty while it may go on."""
        tally = self._tallies.setdefault(broadcast_id, _Tally())
        if tally.tripped:
            return ""
        tally.unauthorized = tally.unauthorized + 1 if outcome.unauthorized else 0
        if tally.unauthorized >= UNAUTHORIZED_IN_A_ROW:
            tally.tripped = True
            return "Discord refuses the bot's token"
        if outcome.kind in {OutcomeKind.SENT, OutcomeKind.REFUSED}:
            tally.outcomes += 1
            tally.refused += outcome.kind is OutcomeKind.REFUSED
        if tally.outcomes >= LEAST_OUTCOMES and tally.refused >= tally.outcomes * REFUSED_SHARE:
            tally.tripped = True
            return f"{tally.refused} of {tally.outcomes} channels refused it"
        return ""

    def forget(self, broadcast_id: str) -> None:
        """The broadcast has ended."""
        self._tallies.pop(broadcast_id, None)

    async def stop(self, tx: WriteTransaction, broadcast_id: str, why: str) -> None:
        """Nothing more of it is sent."""
        broadcast = await tx.broadcasts.get(broadcast_id)
        if broadcast.state is not BroadcastState.SENDING:
            return
        waiting = await tx.deliveries.cancel_waiting(broadcast_id)
        await tx.broadcasts.finish(broadcast_id, BroadcastState.STOPPED, why)
        data = {"broadcast_id": broadcast_id, "why": why, "channels": waiting}
        tx.report(BROADCAST_STOPPED, data, ebook_id=broadcast.ebook_id)
