"""The end of a revision: the new version with its history, the events and the run's new state, in one transaction."""

from dataclasses import dataclass
from functools import partial

from bot.ebooks.bible import store_proposals
from bot.event_names import SCRIPT_ADDED, SCRIPT_REVISED
from bot.generation.chapter_source import ChapterSource
from bot.generation.request import ScriptRequest
from bot.generation.revision import Revision
from bot.generation.run_progress import RunProgress
from bot.scripts.models import Script, WriterKind
from bot.scripts.recorded_counts import store_recorded_count
from bot.scripts.text_units import to_single_line
from storage import WriteTransaction
from storage.states import EditKind
from storage.stores.runs import Run
from storage.stores.scripts import NewScript

_MAX_NOTES = 300  # characters of the notes in the history's sentence


@dataclass(frozen=True, slots=True)
class FinishedRevision:
    """Everything that came of one revision; ``progress`` holds the rewritten cues."""

    run: Run
    request: ScriptRequest
    revision: Revision
    source: ChapterSource
    progress: RunProgress

    async def store(self, tx: WriteTransaction) -> str:
        """Stores the new version and ends the run; returns the script's id. The parent stays as it is.

        It is no deliverable of its own, so the grant log has no entry for it.

        Raises:
            StaleStateError: the run was cancelled, or another process has taken it. Nothing is stored then.
        """
        run, revision = self.run, self.revision
        await tx.runs.lock_book(
            run.ebook_id
        )  # a take that is logged in the same moment counts for this version as well
        cost = await tx.charges.sum_costs(run_id=run.id)
        script = revision.apply(self.progress)
        parent = await tx.scripts.get(revision.parent_id)
        new = NewScript(
            ebook_id=run.ebook_id,
            chapter_number=run.chapter_number,
            version=run.version,
            title=self.request.title,
            theme=self.request.theme,
            hook=self.request.hook,
            writer=WriterKind.GEMINI.value if revision.is_whole else parent.writer,  # the rest of a template stays one
            model=self.progress.model,
            body=script.model_dump_json(),
            error="" if revision.is_whole else parent.error,
            coverage=self._measure_coverage(script),
            tokens=self.progress.usage.total,
            cost_micros=cost,
            seconds=script.running_time.middle,
            spoken_cues=script.spoken_cue_count,
            run_id=run.id,
            member_id=run.member_id,
            source_digest=parent.source_digest,
            parent_id=parent.id,
            notes=revision.notes,
        )
        script_id = await tx.scripts.add(new)
        await self._add_history(tx, script_id, new.body, revision.count_restored(script.cues))
        await store_recorded_count(tx, script_id, script, run.ebook_id, run.chapter_number)
        # The synopsis of a few cues would not be the chapter's.
        proposals = self.progress.proposals.model_copy(update={"synopsis": ""})
        await store_proposals(
            tx, proposals, ebook_id=run.ebook_id, chapter_number=run.chapter_number, script_id=script_id
        )
        report = partial(tx.report, member_id=run.member_id, ebook_id=run.ebook_id)
        report(SCRIPT_ADDED, {"doc_id": script_id})
        data = {"script_id": script_id, "from": parent.id, "chapter_number": run.chapter_number, "version": run.version}
        report(SCRIPT_REVISED, data)
        await tx.runs.finish(run.id, run.lease, script_id=script_id, cost_micros=cost, progress="")
        return script_id

    async def _add_history(self, tx: WriteTransaction, script_id: str, body: str, restored: int) -> None:
        """The history begins with the parent's text, so that undoing the revision restores it.

        ``restored`` is how many cues speak words again that were deleted by hand.
        """
        revision, member_id = self.revision, self.run.member_id
        kept = revision.script.model_dump_json()
        origin = f"From version {revision.parent_version}"
        await tx.script_edits.add(script_id, EditKind.CREATED, origin, member_id=member_id, body=kept)
        notes = to_single_line(revision.notes)
        shown = notes if len(notes) <= _MAX_NOTES else f"{notes[: _MAX_NOTES - 1].rstrip()}…"
        back = f" ({_count_cues(restored)} deleted by hand spoken again)" if restored else ""
        summary = f"Revised {revision.subject}{back}: {shown}"
        await tx.script_edits.add(script_id, EditKind.CHANGED, summary, member_id=member_id, body=body)

    def _measure_coverage(self, script: Script) -> str:
        """Empty where the chapter's text is not known."""
        if not self.run.content:
            return ""
        cuts = RunProgress(cuts=script.cuts)
        return self.source.measure_coverage(cuts, script.cues).model_dump_json()


def _count_cues(count: int) -> str:
    return "1 cue" if count == 1 else f"{count} cues"
