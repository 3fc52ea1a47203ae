"""One call to a model: what is known about it, and how long it may take."""

import asyncio
from dataclasses import dataclass
from typing import Final

from bot.generation.draft import Usage


@dataclass(slots=True)
class CallReport:
    """What is known about one call, while it runs and afterwards.

    ``answering_model`` is the model that answered, which may differ from the one that was asked (retired names are routed).
    ``usage`` is None until the API reported it. ``is_finished`` is whether the API itself ended the response, so that the
    usage is complete. ``is_free`` is whether the API never began a response: nothing was sent, or only an error status came
    back.
    """

    model: str
    answering_model: str = ""
    usage: Usage | None = None
    is_finished: bool = False
    is_free: bool = True

    @property
    def billable_usage(self) -> Usage | None:
        """The tokens to pay for; None where they cannot be known."""
        if self.is_free:
            return Usage()
        return self.usage if self.is_finished else None


_MIN_SILENCE_SECONDS: Final = 10.0
"""How long a stream that has begun may be silent in any case, in seconds. Healthy streams pause for a few seconds."""


class Deadline:
    """The end of a call, ``seconds`` from now on the event loop's clock, which can be moved."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.restart()
        self._first_end = self._end

    def restart(self) -> None:
        """The whole time remains again."""
        self._end = asyncio.get_running_loop().time() + self._seconds

    def extend(self, seconds: float) -> None:
        """So many more seconds remain."""
        self._end += seconds
        self._first_end += seconds

    @property
    def allowed_silence(self) -> float:
        """Seconds for which nothing may arrive: until the first end, and after that only for a few seconds at a time.

        A restart therefore gives more time to a response that flows, and none to one that has stopped.
        """
        return max(_MIN_SILENCE_SECONDS, self._first_end - asyncio.get_running_loop().time())

    @property
    def remaining(self) -> float:
        """Seconds until the end; 0 after it."""
        return max(0.0, self._end - asyncio.get_running_loop().time())
