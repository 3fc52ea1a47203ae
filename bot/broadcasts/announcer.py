"""Says how broadcasts ended: on their card and in the audit channel."""

import asyncio
from dataclasses import dataclass, field

from bot.broadcasts.outcomes import format_audit_line
from bot.broadcasts.post import BroadcastStatus
from bot.broadcasts.status import get_status
from bot.errors import log_unexpected
from bot.ports import BroadcastCards, Notices
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction


@dataclass(slots=True)
class EndAnnouncer:
    """Runs beside the sending, which must not wait while Discord lets us wait for a card."""

    database: Database
    card: BroadcastCards
    notices: Notices
    _audited: set[str] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Announces every end that is not announced yet, unless that is under way already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._announce_all())

    async def stop(self, seconds: float) -> None:
        """Lets what is under way end for so long; the next start announces the rest."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _announce_all(self) -> None:
        tried: set[str] = set()
        try:
            while ended := [status for status in await self._get_unannounced() if status.broadcast.id not in tried]:
                for status in ended:
                    tried.add(status.broadcast.id)
                    await self._announce(status)
        except Exception as error:  # noqa: BLE001 - the end stays unannounced, and the next round tries again
            log_unexpected(error, "announcing how broadcasts ended")

    async def _announce(self, status: BroadcastStatus) -> None:
        broadcast_id = status.broadcast.id
        is_shown = await self.card.update_card(status)
        if broadcast_id not in self._audited:
            await self.notices.post_to_audit_channel(format_audit_line(status))
            self._audited.add(broadcast_id)
        if is_shown:
            await self._mark_announced(broadcast_id)
            self._audited.discard(broadcast_id)

    @read_transaction
    async def _get_unannounced(self, tx: ReadTransaction) -> list[BroadcastStatus]:
        return [await get_status(tx, broadcast_id) for broadcast_id in await tx.broadcasts.list_unannounced()]

    @write_transaction
    async def _mark_announced(self, tx: WriteTransaction, broadcast_id: str) -> None:
        await tx.broadcasts.mark_announced(broadcast_id)
