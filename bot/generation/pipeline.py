"""Writes one leased run from its first paragraph, or from where it was left, to a stored script."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.clock import Wait
from bot.event_names import GENERATION_COMPLETED, GENERATION_FAILED, GENERATION_FELL_BACK, GRANT_LOG_ADDED, SCRIPT_ADDED
from bot.generation.card_updater import CardUpdater
from bot.generation.request import Progress, ScriptRequest
from bot.generation.run_view import RunView
from bot.generation.writer import GenerationError, PartRequest, Writer
from bot.ports import RunCards
from bot.scripts import coverage, text_splitting, timing
from bot.scripts.models import Draft, Script, WriterKind
from storage import Database, ReadTransaction, WriteTransaction
from storage.stores.ebooks import Ebook
from storage.stores.runs import Run

_log = logging.getLogger(__name__)
NO_KEY = "No Gemini key is set. Ask your operator for GOOGLE_API_KEY to have chapters written by Gemini."
_CHECKPOINT_SECONDS = 2.0
_CARRIED_CUES = 6  # how many of the last cues a writer is shown, so that it goes on and does not repeat

OnWait = Callable[[str, float], Awaitable[None]]
WriterFactory = Callable[[Run, OnWait], Writer]
"""Makes the real writer for one run."""


@dataclass(frozen=True, slots=True)
class GenerationPipeline:
    """Everything that writing a run needs. ``writer_factory`` is None where there is no key: the template writes then."""

    database: Database
    template: Writer
    card: RunCards
    wait: Wait
    lease: timedelta
    writer_factory: WriterFactory | None = None

    async def write(self, run: Run) -> str:
        """The id of the finished script. Every complete cue is kept on the way; the run is ``done`` at the end."""
        return await _Job(self, run).write()


class _Job:
    """One run being written."""

    def __init__(self, engine: GenerationPipeline, run: Run) -> None:
        self.engine = engine
        self.run = run
        self.order = ScriptRequest.model_validate_json(run.request)
        # Paragraphs longer than a part are cut here, once, so that an index means the same for every part.
        self.paragraphs = tuple(
            piece for part in text_splitting.parts(text_splitting.paragraphs(run.content)) for piece in part
        )
        self.progress = Progress.model_validate_json(run.progress) if run.progress else Progress()
        self.part, self.parts = 1, 1
        self.waiting = ""
        self.view = RunView(run, run.ebook_id, self.order.title, self.order.theme)
        self.card_updater = CardUpdater(engine.card, engine.wait)
        self._checkpoint_at = 0.0

    async def write(self) -> str:
        await self._look_up()
        self.card_updater.paint(self._view)
        fault: GenerationError | None = None
        try:
            if self.engine.writer_factory is not None:
                try:
                    await self._write_with(self.engine.writer_factory(self.run, self._wait))
                except GenerationError as raised:
                    fault = raised
                    _log.info("run %s: %s (%s)", self.run.id, raised.sentence, raised.kind)
            by_gemini = self.engine.writer_factory is not None and fault is None
            # The run keeps what Gemini finished, and that alone: a later try goes on from there.
            kept = self.progress.model_dump_json() if self.progress.cues else ""
            if not by_gemini:
                await self._write_rest_with_template()
        finally:
            await self.card_updater.close()
        return await self._store(fault, kept, by_gemini=by_gemini)

    async def _look_up(self) -> None:
        async def work(tx: ReadTransaction) -> tuple[Ebook | None, dict[str, int]]:
            ebook = await tx.ebooks.find(self.run.ebook_id)
            return ebook, await tx.members.get_discord_ids([self.run.member_id] if self.run.member_id else [])

        ebook, by = await self.engine.database.read_shielded(work)
        self.view = replace(
            self.view, ebook_title=ebook.title if ebook else self.run.ebook_id, by=next(iter(by.values()), None)
        )

    async def _write_with(self, writer: Writer) -> None:
        """Goes through the chapter part by part; the progress is complete afterwards.

        At a fault it is what was complete until then.
        """
        self._skip_what_is_written()
        self.part = 1
        while (start := self.progress.next_paragraph) < len(self.paragraphs):
            rest = text_splitting.parts(self.paragraphs[start:])
            self.parts = self.part + len(rest) - 1
            base = self.progress
            async with aclosing(writer.write(self._assignment(rest[0]))) as drafts:
                async for draft in drafts:
                    self.waiting = ""
                    self.progress = _merged(base, draft)
                    self.card_updater.paint(self._view)
                    await self._checkpoint()
            self.progress = self.progress.model_copy(update={"next_paragraph": start + len(rest[0])})
            self.part += 1
            await self._checkpoint(force=True)

    async def _write_rest_with_template(self) -> None:
        """What Gemini has finished stays; the rest of the chapter becomes a skeleton."""
        self._skip_what_is_written()
        rest = self.paragraphs[self.progress.next_paragraph :]
        if not rest and self.progress.cues:
            return
        self.part = self.parts = 1  # all that is left at once, to the closing music
        base = self.progress
        async for draft in self.engine.template.write(self._assignment(rest)):
            self.progress = _merged(base, draft)
            self.card_updater.paint(self._view)

    def _skip_what_is_written(self) -> None:
        """Moves to the first paragraph that the kept cues do not cover, and in it to the first sentence."""
        if not self.progress.cues:
            return
        covered = coverage.resume_after(self.paragraphs, self.progress.cues)
        first = max(self.progress.next_paragraph, covered)
        if first < len(self.paragraphs):
            rest = coverage.remaining_text(self.paragraphs[first], self.progress.cues)
            if rest:
                self.paragraphs = (*self.paragraphs[:first], rest, *self.paragraphs[first + 1 :])
            else:
                first += 1
        self.progress = self.progress.model_copy(update={"next_paragraph": first})

    def _assignment(self, paragraphs: tuple[str, ...]) -> PartRequest:
        return PartRequest(
            ebook_title=self.view.ebook_title,
            chapter_number=self.run.chapter_number,
            title=self.order.title,
            theme=self.order.theme,
            notes=self.order.notes,
            hook=self.order.hook,
            language=self.order.language,
            paragraphs=paragraphs,
            part=self.part,
            parts=self.parts,
            cast=self.progress.cast,
            before=self.progress.cues[-_CARRIED_CUES:],
            first_cue=len(self.progress.cues) + 1,
        )

    async def _checkpoint(self, *, force: bool = False) -> None:
        """Makes the cues safe, a few times a minute and not for every one."""
        now = asyncio.get_running_loop().time()
        if not force and now - self._checkpoint_at < _CHECKPOINT_SECONDS:
            return
        self._checkpoint_at = now
        text = self.progress.model_dump_json()

        async def work(tx: WriteTransaction) -> None:
            await tx.runs.renew(self.run.id, self.run.lease, self.engine.lease, progress=text)

        await self.engine.database.write(work)

    async def _wait(self, reason: str, seconds: float) -> None:
        self.waiting = f"{reason.rstrip('.')}, about {max(1, round(seconds))} s"
        self.card_updater.paint(self._view)

    def _view(self) -> RunView:
        cues, _ = timing.timed(self.progress.cues)
        written = sum(len(cue.text) for cue in cues if cue.kind.spoken)
        total = sum(map(len, self.paragraphs)) or 1
        return replace(
            self.view,
            part=min(self.part, self.parts),
            parts=self.parts,
            waiting=self.waiting,
            share=min(written / total, 1.0),
            cue_count=len(cues),
            seconds=cues[-1].start + cues[-1].seconds if cues else 0.0,
            last_cues=cues[-3:],
        )

    async def _store(self, fault: GenerationError | None, kept: str, *, by_gemini: bool) -> str:
        """Script, grant log, the events and the run's end: one transaction."""
        run, order, done = self.run, self.order, self.progress
        cues, running_time = timing.timed(done.cues)
        script = Script(
            title=done.title or order.title,
            logline=done.logline,
            cast=done.cast,
            cues=cues,
            language=order.language,
            running_time=running_time,
        )
        report = coverage.coverage(self.paragraphs, cues)
        writer = WriterKind.GEMINI if by_gemini else WriterKind.TEMPLATE

        async def work(tx: WriteTransaction) -> str:
            cost = await tx.runs.sum_costs(run_id=run.id)
            script_id = await tx.scripts.add(
                ebook_id=run.ebook_id,
                chapter_number=run.chapter_number,
                version=run.version,
                title=order.title,
                theme=order.theme,
                hook=order.hook,
                writer=writer.value,
                model=done.model,
                body=script.model_dump_json(),
                error="" if by_gemini else fault.text if fault is not None else NO_KEY,
                coverage=report.model_dump_json(),
                tokens=done.usage.total,
                cost_micros=cost,
                seconds=(running_time.low + running_time.high) // 2,
                run_id=run.id,
                member_id=run.member_id,
            )
            metadata = {"chapter_number": run.chapter_number, "theme": order.theme, "affiliate_hook": order.hook}
            document: dict[str, object] = {
                "eventType": "ebook_created",
                "ebookId": run.ebook_id,
                "metadata": metadata,
                "created_at": tx.now.isoformat(),
            }
            if not by_gemini:
                document["writer"] = WriterKind.TEMPLATE.value
            log_id = await tx.scripts.add_grant_log(
                document, ebook_id=run.ebook_id, script_id=script_id, counts=by_gemini
            )
            report_event = partial(tx.report, member_id=run.member_id, ebook_id=run.ebook_id)
            if fault is not None:
                failure = {
                    "run_id": run.id,
                    "reason": fault.kind.value,
                    "model": fault.model,
                    "sentence": fault.sentence,
                }
                report_event(GENERATION_FAILED, failure)
                report_event(GENERATION_FELL_BACK, {"run_id": run.id, "from": fault.model, "to": writer.value})
            report_event(SCRIPT_ADDED, {"doc_id": script_id})
            report_event(GRANT_LOG_ADDED, {"doc_id": log_id})
            ids = {"ebook_id": run.ebook_id, "script_id": script_id, "grant_log_id": log_id}
            report_event(GENERATION_COMPLETED, ids)
            await tx.runs.finish(run.id, run.lease, script_id=script_id, cost_micros=cost, progress=kept)
            return script_id

        return await self.engine.database.write(work)


def _merged(base: Progress, draft: Draft) -> Progress:
    """``base`` with what ``draft`` adds: the first part names the script, every part may add voices."""
    known = {member.name.casefold() for member in base.cast}
    added = tuple(member for member in draft.cast if member.name.casefold() not in known)
    return Progress(
        title=base.title or draft.title,
        logline=base.logline or draft.logline,
        cast=base.cast + added,
        cues=base.cues + draft.cues,  # numbered from the assignment's first cue on
        next_paragraph=base.next_paragraph,
        model=draft.model or base.model,
        usage=base.usage + draft.usage,
    )
