"""How a broadcast went so far."""

from bot.broadcasts.post import Account
from bot.errors import NotFoundError
from bot.event_names import BROADCAST_FINISHED
from storage import Reading, Writing
from storage.states import DeliveryState
from storage.stores.broadcasts import Broadcast


async def existing(reading: Reading, broadcast_id: str) -> Broadcast:
    """The broadcast; ``NotFoundError`` where there is none."""
    try:
        return await reading.broadcasts.get(broadcast_id)
    except KeyError:
        raise NotFoundError("This announcement is no longer known here.") from None


async def account(reading: Reading, broadcast_id: str) -> Account:
    """How a broadcast went so far."""
    broadcast = await existing(reading, broadcast_id)
    counts = await reading.deliveries.counts(broadcast_id)
    bad = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
    troubles = tuple(await reading.deliveries.of_broadcast(broadcast_id, *bad))
    shares = await reading.broadcasts.shares_of_broadcast(broadcast_id)
    scheduled = broadcast.due_at is not None and broadcast.due_at > reading.now
    began = broadcast.due_at or broadcast.confirmed_at
    elapsed = (reading.now - began).total_seconds() if began else 0.0
    done = sum(counts.values()) - counts.get(DeliveryState.READY, 0) - counts.get(DeliveryState.SENDING, 0)
    return Account(
        broadcast, counts, troubles, shares, scheduled=scheduled, rate=done / elapsed if elapsed > 0 else 0.0
    )


def report_finished(writing: Writing, broadcast: Broadcast, counts: dict[DeliveryState, int]) -> None:
    """Puts the end of a broadcast into the events."""
    data = {"broadcast_id": broadcast.id, "outcomes": {state.value: count for state, count in sorted(counts.items())}}
    writing.report(BROADCAST_FINISHED, data, ebook_id=broadcast.ebook_id)
