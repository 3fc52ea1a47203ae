"""The cards of batches: posted once, and brought up to date by a loop that also notices the end of a batch."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bot.batches.batch_view import BatchView, is_failed, is_written
from bot.batches.reading import read_batch, read_batch_view
from bot.clock import Wait
from bot.errors import DeliveryError, log_unexpected
from bot.event_names import BATCH_FINISHED
from bot.jobs.sole_turn import SoleTurn
from bot.ports import BatchCards
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.states import BatchState

_ROUND_SECONDS: Final = 2.0
"""Between two looks at the running batches. Whoever watches a card sees a chapter's end at most this much later, as long as
Discord's limit for edits allows."""
_EDIT_SECONDS: Final = 3.5
"""Between two edits of one card, which share a channel's limit with the cards of other work."""
_LATE_CARDS: Final = 10
"""Cards of ended batches that one round brings up to date."""


@dataclass(slots=True)
class BatchCardKeeper:
    """Keeps the cards current, and ends batches whose last chapter has ended."""

    database: Database
    cards: BatchCards
    wait: Wait
    _shown: dict[str, tuple[object, float]] = field(default_factory=dict)
    """What the card of each running batch shows, and when it was edited, on the event loop's clock."""
    _sole: SoleTurn = field(init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._sole = SoleTurn(self.database, "batch cards")

    async def start(self) -> None:
        """Looks after the cards from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the loop; what was not shown is shown after the next start."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._sole.end()

    async def post(self, batch_id: str) -> tuple[int, int] | None:
        """The batch has a card in its channel; returns the ids of channel and message. None: it has none yet, or no channel.

        Raises:
            DeliveryError: Discord refused the card. The batch runs all the same.
            NotFoundError: there is no such batch.
        """
        try:
            card = await self.cards.post_card(await self._read_view(batch_id))
        except DeliveryError:
            await self._set_card(batch_id, None, None)
            raise
        except TimeoutError:
            return None  # the next round finds the card, or posts it
        if card is not None:
            await self._set_card(batch_id, *card)
        return card

    async def refresh(self, batch_id: str) -> None:
        """The card shows the batch as it is now. If it cannot be reached, the next round tries again.

        Raises:
            NotFoundError: there is no such batch.
        """
        view = await self._read_view(batch_id)
        is_shown = await self.cards.update_card(view)
        await self._record_shown(batch_id, view.batch.state if is_shown else None)
        self._shown[batch_id] = summarize(view), asyncio.get_running_loop().time()

    async def run_round(self) -> None:
        """Batches whose last chapter has ended are done, and cards that are out of date are edited."""
        for batch_id in await self._list_idle():
            with suppress(StaleStateError):  # somebody cancelled it in the same moment
                await self._finish(batch_id)
        running = await self._list_running()
        now = asyncio.get_running_loop().time()
        for view in running:
            shown, edited_at = self._shown.get(view.batch.id, (None, 0.0))
            if shown != summarize(view) and now - edited_at >= _EDIT_SECONDS:
                await self.refresh(view.batch.id)
        for batch_id in await self._list_shown_wrong():
            await self.refresh(batch_id)
        self._shown = {view.batch.id: self._shown[view.batch.id] for view in running if view.batch.id in self._shown}

    async def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if await self._sole.has_turn():
                    await self.run_round()
            except Exception as error:  # noqa: BLE001 - the next round may find the database or Discord back
                log_unexpected(error, "showing batches")
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), _ROUND_SECONDS), "news of batches")

    @read_transaction
    async def _read_view(self, tx: ReadTransaction, batch_id: str) -> BatchView:
        return await read_batch_view(tx, await read_batch(tx, batch_id))

    @read_transaction
    async def _list_running(self, tx: ReadTransaction) -> list[BatchView]:
        return [await read_batch_view(tx, batch) for batch in await tx.batches.list_running()]

    @read_transaction
    async def _list_idle(self, tx: ReadTransaction) -> list[str]:
        running = await tx.batches.list_running()
        return [batch.id for batch in running if not await tx.batches.count_live_runs(batch.id)]

    @read_transaction
    async def _list_shown_wrong(self, tx: ReadTransaction) -> list[str]:
        return [batch.id for batch in await tx.batches.list_shown_wrong(_LATE_CARDS)]

    @write_transaction
    async def _finish(self, tx: WriteTransaction, batch_id: str) -> None:
        if await tx.batches.count_live_runs(batch_id):
            return  # somebody has retried a chapter in the same moment
        await tx.batches.finish(batch_id)
        view = await read_batch_view(tx, await read_batch(tx, batch_id))
        data = {
            "batch_id": batch_id,
            "written": [each.chapter_number for each in view.chapters if is_written(each)],
            "failed": [each.chapter_number for each in view.chapters if is_failed(each)],
            "cost_micros": view.cost_micros,
        }
        tx.report(BATCH_FINISHED, data, member_id=view.batch.member_id, ebook_id=view.batch.ebook_id)

    @write_transaction
    async def _set_card(self, tx: WriteTransaction, batch_id: str, channel_id: int | None, card_id: int | None) -> None:
        await tx.batches.set_card(batch_id, channel_id, card_id)

    @write_transaction
    async def _record_shown(self, tx: WriteTransaction, batch_id: str, state: BatchState | None) -> None:
        await tx.batches.set_card_state(batch_id, state)


def summarize(view: BatchView) -> object:
    """What makes an edit of the card worth while: two views with the same summary look alike, but for the time."""
    chapters = tuple((each.run_id, each.state, each.error, each.note) for each in view.chapters)
    return (
        view.batch.state,
        view.batch.note,
        view.batch.waits_until,
        view.batch.lost_requests,
        bool(view.batch.overnight_job),
        chapters,
    )
