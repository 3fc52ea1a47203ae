"""Plans of batches that wait for their confirmation. In memory: after a restart the command is typed again."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from bot.batches.plan import BatchOptions
from bot.errors import StateError

_MOST_KEPT: Final = 100  # plans are small; with more of them the oldest is dropped


@dataclass(slots=True)
class OpenPlans:
    """The options of open plans by their tokens."""

    _options: dict[str, BatchOptions] = field(default_factory=dict)

    def add(self, options: BatchOptions) -> str:
        """The token of a new plan, 16 hex characters."""
        while len(self._options) >= _MOST_KEPT:
            del self._options[next(iter(self._options))]
        token = secrets.token_hex(8)
        self._options[token] = options
        return token

    def take(self, token: str) -> BatchOptions:
        """The options of the plan, which is closed.

        Raises:
            StateError: it was confirmed or discarded, or the bot was restarted.
        """
        options = self._options.pop(token, None)
        if options is None:
            raise StateError("This plan is no longer open.", "Type `/batch start` again.")
        return options
