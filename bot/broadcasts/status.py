"""Reads a broadcast and the status of its deliveries inside a transaction."""

from bot.broadcasts.post import BroadcastStatus
from bot.broadcasts.recipients import build_preview
from bot.broadcasts.releases import holds_release
from bot.errors import NotFoundError
from bot.event_names import BROADCAST_FINISHED
from bot.ports import ChannelAccess
from storage import ReadTransaction, WriteTransaction
from storage.states import BroadcastState, DeliveryState
from storage.stores.broadcasts import Broadcast
from storage.stores.delivery_values import DeliveryCounts

_FAILED = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNKNOWN)


async def get_broadcast(tx: ReadTransaction, broadcast_id: str) -> Broadcast:
    """The broadcast.

    Raises:
        NotFoundError: there is no such broadcast.
    """
    try:
        return await tx.broadcasts.get(broadcast_id)
    except KeyError:
        raise NotFoundError("This announcement is no longer known here.") from None


async def get_status(tx: ReadTransaction, broadcast_id: str, access: ChannelAccess | None = None) -> BroadcastStatus:
    """How the deliveries of the broadcast are going at this moment.

    With ``access``, the status of one that waits for approval says what an approval would do.

    Raises:
        NotFoundError: there is no such broadcast.
    """
    broadcast = await get_broadcast(tx, broadcast_id)
    counts = await tx.deliveries.count(broadcast_id)
    failed = tuple(await tx.deliveries.list_by_broadcast(broadcast_id, *_FAILED))
    started_at = broadcast.due_at or broadcast.confirmed_at
    elapsed = (tx.now - started_at).total_seconds() if started_at else 0.0
    completed = counts.total - counts.waiting
    is_pending = broadcast.state is BroadcastState.PENDING
    return BroadcastStatus(
        broadcast,
        counts,
        failed,
        shares=await tx.shares.count_of_broadcast(broadcast_id),
        is_scheduled=broadcast.is_scheduled_at(tx.now),
        channels_per_second=completed / elapsed if elapsed > 0 else 0.0,
        holds_release=broadcast.state is BroadcastState.RECALLED and await holds_release(tx, broadcast),
        read_at=tx.now,
        preview=await build_preview(tx, broadcast, access) if access and is_pending else None,
    )


def report_finished(tx: WriteTransaction, broadcast: Broadcast, counts: DeliveryCounts) -> None:
    """Reports the end of a broadcast as an event, with the number of deliveries in each state."""
    data = {
        "broadcast_id": broadcast.id,
        "outcomes": {state.value: count for state, count in sorted(counts.by_state.items())},
    }
    tx.report(BROADCAST_FINISHED, data, ebook_id=broadcast.ebook_id)
