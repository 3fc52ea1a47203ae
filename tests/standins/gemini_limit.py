"""The stand-in for Gemini with a limit of requests in a window of time."""

import time
from typing import Any

from tests.standins.gemini import GeminiStandIn
from tests.standins.gemini_scenarios import Play


class StrictGemini(GeminiStandIn):
    """Accepts ``limit`` requests to a model in any ``window`` (seconds) and refuses the rest, as the real API does."""

    def __init__(self, limit: int, window: float, **shape: Any) -> None:
        super().__init__(**shape)
        self.limit, self.window = limit, window
        self.accepted: dict[str, list[float]] = {}
        self.refused: list[float] = []

    def _next(self, model: str) -> Play:
        now = time.monotonic()
        accepted = self.accepted.setdefault(model, [])
        if sum(moment > now - self.window for moment in accepted) >= self.limit:
            self.refused.append(now)
            return Play("quota_minute", retry_in=0.5)
        accepted.append(now)
        return super()._next(model)

    @property
    def fullest_window(self) -> int:
        """The most requests to one model that were accepted in any window."""
        return max(
            sum(start <= moment < start + self.window for moment in accepted)
            for accepted in self.accepted.values()
            for start in accepted
        )
