"""The end of a run: its script, the grant log, the events and the run's new state, in one transaction."""

from dataclasses import dataclass
from functools import partial

from bot.ebooks.bible import store_proposals
from bot.event_names import GENERATION_COMPLETED, GENERATION_FAILED, GENERATION_FELL_BACK, GRANT_LOG_ADDED, SCRIPT_ADDED
from bot.generation.chapter_source import ChapterSource
from bot.generation.request import ScriptRequest
from bot.generation.run_progress import RunProgress
from bot.generation.writer import GenerationError
from bot.scripts.cue_lists import arrange
from bot.scripts.models import RunningTime, Script, WriterKind
from bot.scripts.scenes import mark_beginning
from storage import WriteTransaction
from storage.stores.chapters import digest_text
from storage.stores.runs import Run
from storage.stores.scripts import NewScript

NO_KEY = "No Gemini key is set. Ask your operator for GOOGLE_API_KEY to have chapters written by Gemini."


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """Everything that came of one run.

    ``progress`` is the whole chapter. ``kept_progress`` (JSON, or empty) is the part of it that Gemini finished; a retry
    continues from it. ``error`` is why Gemini could not finish, None where it did or was not asked.
    """

    run: Run
    request: ScriptRequest
    source: ChapterSource
    progress: RunProgress
    kept_progress: str
    writer: WriterKind
    error: GenerationError | None

    async def store(self, tx: WriteTransaction) -> str:
        """Stores the script and ends the run; returns the script's id.

        Raises:
            StaleStateError: the run was cancelled, or another process has taken it. Nothing is stored then.
        """
        run = self.run
        cost = await tx.charges.sum_costs(run_id=run.id)
        script_id = await tx.scripts.add(self._build_script(cost))
        await store_proposals(
            tx, self.progress.proposals, ebook_id=run.ebook_id, chapter_number=run.chapter_number, script_id=script_id
        )
        grant_log_id = await tx.grant_logs.add(
            self._build_grant_log(tx.now.isoformat()),
            ebook_id=run.ebook_id,
            script_id=script_id,
            counts=self.writer is WriterKind.GEMINI,
        )
        self._report_events(tx, script_id, grant_log_id)
        await tx.runs.finish(run.id, run.lease, script_id=script_id, cost_micros=cost, progress=self.kept_progress)
        return script_id

    def _build_script(self, cost_micros: int) -> NewScript:
        run, request, progress = self.run, self.request, self.progress
        unarranged = Script(
            title=progress.title or request.title,
            logline=progress.logline,
            cast=progress.cast,
            cues=(),
            language=request.language,
            running_time=RunningTime(low=0, high=0),
            mode=request.chosen_mode,
            cuts=progress.cuts,
            repairs=progress.repairs,
            scenes=mark_beginning(progress.scenes, progress.cues),
        )
        script = arrange(unarranged, progress.cues)
        return NewScript(
            ebook_id=run.ebook_id,
            chapter_number=run.chapter_number,
            version=run.version,
            title=request.title,
            theme=request.theme,
            hook=request.hook,
            writer=self.writer.value,
            model=progress.model,
            body=script.model_dump_json(),
            error=self._explain_template(),
            coverage=self.source.measure_coverage(progress, script.cues).model_dump_json(),
            tokens=progress.usage.total,
            cost_micros=cost_micros,
            seconds=script.running_time.middle,
            spoken_cues=script.spoken_cue_count,
            run_id=run.id,
            member_id=run.member_id,
            source_digest=digest_text(run.content),
        )

    def _explain_template(self) -> str:
        """Why the script is a template; empty where it is not."""
        if self.writer is WriterKind.GEMINI:
            return ""
        return NO_KEY if self.error is None else self.error.text

    def _build_grant_log(self, created_at: str) -> dict[str, object]:
        """The grant log in the predecessor's format. Only a template's entry names its writer."""
        request = self.request
        document: dict[str, object] = {
            "eventType": "ebook_created",
            "ebookId": self.run.ebook_id,
            "metadata": {
                "chapter_number": self.run.chapter_number,
                "theme": request.theme,
                "affiliate_hook": request.hook,
            },
            "created_at": created_at,
        }
        if self.writer is WriterKind.TEMPLATE:
            document["writer"] = self.writer.value
        return document

    def _report_events(self, tx: WriteTransaction, script_id: str, grant_log_id: str) -> None:
        run, error = self.run, self.error
        report = partial(tx.report, member_id=run.member_id, ebook_id=run.ebook_id)
        if error is not None:
            failure = {"run_id": run.id, "reason": error.kind.value, "model": error.model, "sentence": error.sentence}
            report(GENERATION_FAILED, failure)
            report(GENERATION_FELL_BACK, {"run_id": run.id, "from": error.model, "to": self.writer.value})
        report(SCRIPT_ADDED, {"doc_id": script_id})
        report(GRANT_LOG_ADDED, {"doc_id": grant_log_id})
        ids = {"ebook_id": run.ebook_id, "script_id": script_id, "grant_log_id": grant_log_id}
        report(GENERATION_COMPLETED, ids)
