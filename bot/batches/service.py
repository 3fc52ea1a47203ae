"""What people do with batches: plan, start, pause, resume, cancel, and retry what failed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.actor import Actor
from bot.batches.batch_view import BatchView, list_failed
from bot.batches.chapter_ranges import parse_chapters
from bot.batches.estimate import GeminiTerms
from bot.batches.overnight import OvernightWorker
from bot.batches.plan import BatchOptions, BatchPlan, build_plan
from bot.batches.reading import read_batch, read_batch_view
from bot.ebooks.ebook_keys import find_ebook
from bot.errors import NotFoundError, StateError
from bot.event_names import BATCH_CANCELLED, BATCH_PAUSED, BATCH_RESUMED, BATCH_RETRIED, BATCH_STARTED
from bot.generation.daily_limit import check_daily_limit
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.generation.worker import RunWorker
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.states import BatchPace, RunState
from storage.stores.batches import Batch, NewBatch

_SHOWN_BATCHES = 25
"""As many as a select menu of Discord's can hold."""
PAUSED_OVERNIGHT = "Paused. Gemini goes on with what it was given; Resume collects it."
PAUSED_BY_PERSON = "Paused. Chapters that were being written keep what they have."


@dataclass(frozen=True, slots=True)
class BatchService:
    """Creates batches and changes their state; the run worker writes their chapters.

    ``has_gemini`` is whether a Gemini key is set, and ``has_template_batches`` whether the template writes batches without one.
    """

    database: Database
    worker: RunWorker
    terms: GeminiTerms
    has_gemini: bool
    daily_limit: int | None = None
    has_template_batches: bool = False
    overnight: OvernightWorker | None = None

    async def plan(self, options: BatchOptions) -> BatchPlan:
        """What the batch would do. Nothing is stored.

        Raises:
            InputError: the chapters are not numbers and ranges, or the book has no such chapter.
            NotFoundError: there is no such book.
            StateError: the book has no chapters, no Gemini key is set, or no model can be asked overnight.
        """
        terms = self.terms
        if options.pace is BatchPace.OVERNIGHT:
            if self.overnight is None:
                raise StateError("Only Gemini writes overnight, and no key is set.", "Choose the pace Now.")
            terms = replace(terms, model=await self.overnight.find_model())
        return await self._read_plan(options, terms)

    async def start(self, options: BatchOptions, by: Actor, *, channel: tuple[int, int]) -> Batch:
        """The batch and its runs exist, and writing begins. ``channel`` is where its card will be: server and channel.

        Raises:
            InputError: see ``plan``.
            NotFoundError: see ``plan``.
            StateError: see ``plan``; or there is nothing to write, or it is more than the member may have written today.
        """
        batch = await self._start(options, by, channel)
        self._wake()
        return batch

    async def pause(self, batch_id: str, by: Actor) -> None:
        """``running → paused``; nothing of it is being written any more, and chapters keep what they have.

        Raises:
            NotFoundError: there is no such batch.
            StateError: it is not running.
        """
        try:
            run_ids = await self._pause(batch_id, by)
        except StaleStateError:
            raise StateError("This batch is not running.", "Its card shows where it stands.") from None
        await self._stop_runs(run_ids)

    async def resume(self, batch_id: str, by: Actor) -> None:
        """``paused → running``.

        Raises:
            NotFoundError: there is no such batch.
            StateError: it is not paused.
        """
        try:
            await self._resume(batch_id, by)
        except StaleStateError:
            raise StateError("This batch is not paused.", "Its card shows where it stands.") from None
        self._wake()

    async def cancel(self, batch_id: str, by: Actor) -> None:
        """``running | paused → cancelled``; finished scripts stay, and no other chapter is written.

        Raises:
            NotFoundError: there is no such batch.
            StateError: it has ended.
        """
        try:
            run_ids = await self._cancel(batch_id, by)
        except StaleStateError:
            raise StateError("This batch has already ended.", "Nothing was changed.") from None
        await self._stop_runs(run_ids)
        self._wake()

    async def retry_failed(self, batch_id: str, by: Actor) -> int:
        """The failed chapters of a batch that is done are written again; returns how many there are.

        Raises:
            NotFoundError: there is no such batch.
            StateError: it is not done, or nothing has failed.
        """
        try:
            count = await self._retry_failed(batch_id, by)
        except StaleStateError:
            raise StateError("This batch has not ended.", "Wait for its end, or cancel it.") from None
        self._wake()
        return count

    @read_transaction
    async def get_view(self, tx: ReadTransaction, batch_id: str) -> BatchView:
        """What the card of the batch shows.

        Raises:
            NotFoundError: there is no such batch.
        """
        return await read_batch_view(tx, await read_batch(tx, batch_id))

    @read_transaction
    async def list_newest(self, tx: ReadTransaction, *, only_open: bool = False) -> Sequence[BatchView]:
        """The newest batches with their chapters."""
        return [
            await read_batch_view(tx, batch)
            for batch in await tx.batches.list_newest(_SHOWN_BATCHES, only_open=only_open)
        ]

    @write_transaction
    async def set_card(self, tx: WriteTransaction, batch_id: str, channel_id: int | None, card_id: int | None) -> None:
        """The batch is shown by this message from now on; None for one that cannot be shown."""
        await tx.batches.set_card(batch_id, channel_id, card_id)

    def _wake(self) -> None:
        self.worker.wake()
        if self.overnight is not None:
            self.overnight.wake()

    @read_transaction
    async def _read_plan(self, tx: ReadTransaction, options: BatchOptions, terms: GeminiTerms) -> BatchPlan:
        return await self._plan(tx, options, terms)

    async def _stop_runs(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            await self.worker.cancel(run_id)

    async def _plan(self, tx: ReadTransaction, options: BatchOptions, terms: GeminiTerms) -> BatchPlan:
        if not self.has_gemini and not self.has_template_batches:
            raise StateError("No Gemini key is set.", "Ask your operator for GOOGLE_API_KEY; a batch needs it.")
        ebook = await find_ebook(tx, options.ebook)
        if ebook is None or ebook.removed_at is not None:
            raise NotFoundError(f"There is no book called “{options.ebook}”.", "`/ebook list` shows the books.")
        headers = await tx.chapters.list_headers(ebook.id)
        if not headers:
            raise StateError(f"“{ebook.title}” has no chapters.", "Add its file with `/ebook add`.")
        numbers = parse_chapters(options.chapters, {header.number for header in headers})
        chosen = [header for header in headers if not numbers or header.number in numbers]
        newest = await tx.scripts.list_newest(ebook.id)
        live = await tx.runs.list_in_states(RunState.READY, RunState.WRITING)
        return build_plan(
            ebook,
            options,
            tuple(chosen),
            written={script.chapter_number for script in newest if not script.error or not self.has_gemini},
            busy={run.chapter_number for run in live if run.ebook_id == ebook.id},
            terms=terms,
            spent_micros=await tx.charges.sum_costs(since=_month_of(tx.now)),
            other=next(iter(await tx.batches.list_newest(1, ebook_id=ebook.id, only_open=True)), None),
            today=tx.now.date(),
            is_by_template=not self.has_gemini,
        )

    @write_transaction
    async def _start(self, tx: WriteTransaction, options: BatchOptions, by: Actor, channel: tuple[int, int]) -> Batch:
        ebook = await find_ebook(tx, options.ebook)
        if ebook is not None:
            await tx.runs.lock_book(ebook.id)
        plan = await self._plan(tx, options, self.terms)
        if not plan.chapters:
            raise StateError(
                "There is nothing to write.", "Every chapter that you chose has a script or is being written."
            )
        member_id = await tx.members.remember(by)
        await check_daily_limit(tx, member_id, len(plan.chapters), self.daily_limit)
        new = NewBatch(
            ebook_id=plan.ebook.id,
            member_id=member_id,
            guild_id=channel[0],
            channel_id=channel[1],
            chapter_order=options.chosen_order,
            pace=options.pace,
            cap_micros=options.cap_micros,
        )
        batch = await tx.batches.add(new)
        numbers = [chapter.number for chapter in plan.chapters]
        texts = await tx.chapters.get_texts(plan.ebook.id, numbers)
        data = {
            "batch_id": batch.id,
            "chapters": numbers,
            "order": options.chosen_order.value,
            "pace": options.pace.value,
        }
        tx.report(BATCH_STARTED, data, actor=by, ebook_id=plan.ebook.id)
        for chapter in plan.chapters:
            request = ScriptRequest(
                ebook=plan.ebook.id,
                chapter_number=chapter.number,
                title=chapter.title,
                theme=plan.ebook.theme,
                hook=plan.ebook.hook,
                language=plan.ebook.language,
                mode=plan.mode,
            )
            await create_run(tx, request, texts[chapter.number], by, replaces_text=False, batch_id=batch.id)
        return batch

    @write_transaction
    async def _pause(self, tx: WriteTransaction, batch_id: str, by: Actor) -> list[str]:
        batch = await read_batch(tx, batch_id)
        await tx.batches.pause(batch_id, PAUSED_OVERNIGHT if batch.overnight_job else PAUSED_BY_PERSON)
        tx.report(BATCH_PAUSED, {"batch_id": batch_id}, actor=by, ebook_id=batch.ebook_id)
        return await tx.batches.release_runs(batch_id)

    @write_transaction
    async def _resume(self, tx: WriteTransaction, batch_id: str, by: Actor) -> None:
        batch = await read_batch(tx, batch_id)
        await tx.batches.resume(batch_id)
        tx.report(BATCH_RESUMED, {"batch_id": batch_id}, actor=by, ebook_id=batch.ebook_id)

    @write_transaction
    async def _cancel(self, tx: WriteTransaction, batch_id: str, by: Actor) -> list[str]:
        batch = await read_batch(tx, batch_id)
        await tx.batches.cancel(batch_id)
        run_ids = await tx.batches.cancel_runs(batch_id)
        data = {"batch_id": batch_id, "unwritten": len(run_ids)}
        tx.report(BATCH_CANCELLED, data, actor=by, ebook_id=batch.ebook_id)
        return run_ids

    @write_transaction
    async def _retry_failed(self, tx: WriteTransaction, batch_id: str, by: Actor) -> int:
        batch = await read_batch(tx, batch_id)
        await tx.runs.lock_book(batch.ebook_id)
        chapters = await tx.batches.list_chapters(batch_id)
        failed = {number for number, _ in list_failed(chapters)}
        if not failed:
            raise StateError("No chapter has failed.", "Nothing was changed.")
        await tx.batches.reopen(batch_id)
        for chapter in chapters:
            if chapter.chapter_number not in failed:
                continue
            if chapter.state is RunState.INTERRUPTED:
                await tx.runs.requeue(chapter.run_id)
                continue
            run = await tx.runs.get(chapter.run_id)
            request = ScriptRequest.from_run(run)
            await create_run(
                tx, request, run.content, by, progress=run.progress, replaces_text=False, batch_id=batch_id
            )
        data = {"batch_id": batch_id, "chapters": sorted(failed)}
        tx.report(BATCH_RETRIED, data, actor=by, ebook_id=batch.ebook_id)
        return len(failed)


def _month_of(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
