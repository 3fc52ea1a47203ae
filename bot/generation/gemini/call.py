"""One call to a model: what is known of it, and how long it may take."""

import asyncio
from dataclasses import dataclass
from typing import Final

from bot.scripts.models import Usage


@dataclass(slots=True)
class CallReport:
    """What is known of one call while it runs and after: who answered, and what it used.

    ``usage`` is None until the API told it. ``finished`` is whether the API ended the answer itself, so that the usage is
    whole; ``free`` whether it never began one: nothing was sent, or all that came back was an error status.
    """

    model: str
    answered: str = ""
    usage: Usage | None = None
    finished: bool = False
    free: bool = True

    @property
    def known(self) -> Usage | None:
        """The tokens to pay for; None where they cannot be known."""
        if self.free:
            return Usage()
        return self.usage if self.finished else None


_PATIENCE: Final = 10.0


class Deadline:
    """A moment on the event loop's clock, ``seconds`` from now, that can be set anew."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()
        self._promised = self._end

    def renew(self) -> None:
        """The whole time is left again."""
        self._end = asyncio.get_running_loop().time() + self._seconds

    def extend(self, seconds: float) -> None:
        """So much more time is left."""
        self._end += seconds
        self._promised += seconds

    @property
    def silence(self) -> float:
        """How long nothing may come: until the time that was promised at first, and then only for a few seconds."""
        return max(_PATIENCE, self._promised - asyncio.get_running_loop().time())

    @property
    def left(self) -> float:
        """Seconds, never less than none."""
        return max(0.0, self._end - asyncio.get_running_loop().time())
