"""What becomes of a batch when Gemini cannot write one of its chapters now.

BatchWait    Gemini or the account needs time: the chapter waits, and so does the whole batch
BatchPause   a person has to do something

Every other error is the chapter's own: it fails alone, and the batch goes on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.event_names import BATCH_PAUSED, BATCH_WAITS
from bot.generation.writer import GenerationError, GenerationErrorKind
from storage import WriteTransaction
from storage.states import BatchState
from storage.stores.runs import Run

MAX_ATTEMPTS: Final = 5
"""So often Gemini may be overloaded or out of reach while a chapter is written; then it fails alone. Pauses do not count."""
_TRANSIENT_WAIT: Final = timedelta(minutes=1)
"""Most overloads that were seen ended within a minute."""
_LONGEST_WAIT: Final = timedelta(hours=24)
"""A daily quota is renewed within a day, whatever a response says."""

_NEEDS_A_PERSON: Final = {
    GenerationErrorKind.BAD_KEY,
    GenerationErrorKind.NO_PERMISSION,
    GenerationErrorKind.QUOTA_NONE,
    GenerationErrorKind.MODEL_GONE,
    GenerationErrorKind.BUDGET,
    GenerationErrorKind.BATCH_CAP,
}
_WAITS: Final = {GenerationErrorKind.QUOTA_DAY, GenerationErrorKind.RESTING}
_TRANSIENT: Final = {
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.TIMED_OUT,
    GenerationErrorKind.QUOTA_MINUTE,
}


_NO_ANSWER: Final = {
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.TIMED_OUT,
    GenerationErrorKind.MALFORMED,
}


@dataclass(frozen=True, slots=True)
class BatchWait:
    """The batch goes on by itself at this moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class BatchPause:
    """The batch waits for a person."""


def concerns_batch(run: Run, error: GenerationError) -> bool:
    """Whether the run belongs to a batch that the error stops, so that the chapter is not to become a template."""
    if run.batch_id is None:
        return False
    if error.kind in _TRANSIENT:
        return run.attempts + 1 < MAX_ATTEMPTS
    return error.kind in _NEEDS_A_PERSON or error.kind in _WAITS


def is_attempt(error: GenerationError) -> bool:
    """Whether the error counts against the chapter. A used-up quota or budget says nothing about it."""
    return error.kind in _TRANSIENT


def decide(run: Run, error: GenerationError, now: datetime) -> BatchWait | BatchPause:
    """What becomes of the batch of the run after an error that concerns it."""
    if error.kind in _NEEDS_A_PERSON:
        return BatchPause()
    if error.kind in _WAITS:
        return BatchWait(min(error.back_at or now + _LONGEST_WAIT, now + _LONGEST_WAIT))
    pause = timedelta(seconds=error.retry_after) if error.retry_after else _TRANSIENT_WAIT * (run.attempts + 1)
    return BatchWait(now + min(pause, _LONGEST_WAIT))


def is_passing(error: GenerationError) -> bool:
    """Whether the error ends by itself, so that the same request may succeed later."""
    return error.kind in _WAITS | _TRANSIENT


def may_have_arrived(error: GenerationError) -> bool:
    """Whether Gemini may have taken the request all the same: its answer was lost, or is no answer."""
    return error.kind in _NO_ANSWER


async def stop_job(tx: WriteTransaction, batch_id: str, error: GenerationError) -> None:
    """A batch that is written overnight waits, or is paused where a person has to do something."""
    batch = await tx.batches.get(batch_id)
    if batch.state is BatchState.RUNNING and is_passing(error):
        pause = timedelta(seconds=error.retry_after) if error.retry_after else _TRANSIENT_WAIT
        until = min(error.back_at or tx.now + pause, tx.now + _LONGEST_WAIT)
        await tx.batches.wait_until(batch_id, until, error.sentence)
    elif batch.state is BatchState.RUNNING:
        await tx.batches.pause(batch_id, error.text)
        data = {"batch_id": batch_id, "reason": error.kind.value}
        tx.report(BATCH_PAUSED, data, member_id=batch.member_id, ebook_id=batch.ebook_id)


async def stop_batch(tx: WriteTransaction, run: Run, error: GenerationError) -> None:
    """The batch of the run waits or is paused because of the error, with its sentence as the reason."""
    if run.batch_id is None or (await tx.batches.get(run.batch_id)).state is not BatchState.RUNNING:
        return
    decision = decide(run, error, tx.now)
    data = {"batch_id": run.batch_id, "chapter_number": run.chapter_number, "reason": error.kind.value}
    if isinstance(decision, BatchWait):
        await tx.batches.wait_until(run.batch_id, decision.until, error.sentence)
        tx.report(BATCH_WAITS, data, member_id=run.member_id, ebook_id=run.ebook_id)
    else:
        await tx.batches.pause(run.batch_id, error.text)
        tx.report(BATCH_PAUSED, data, member_id=run.member_id, ebook_id=run.ebook_id)
