"""Writes one leased run, from its first paragraph or from where it was interrupted, to a stored script."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.clock import Wait
from bot.ebooks.bible import read_bible
from bot.ebooks.series_bible import SeriesBible
from bot.generation.batch_errors import concerns_batch
from bot.generation.card_updater import CardUpdater
from bot.generation.chapter_source import ChapterSource, SourcePart, create_source
from bot.generation.error_messages import create_missing_key_error
from bot.generation.finished_revision import FinishedRevision
from bot.generation.finished_run import FinishedRun
from bot.generation.request import PartRequest, ScriptRequest
from bot.generation.revision import Revision
from bot.generation.revision_source import complete_request, create_revision_source
from bot.generation.run_cards import read_run_view
from bot.generation.run_progress import RunProgress
from bot.generation.run_view import SHOWN_CUES, RunView
from bot.generation.writer import GenerationError, Writer
from bot.jobs.rate_limiter import OnWait
from bot.ports import RunCards
from bot.scripts import timing
from bot.scripts.models import WriterKind
from storage import (
    Database,
    DatabaseUnavailableError,
    ReadTransaction,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.states import ChapterOrder
from storage.stores.runs import Run

_log = logging.getLogger(__name__)

_CHECKPOINT_SECONDS: Final = 2.0
"""Seconds between two checkpoints. A crash loses at most that much, and the database is not written for every cue."""
_PREVIOUS_CUES: Final = 6
"""How many of the last cues a writer is shown, so that it continues the scene without repeating it. More would cost input
tokens with every part and say little more."""

WriterFactory = Callable[[Run, OnWait], Writer]
"""Makes the writer for one run; the writer reports its waits to the ``OnWait``."""


@dataclass(frozen=True, slots=True)
class GenerationPipeline:
    """Everything that writing a run needs.

    ``writer_factory`` is None where no Gemini key is set; then ``template`` writes everything, batches only with
    ``has_template_batches``. Each checkpoint renews the run's lease for ``lease_duration``. With ``saves_only_parts`` what is
    complete of a part is not saved before all of it is, because its answer can only be read as a whole.
    """

    database: Database
    template: Writer
    cards: RunCards
    wait: Wait
    lease_duration: timedelta
    writer_factory: WriterFactory | None = None
    has_template_batches: bool = False
    saves_only_parts: bool = False

    async def write(self, run: Run) -> str:
        """Writes a run that was just claimed and returns the id of its script; the run is ``done`` afterwards.

        Complete cues are saved while it runs. Whatever happens to Gemini, there is a script at the end, except of a revision:
        no template takes the place of what a person wanted to have changed.

        Raises:
            GenerationError: a revision could not be finished; what is complete of it is saved.
            StaleStateError: the run was cancelled, or its lease expired and another process has taken it.
        """
        return await (await self._begin(run)).execute()

    async def list_part_requests(self, run: Run) -> list[PartRequest]:
        """The requests for all parts of a chapter that is to be written overnight. None knows what the others will write."""
        return await (await self._begin(run)).list_part_requests()

    async def _begin(self, run: Run) -> "RunExecution":
        request = ScriptRequest.from_run(run)
        # Counting the words of a long chapter takes longer than the event loop may be kept.
        if request.revision is not None:
            source = await asyncio.to_thread(create_revision_source, run.content, request.revision)
        else:
            source = await asyncio.to_thread(create_source, run.content, request.chosen_mode)
        return RunExecution(self, run, request, source)


class RunExecution:
    """One run while it is being written."""

    def __init__(self, pipeline: GenerationPipeline, run: Run, request: ScriptRequest, source: ChapterSource) -> None:
        self.pipeline = pipeline
        self.database = pipeline.database
        self.run = run
        self.request = request
        self.source = source
        fresh = request.revision.begin() if request.revision else RunProgress()
        self.progress = RunProgress.from_column(run.progress) if run.progress else fresh
        self.part, self.parts = 1, 1
        self.waiting = ""
        self.view = RunView(run, run.ebook_id, self.request.title, self.request.theme)
        self.bible = SeriesBible()
        self.card_updater = CardUpdater(pipeline.cards, pipeline.wait)
        self._checkpoint_at = 0.0

    async def execute(self) -> str:
        """Writes the whole chapter, or the cues of a revision, and stores the script; returns its id.

        Raises:
            GenerationError: a revision failed, or the run belongs to a batch that waits because of it. Its progress
                is stored.
        """
        self.view, self.bible = await self._read_context()
        self.progress = self.progress.use_names(self.bible)  # a character may have been renamed since an interruption
        self.card_updater.schedule_update(self.build_view)
        revision = self.request.revision
        try:
            finished = await self._write_chapter() if revision is None else await self._revise(revision)
        finally:
            await self.card_updater.close()
        return await self._store(finished)

    async def list_part_requests(self) -> list[PartRequest]:
        """The requests for all parts, from where the run has got to."""
        self.view, self.bible = await self._read_context()
        self.progress = self.source.skip_written(self.progress.use_names(self.bible))
        requests = []
        while (part := await asyncio.to_thread(self.source.take_part, self.progress)) is not None:
            self.parts = self.part + part.parts_left - 1
            requests.append(self._build_part_request(part))
            self.progress = self.source.finish_part(self.progress, part)
            self.part += 1
        return requests

    async def report_wait(self, reason: str, seconds: float) -> None:
        """The card says what the writer waits for, and for about how long."""
        self.waiting = f"{reason.rstrip('.')}, about {max(1, round(seconds))} s"
        self.card_updater.schedule_update(self.build_view)

    def build_view(self) -> RunView:
        """What the card shows now."""
        cues, _ = timing.add_timing(self.progress.cues)
        written = sum(len(cue.text) for cue in cues if cue.kind.is_spoken)
        total = self.source.char_count or 1
        return replace(
            self.view,
            part=min(self.part, self.parts),
            parts=self.parts,
            waiting=self.waiting,
            share=min(written / total, 1.0),
            cue_count=len(cues),
            seconds=cues[-1].start + cues[-1].seconds if cues else 0.0,
            last_cues=cues[-SHOWN_CUES:],
            scene=next((scene.heading for scene in self.progress.scenes if cues and scene.n == cues[-1].scene), ""),
        )

    async def _write_chapter(self) -> FinishedRun:
        """Writes the chapter with Gemini, and with the template what Gemini does not finish."""
        writer, error = WriterKind.TEMPLATE, None
        if self.pipeline.writer_factory is None:
            if self.run.batch_id is not None and not self.pipeline.has_template_batches:
                raise create_missing_key_error()  # the key was removed since the batch was started
        else:
            try:
                await self._write_parts(self.pipeline.writer_factory(self.run, self.report_wait))
                writer = WriterKind.GEMINI
            except GenerationError as raised:
                if concerns_batch(self.run, raised):
                    await self._save_checkpoint(force=True)
                    raise
                error = raised
                _log.info("run %s: %s (%s)", self.run.id, error.sentence, error.kind)
        # Only what Gemini finished is kept for a retry, not what the template adds.
        kept_progress = self.progress.to_column()
        if writer is WriterKind.TEMPLATE:
            await self._write_rest_with_template()
        return FinishedRun(self.run, self.request, self.source, self.progress, kept_progress, writer, error)

    async def _revise(self, revision: Revision) -> FinishedRevision:
        """Rewrites the cues with Gemini.

        Raises:
            GenerationError: Gemini could not finish; what is complete is saved.
        """
        if self.pipeline.writer_factory is None:
            raise create_missing_key_error()
        try:
            await self._write_parts(self.pipeline.writer_factory(self.run, self.report_wait))
        except GenerationError:
            self.progress = self.source.skip_written(self.progress)
            await self._save_checkpoint(force=True)
            raise
        return FinishedRevision(self.run, self.request, revision, self.source, self.progress)

    async def _write_parts(self, writer: Writer) -> None:
        """Writes the chapter part by part.

        Raises:
            GenerationError: the writer could not finish a part. ``progress`` holds what was complete until then.
        """
        self.progress = self.source.skip_written(self.progress)
        self.part = 1
        while (part := await asyncio.to_thread(self.source.take_part, self.progress)) is not None:
            self.parts = self.part + part.parts_left - 1
            before_part = self.progress
            async with aclosing(writer.write(self._build_part_request(part))) as drafts:
                async for draft in drafts:
                    self.waiting = ""
                    self.progress = before_part.add_draft(draft)
                    self.card_updater.schedule_update(self.build_view)
                    await self._save_checkpoint()
            self.progress = self.source.finish_part(self.progress, part)
            self.part += 1
            await self._save_checkpoint(force=True)

    async def _write_rest_with_template(self) -> None:
        """What Gemini has finished is kept; the rest of the chapter becomes a skeleton."""
        self.progress = self.source.skip_written(self.progress)
        part = self.source.take_rest(self.progress)
        if part is None:
            return
        self.part = self.parts = 1  # the whole rest is one part, so that it ends with the closing music
        before_part = self.progress
        async for draft in self.pipeline.template.write(self._build_part_request(part)):
            self.progress = before_part.add_draft(draft)
            self.card_updater.schedule_update(self.build_view)

    def _build_part_request(self, part: SourcePart) -> PartRequest:
        request = PartRequest(
            ebook_title=self.view.ebook_title,
            chapter_number=self.run.chapter_number,
            title=self.request.title,
            theme=self.request.theme,
            notes=self.request.notes,
            hook=self.request.hook,
            language=self.request.language,
            paragraphs=part.paragraphs,
            spans=part.spans,
            part=self.part,
            parts=self.parts,
            cast=self.progress.cast,
            previous_cues=self.progress.cues[-_PREVIOUS_CUES:],
            first_cue=len(self.progress.cues) + 1,
            bible=self.bible,
            scenes=self.progress.scenes,
        )
        revision = self.request.revision
        return request if revision is None else complete_request(request, part, revision, self.progress.cues)

    async def _save_checkpoint(self, *, force: bool = False) -> None:
        """Saves the progress and renews the lease, unless that was done a moment ago."""
        if self.pipeline.saves_only_parts and not force:
            return
        now = asyncio.get_running_loop().time()
        if force or now - self._checkpoint_at >= _CHECKPOINT_SECONDS:
            self._checkpoint_at = now
            try:
                await self._renew_lease(self.progress.model_dump_json())
            except DatabaseUnavailableError as outage:
                # The lease may last longer than the outage, and the next checkpoint holds what this one would have held.
                _log.warning("run %s goes on without a checkpoint, because %s", self.run.id, outage.reason)

    @read_transaction
    async def _read_context(self, tx: ReadTransaction) -> tuple[RunView, SeriesBible]:
        view = await read_run_view(tx, self.run)
        order = (await tx.batches.get(self.run.batch_id)).chapter_order if self.run.batch_id else None
        bible = await read_bible(
            tx, self.run.ebook_id, self.run.chapter_number, with_proposals=order is ChapterOrder.STORY
        )
        return view, bible

    @write_transaction
    async def _renew_lease(self, tx: WriteTransaction, progress: str) -> None:
        await tx.runs.renew(self.run.id, self.run.lease, self.pipeline.lease_duration, progress=progress)

    @write_transaction
    async def _store(self, tx: WriteTransaction, finished: FinishedRun | FinishedRevision) -> str:
        return await finished.store(tx)
