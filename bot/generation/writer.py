"""The seam between a run and whoever writes: ``Writer``, what it is asked for, and how it fails.

Two writers stand behind it: ``gemini.py`` (the real one) and ``template.py`` (honest, offline, from the chapter's own text).
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.errors import MythError
from bot.scripts.models import CastMember, Cue, Draft, WriterKind


@dataclass(frozen=True, slots=True)
class PartRequest:
    """One part of one chapter, with all that a writer may know about it.

    ``paragraphs`` is this part's own text; ``cast`` and ``before`` (the last cues already written) carry over from earlier
    parts, so that names stay and nothing is repeated. ``first_cue`` is the number of the first cue to write.
    """

    ebook_title: str
    chapter_number: int
    title: str
    theme: str
    paragraphs: tuple[str, ...]
    notes: str = ""
    hook: str = ""
    language: str = ""
    part: int = 1
    parts: int = 1
    cast: tuple[CastMember, ...] = ()
    before: tuple[Cue, ...] = ()
    first_cue: int = 1


class Writer(Protocol):
    """Turns an assignment into cues."""

    @property
    def kind(self) -> WriterKind:
        """Who this is, as it is recorded with the script."""
        ...

    def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Ever longer drafts; the last one before the end is complete.

        Raises ``GenerationError``. What was yielded before the fault stays good: those cues are complete.
        """
        ...


class GenerationErrorKind(StrEnum):
    """The ways in which writing goes wrong, each with its own sentence, hint and treatment."""

    BAD_KEY = "bad_key"
    NO_PERMISSION = "no_permission"
    MODEL_GONE = "model_gone"  # retired, or closed to this account
    QUOTA_MINUTE = "quota_minute"
    QUOTA_DAY = "quota_day"
    QUOTA_NONE = "quota_none"  # limit: 0, the model is not in this tier
    BUDGET = "budget"  # our own monthly limit
    RESTING = "resting"  # it failed too often; we leave it alone for a while
    BAD_REQUEST = "bad_request"
    OVERLOADED = "overloaded"  # 5xx, HTML from a proxy
    PROMPT_BLOCKED = "prompt_blocked"
    OUTPUT_BLOCKED = "output_blocked"
    RECITATION = "recitation"
    TRUNCATED = "truncated"  # out of output tokens
    THOUGHT_OUT = "thought_out"  # all output tokens spent on thinking
    EMPTY = "empty"
    MALFORMED = "malformed"  # not JSON
    WRONG_SHAPE = "wrong_shape"  # JSON, but no script
    CUT_OFF = "cut_off"  # the stream ended without a finish reason
    STALLED = "stalled"
    DISCONNECTED = "disconnected"
    UNKNOWN_END = "unknown_end"  # a finish reason this version does not know
    TIMED_OUT = "timed_out"  # the whole call took too long


class GenerationError(MythError):
    """A writer could not finish.

    ``kind`` says which of the ways; ``model`` who was asked; ``reason`` the API's own word for it (a block reason, a finish
    reason), never a message body; ``retry_after`` is in seconds where the API named a wait; ``back_at`` when a daily quota
    returns; ``limit`` is the quota's value where it was told.
    """

    def __init__(
        self,
        kind: GenerationErrorKind,
        sentence: str,
        hint: str = "",
        *,
        model: str = "",
        reason: str = "",
        retry_after: float | None = None,
        back_at: datetime | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(sentence, hint)
        self.kind = kind
        self.model = model
        self.reason = reason
        self.retry_after = retry_after
        self.back_at = back_at
        self.limit = limit
