"""Faults in batches: whole books written chapter by chapter."""

from typing import Final

from tests.mutation.faults.model import Fault

_SERVICE_TESTS: Final = ("tests/bot/batches/test_service.py",)

FAULTS: Final = (
    Fault(
        "bot.generation.worker",
        "a chapter of a batch fails where the process ends in an ordinary way",
        "goes_on = run.batch_id is not None or (not self.database.exclusive and run.attempts == 0)",
        "goes_on = not self.database.exclusive and run.attempts == 0",
        _SERVICE_TESTS,
    ),
    Fault(
        "bot.generation.worker",
        "the request that an ordinary end cuts off is not counted as lost",
        "await tx.batches.add_lost_requests(Counter([run.batch_id] if run.batch_id else []))",
        "pass",
        _SERVICE_TESTS,
    ),
    Fault(
        "bot.generation.pipeline",
        "a process without a key writes a batch of templates",
        "if self.run.batch_id is not None and not self.pipeline.has_template_batches:",
        "if False:",
        _SERVICE_TESTS,
    ),
    Fault(
        "bot.batches.batch_view",
        "a template in Gemini's place counts as a failure",
        'chapter.error in {"", NO_KEY}',
        "not chapter.error",
        _SERVICE_TESTS,
    ),
    Fault(
        "storage.stores.runs",
        "a chapter of a batch comes before a script that somebody waits for",
        "runs.c.batch_id.is_not(None), runs.c.created_at, runs.c.chapter_number, runs.c.id",
        "runs.c.created_at, runs.c.chapter_number, runs.c.id",
        _SERVICE_TESTS,
    ),
    Fault(
        "cogs.views.batch_card",
        "the bar of a cancelled batch is full",
        "ended = len(view.done) + len(view.failed)",
        "ended = total - len(view.live)",
        ("tests/cogs/test_batch.py",),
    ),
)
