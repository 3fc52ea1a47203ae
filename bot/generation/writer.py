"""The interface between a run and whoever writes: ``Writer``, and how writing fails.

There are two writers: ``gemini/writer.py`` asks Gemini, ``template.py`` works offline from the chapter's own text.
"""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.errors import MythError
from bot.generation.draft import Draft
from bot.generation.request import PartRequest
from bot.scripts.models import WriterKind


class Writer(Protocol):
    """Turns one part of a chapter into cues."""

    @property
    def kind(self) -> WriterKind:
        """Which writer this is, as it is stored with the script."""
        ...

    def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Yields drafts that grow; the last one is the complete part.

        Raises:
            GenerationError: the part could not be finished. The cues yielded before are complete and can be kept.
        """
        ...


class GenerationErrorKind(StrEnum):
    """The ways in which writing fails; each has its own sentence, hint and handling. The values are stored with events."""

    BAD_KEY = "bad_key"
    NO_PERMISSION = "no_permission"
    MODEL_GONE = "model_gone"  # retired, or not available to this account
    QUOTA_MINUTE = "quota_minute"
    QUOTA_DAY = "quota_day"
    QUOTA_NONE = "quota_none"  # a limit of 0: the model is not in the account's tier
    BUDGET = "budget"  # our own monthly budget
    BATCH_CAP = "batch_cap"  # the limit of one batch
    RESTING = "resting"  # our circuit breaker is open after too many failures
    BAD_REQUEST = "bad_request"
    OVERLOADED = "overloaded"  # a 5xx status, or HTML from a proxy
    PROMPT_BLOCKED = "prompt_blocked"
    OUTPUT_BLOCKED = "output_blocked"
    RECITATION = "recitation"
    TRUNCATED = "truncated"  # the output limit was reached
    THOUGHT_OUT = "thought_out"  # the output limit was reached by thinking alone
    EMPTY = "empty"
    MALFORMED = "malformed"  # not JSON
    WRONG_SHAPE = "wrong_shape"  # JSON, but not a script
    CUT_OFF = "cut_off"  # the stream ended without a finish reason
    STALLED = "stalled"  # nothing arrived for too long
    DISCONNECTED = "disconnected"
    UNKNOWN_END = "unknown_end"  # a finish reason that this version does not know
    TIMED_OUT = "timed_out"  # the whole call took too long


class GenerationError(MythError):
    """A writer could not finish. ``error_messages.create_error`` creates it with its sentence and hint.

    ``model`` is the model that was asked. ``reason`` is the API's own code for it (a block reason, a finish reason), never the
    text of a message. ``retry_after`` is in seconds, where the API named a wait. ``back_at`` is when a daily quota is renewed
    or the circuit breaker closes. ``limit`` is the value of the quota, where the API named it.
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
