"""Whether Gemini is worth asking: after repeated failures it is left alone for a while instead of being asked again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from bot.clock import Clock, utcnow
from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.jobs.circuit_breaker import CircuitBreaker
from bot.jobs.limit_states import LimitStates, LocalStates

T = TypeVar("T")
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
    """The circuit breaker in front of Gemini, shared by all runs, and by all processes that share ``states``."""

    clock: Clock = utcnow
    states: LimitStates | None = None

    async def get_resting_until(self) -> datetime | None:
        """The moment from which Gemini is asked again; None where it may be asked now."""
        return await self._use(lambda breaker: breaker.open_until)

    async def is_resting(self) -> bool:
        """Whether Gemini is left alone at the moment."""
        return await self.get_resting_until() is not None

    async def require_available(self) -> None:
        """Returns where Gemini may be asked.

        Raises:
            GenerationError: of kind RESTING, during a rest.
        """
        until = await self.get_resting_until()
        if until is not None:
            raise create_error(GenerationErrorKind.RESTING, back_at=until)

    async def record_success(self) -> None:
        """Gemini has written something."""
        await self._use(CircuitBreaker.record_success)

    async def record_error(self, error: GenerationError) -> None:
        """Gemini could not serve a chapter with any model or attempt; errors about the chapter itself do not count."""
        if error.kind in _ABOUT_GEMINI:
            await self._use(CircuitBreaker.record_failure)

    async def _use(self, act: Callable[[CircuitBreaker], T]) -> T:
        def apply(state: dict[str, Any], now: float) -> T:
            breaker = CircuitBreaker(
                failures_in_a_row=FAILURES_IN_A_ROW,
                first_rest=_FIRST_REST,
                longest_rest=_LONGEST_REST,
                clock=lambda: datetime.fromtimestamp(now, UTC),
            )
            breaker.restore(state)
            result = act(breaker)
            state.update(breaker.save())
            return result

        if self.states is None:
            self.states = LocalStates(lambda: self.clock().timestamp())
        return await self.states.change("gemini breaker", apply)
