"""How a broadcast went so far."""

from bot.broadcasts.post import BroadcastStatus
from bot.errors import NotFoundError
from bot.event_names import BROADCAST_FINISHED
from storage import ReadTransaction, WriteTransaction
from storage.states import DeliveryState
from storage.stores.broadcasts import Broadcast


async def existing(tx: ReadTransaction, broadcast_id: str) -> Broadcast:
    """The broadcast; ``NotFoundError`` where there is none."""
    try:
        return await tx.broadcasts.get(broadcast_id)
    except KeyError:
        raise NotFoundError("This announcement is no longer known here.") from None


async def account(tx: ReadTransaction, broadcast_id: str) -> BroadcastStatus:
    """How a broadcast went so far."""
    broadcast = await existing(tx, broadcast_id)
    counts = await tx.deliveries.count_by_state(broadcast_id)
    bad = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
    troubles = tuple(await tx.deliveries.list_by_broadcast(broadcast_id, *bad))
    shares = await tx.broadcasts.shares_of_broadcast(broadcast_id)
    scheduled = broadcast.due_at is not None and broadcast.due_at > tx.now
    began = broadcast.due_at or broadcast.confirmed_at
    elapsed = (tx.now - began).total_seconds() if began else 0.0
    done = sum(counts.values()) - counts.get(DeliveryState.READY, 0) - counts.get(DeliveryState.SENDING, 0)
    return BroadcastStatus(
        broadcast, counts, troubles, shares, scheduled=scheduled, rate=done / elapsed if elapsed > 0 else 0.0
    )


def report_finished(tx: WriteTransaction, broadcast: Broadcast, counts: dict[DeliveryState, int]) -> None:
    """Puts the end of a broadcast into the events."""
    data = {"broadcast_id": broadcast.id, "outcomes": {state.value: count for state, count in sorted(counts.items())}}
    tx.report(BROADCAST_FINISHED, data, ebook_id=broadcast.ebook_id)
