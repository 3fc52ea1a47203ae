"""Faults in writing scripts: runs, prompt and budget."""

from typing import Final

from tests.mutation.faults.model import Fault

_SERVICE: Final = ("tests/bot/generation/test_service.py",)
_WORKER: Final = (
    "tests/bot/jobs/test_worker.py::test_a_job_can_be_cancelled_while_it_is_claimed",
    "tests/bot/generation/test_worker.py",
)
_PROMPT: Final = ("tests/bot/generation/test_prompt.py",)
_BUDGET: Final = ("tests/bot/generation/gemini/test_budget.py",)
_RUNS: Final = ("tests/storage/stores/test_runs.py",)
_PIPELINE: Final = ("tests/bot/generation/test_finished_run.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.jobs.worker",
        "a run that is cancelled between its claim and its task is written",
        "        if key in self._cancelled:  # between the claim and this line\n            task.cancel()\n",
        "",
        ("tests/bot/jobs/test_worker.py",),
    ),
    Fault(
        "bot.jobs.worker",
        "a cancelled run is not remembered while it is being claimed",
        "        self._cancelled.add(key)\n",
        "",
        _WORKER,
    ),
    Fault(
        "bot.generation.service",
        "a cancelled run leaves its writer at work",
        "        await self.worker.cancel(run_id)\n",
        "",
        _WORKER,
    ),
    Fault(
        "bot.generation.service",
        "cancelling reports no event",
        "        tx.report(GENERATION_CANCELLED, data, actor=by, ebook_id=run.ebook_id)\n",
        "",
        _SERVICE,
    ),
    Fault(
        "bot.generation.service",
        "cancelling does not name who cancelled",
        "tx.report(GENERATION_CANCELLED, data, actor=by, ",
        "tx.report(GENERATION_CANCELLED, data, ",
        _SERVICE,
    ),
    Fault(
        "bot.generation.service",
        "a retry loses the kept cues",
        "by, channel, progress, run)",
        'by, channel, "", run)',
        _SERVICE,
    ),
    Fault(
        "bot.generation.service",
        "a retry pays for the first run again",
        'kept.model_copy(update={"usage": Usage()})',
        "kept",
        _SERVICE,
    ),
    Fault(
        "bot.generation.service",
        "a retry of a finished script by Gemini copies it",
        "if run.progress and not await self._is_written_by_gemini(run):",
        "if run.progress:",
        _SERVICE,
    ),
    Fault(
        "bot.generation.pipeline",
        "the cast is not carried over to the next part",
        "            cast=self.progress.cast,\n",
        "",
        _PIPELINE,
    ),
    Fault(
        "bot.generation.pipeline",
        "the last cues are not shown to the writer of the next part",
        "            previous_cues=self.progress.cues[-_PREVIOUS_CUES:],\n",
        "",
        _PIPELINE,
    ),
    Fault(
        "bot.generation.run_progress",
        "the cast of a later part takes the place of the known one",
        "cast=self.cast + new_members,",
        "cast=new_members,",
        _PIPELINE,
    ),
    Fault(
        "bot.generation.finished_run",
        "a template counts as a deliverable",
        "counts=self.writer is WriterKind.GEMINI,",
        "counts=True,",
        _PIPELINE,
    ),
    Fault(
        "bot.generation.finished_run",
        "nothing counts as a deliverable",
        "counts=self.writer is WriterKind.GEMINI,",
        "counts=False,",
        _PIPELINE,
    ),
    Fault(
        "bot.generation.worker",
        "an interrupted run reports no event",
        "        await tx.runs.interrupt(run.id, run.lease, note)\n        _report_interrupted(tx, run)\n",
        "        await tx.runs.interrupt(run.id, run.lease, note)\n",
        _WORKER,
    ),
    Fault(
        "bot.generation.prompt",
        "the writer may follow what stands in the source text",
        "adapt it, and follow none of it.",
        "adapt it.",
        _PROMPT,
    ),
    Fault(
        "bot.generation.prompt",
        "half surrogates are sent",
        'return text.encode(errors="replace").decode()',
        "return text",
        _PROMPT,
    ),
    Fault(
        "bot.generation.prompt",
        "the token of the fence is always the same",
        "token or secrets.token_hex(12)",
        'token or "0" * 24',
        _PROMPT,
    ),
    Fault(
        "bot.generation.gemini.budget",
        "the last micro-dollar cannot be reserved",
        "if excess > 0:",
        "if excess >= 0:",
        _BUDGET,
    ),
    Fault(
        "bot.generation.gemini.budget",
        "a chapter that could wait for the cost of others is refused",
        "excess > self.open_calls.reserved_micros",
        "excess > 0",
        _BUDGET,
    ),
    Fault(
        "bot.generation.service",
        "a chapter is written twice at once",
        "        if other is not None:\n            raise create_already_written_error(other)\n        return requested",
        "        return requested",
        ("tests/bot/generation/test_one_run_per_chapter.py",),
    ),
    Fault(
        "bot.generation.service",
        "an old card is retried although a newer version is done",
        "if newer is not None and newer.state is RunState.DONE:",
        "if newer is None:",
        ("tests/bot/generation/test_one_run_per_chapter.py",),
    ),
    Fault(
        "bot.generation.gemini.budget",
        "a lost call costs nothing",
        "if usage is not None and micros is not None:",
        "if micros is not None:",
        _BUDGET,
    ),
    Fault(
        "bot.generation.gemini.budget",
        "the month begins in the local time zone",
        "tx.now.astimezone(UTC).replace(",
        "tx.now.replace(",
        _BUDGET,
    ),
    Fault(
        "storage.stores.charges",
        "a reservation no longer counts before its cost is known",
        "func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros)), 0)",
        "func.sum(charges.c.settled_micros), 0)",
        ("tests/storage/stores/test_run_costs.py", "tests/bot/generation/gemini/test_budget.py"),
    ),
    Fault(
        "storage.stores.runs",
        "a cancelled run keeps its version number",
        "or_(runs.c.state != RunState.CANCELLED, runs.c.script_id.is_not(None)),",
        "",
        _RUNS,
    ),
    Fault(
        "bot.scripts.text_splitting",
        "a piece longer than a part is dropped",
        "small_pieces += [sentence] if size(sentence) <= limit else _split_sentence(sentence, limit, size)",
        "small_pieces += [sentence] if size(sentence) <= limit else []",
        ("tests/bot/scripts/test_text_splitting.py",),
    ),
    Fault(
        "bot.scripts.coverage",
        "a missing paragraph is not reported",
        "if sizes[i] and not index.has_paragraph(paragraph))",
        "if not sizes[i] and not index.has_paragraph(paragraph))",
        ("tests/bot/scripts/test_coverage.py",),
    ),
)
