"""Says how broadcasts ended: on their card and in the audit channel."""

import asyncio
from dataclasses import dataclass

from bot.broadcasts.outcomes import format_audit_line
from bot.broadcasts.post import BroadcastStatus
from bot.broadcasts.status import get_status
from bot.errors import log_unexpected
from bot.notices import add_audit_notice
from bot.ports import BroadcastCards
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction


@dataclass(slots=True)
class EndAnnouncer:
    """Runs beside the sending, which must not wait while Discord lets us wait for a card."""

    database: Database
    card: BroadcastCards
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
        if await self.card.update_card(status):
            await self._mark_announced(status)

    @read_transaction
    async def _get_unannounced(self, tx: ReadTransaction) -> list[BroadcastStatus]:
        return [await get_status(tx, broadcast_id) for broadcast_id in await tx.broadcasts.list_unannounced()]

    @write_transaction
    async def _mark_announced(self, tx: WriteTransaction, status: BroadcastStatus) -> None:
        if await tx.broadcasts.mark_announced(status.broadcast.id):
            await add_audit_notice(tx, format_audit_line(status))
