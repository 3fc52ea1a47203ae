"""Stopping broadcasts: what has not been posted yet never will be."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from bot.actor import Actor
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.releases import take_back_release
from bot.broadcasts.status import get_broadcast
from bot.errors import StateError
from bot.event_names import BROADCAST_CANCELLED, BROADCAST_DISCARDED
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import BroadcastState, DeliveryState
from storage.stores.broadcasts import Broadcast

_STOPPED_AT_ONCE: Final = 1000
"""Far more broadcasts than can be under way."""
_SETTLE_LOOKS: Final = 20
_SETTLE_PAUSE_SECONDS: Final = 0.1
"""A stop waits at most two seconds for requests under way, so that its answer has the right numbers."""

_States = Counter[DeliveryState]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop has done: to how many broadcasts, and how many posts it called off.

    ``in_flight`` are posts that may still arrive, ``uncertain`` those that may have arrived, since the answer to an attempt was
    lost. ``is_change`` says that posts were being changed or removed.
    """

    broadcasts: int
    unsent: int
    in_flight: int = 0
    uncertain: int = 0
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class StoppingService:
    """Stops broadcasts. ``wake`` tells the dispatcher, which does the sending, that there is something to look at."""

    database: Database
    cards: BroadcastCardService
    wake: Callable[[], None]

    async def stop_broadcast(self, broadcast_id: str, by: Actor) -> Stopped:
        """``sending → cancelled``: what has not been posted yet never will be.

        If posts were being changed or removed, the broadcast is ``done``, as it was before: what is left stays as it is.

        Raises:
            NotFoundError: there is no such broadcast.
            StateError: it is not being sent.
        """
        before, is_change = await self._stop(broadcast_id, by)
        return replace(await self._after_stop([broadcast_id], before), is_change=is_change)

    async def stop_all(self, by: Actor) -> Stopped:
        """Every broadcast that is being sent is stopped, and every one that waits for approval is discarded."""
        broadcast_ids, before = await self._stop_all(by)
        return await self._after_stop(broadcast_ids, before)

    async def _after_stop(self, broadcast_ids: list[str], before: _States) -> Stopped:
        """Waits a moment for the requests under way, most of which turn out to be unwanted before they are made.

        ``before`` are the states before the stop: what an earlier stop has called off is not counted again.
        """
        self.wake()
        after = await self._count_states(broadcast_ids)
        for _ in range(_SETTLE_LOOKS):
            if not after[DeliveryState.SENDING]:
                break
            await asyncio.sleep(_SETTLE_PAUSE_SECONDS)
            after = await self._count_states(broadcast_ids)
        for broadcast_id in broadcast_ids:
            await self.cards.refresh_card(broadcast_id)
        return Stopped(
            len(broadcast_ids),
            unsent=after[DeliveryState.CANCELLED] - before[DeliveryState.CANCELLED],
            in_flight=after[DeliveryState.SENDING],
            uncertain=after[DeliveryState.UNKNOWN] - before[DeliveryState.UNKNOWN],
        )

    @write_transaction
    async def _stop(self, tx: WriteTransaction, broadcast_id: str, by: Actor) -> tuple[_States, bool]:
        broadcast = await get_broadcast(tx, broadcast_id)
        if broadcast.state is not BroadcastState.SENDING:
            raise StateError("This announcement is not being sent.", "There is nothing to stop.")
        is_change = await _is_changing(tx, broadcast.id)
        before = await _count_states(tx, [broadcast.id])
        await _cancel(tx, broadcast, by)
        return before, is_change

    @write_transaction
    async def _stop_all(self, tx: WriteTransaction, by: Actor) -> tuple[list[str], _States]:
        sending = await tx.broadcasts.list_in_states(BroadcastState.SENDING, limit=_STOPPED_AT_ONCE)
        before = await _count_states(tx, [broadcast.id for broadcast in sending])
        for broadcast in sending:
            await _cancel(tx, broadcast, by)
        waiting = await tx.broadcasts.list_in_states(BroadcastState.PENDING, limit=_STOPPED_AT_ONCE)
        for broadcast in waiting:
            await tx.broadcasts.discard(broadcast.id)
            tx.report(BROADCAST_DISCARDED, {"broadcast_id": broadcast.id}, actor=by, ebook_id=broadcast.ebook_id)
        return [broadcast.id for broadcast in (*sending, *waiting)], before

    @read_transaction
    async def _count_states(self, tx: ReadTransaction, broadcast_ids: list[str]) -> _States:
        return await _count_states(tx, broadcast_ids)


async def _count_states(tx: ReadTransaction, broadcast_ids: Iterable[str]) -> _States:
    """How many deliveries of all these broadcasts are in each state."""
    total: _States = Counter()
    for broadcast_id in broadcast_ids:
        total.update((await tx.deliveries.count(broadcast_id)).by_state)
    return total


async def _is_changing(tx: WriteTransaction, broadcast_id: str) -> bool:
    """Whether posts are being changed or removed, and none is still to be sent."""
    counts = await tx.deliveries.count(broadcast_id)
    return counts.open_action is not None and not await tx.deliveries.is_still_posting(broadcast_id)


async def _cancel(tx: WriteTransaction, broadcast: Broadcast, by: Actor) -> None:
    state = BroadcastState.DONE if await _is_changing(tx, broadcast.id) else BroadcastState.CANCELLED
    stopped = await tx.deliveries.cancel_waiting(broadcast.id)
    await tx.broadcasts.finish(broadcast.id, state)
    data = {"broadcast_id": broadcast.id, "channels": stopped}
    tx.report(BROADCAST_CANCELLED, data, actor=by, ebook_id=broadcast.ebook_id)
    await _cancel_release(tx, broadcast, by)


async def _cancel_release(tx: WriteTransaction, broadcast: Broadcast, by: Actor) -> None:
    """The script can be released again, if its announcement has reached nobody and is on its way to nobody."""
    counts = await tx.deliveries.count(broadcast.id)
    may_have_arrived = counts.posted or counts.waiting or counts.by_state.get(DeliveryState.UNKNOWN)
    if not may_have_arrived:
        await take_back_release(tx, broadcast, by)
