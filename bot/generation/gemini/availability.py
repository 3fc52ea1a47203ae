"""Whether Gemini is worth asking: after repeated failures it is left alone for a while instead of being asked again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock, utcnow
from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.jobs.circuit_breaker import CircuitBreaker

FAILURES_IN_A_ROW: Final = 5
"""Chapters in a row that Gemini could not serve. Fewer would let one bad minute stop eight parallel chapters."""
_FIRST_REST: Final = timedelta(minutes=1)
"""Most overloads that were seen ended within a minute."""
_LONGEST_REST: Final = timedelta(minutes=15)
"""Somebody who repairs the key should not have to wait longer than this."""

# Errors that say something about Gemini or our account, and nothing about one chapter.
_ABOUT_GEMINI: Final = {
    GenerationErrorKind.BAD_KEY,
    GenerationErrorKind.NO_PERMISSION,
    GenerationErrorKind.MODEL_GONE,
    GenerationErrorKind.QUOTA_NONE,
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.TIMED_OUT,
}


@dataclass(slots=True)
class GeminiAvailability:
    """The circuit breaker in front of Gemini, shared by all runs of the process."""

    clock: Clock = utcnow
    _breaker: CircuitBreaker = field(init=False)

    def __post_init__(self) -> None:
        self._breaker = CircuitBreaker(
            failures_in_a_row=FAILURES_IN_A_ROW, first_rest=_FIRST_REST, longest_rest=_LONGEST_REST, clock=self.clock
        )

    @property
    def resting_until(self) -> datetime | None:
        """The moment from which Gemini is asked again; None where it may be asked now."""
        return self._breaker.open_until

    def require_available(self) -> None:
        """Returns where Gemini may be asked.

        Raises:
            GenerationError: of kind RESTING, during a rest.
        """
        until = self.resting_until
        if until is not None:
            raise create_error(GenerationErrorKind.RESTING, back_at=until)

    def record_success(self) -> None:
        """Gemini has written something."""
        self._breaker.record_success()

    def record_error(self, error: GenerationError) -> None:
        """Gemini could not serve a chapter with any model or attempt; errors about the chapter itself do not count."""
        if error.kind in _ABOUT_GEMINI:
            self._breaker.record_failure()
