"""Whether Gemini is worth asking: after repeated failures it is left alone for a while instead of being hammered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock, utcnow
from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationError, GenerationErrorKind

FAILURES: Final = 5
"""How many failures in a row make it rest."""
_FIRST_REST: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(minutes=15)

# Faults that say something about Gemini or our account, and nothing about one chapter.
_TELLING: Final = {
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
class Health:
    """Counts failures in a row. Each rest without a success after it is twice as long, up to a quarter of an hour."""

    clock: Clock = utcnow
    _failures: int = 0
    _rest: timedelta = _FIRST_REST
    _until: datetime | None = None

    @property
    def resting_until(self) -> datetime | None:
        """The end of the rest; None where there is none."""
        return self._until if self._until is not None and self._until > self.clock() else None

    def check(self) -> None:
        """Raises ``GenerationError`` of kind RESTING during a rest."""
        until = self.resting_until
        if until is not None:
            raise create_error(GenerationErrorKind.RESTING, back_at=until)

    def served(self) -> None:
        """Gemini has written something."""
        self._failures, self._rest, self._until = 0, _FIRST_REST, None

    def failed(self, found: GenerationError) -> None:
        """All models and attempts are used up."""
        if found.kind not in _TELLING or self.resting_until is not None:
            return  # what was under way when the rest began tells nothing new
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self.clock() + self._rest
            self._rest = min(self._rest * 2, _LONGEST_REST)
