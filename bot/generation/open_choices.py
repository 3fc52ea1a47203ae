"""Script requests that wait for a person to choose the text of a file whose encoding cannot be told.

They are kept in memory: whoever requested the script is looking at the question, and after a restart the file is attached
again.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from bot.ebooks.chapter_text import ChapterText
from bot.errors import StateError
from bot.generation.request import ScriptRequest

_MOST_KEPT: Final = 50  # an unanswered question holds two texts; with more of them the oldest is dropped


@dataclass(slots=True)
class OpenChoices:
    """The open questions by their tokens."""

    _choices: dict[str, tuple[ScriptRequest, tuple[ChapterText, ...]]] = field(default_factory=dict)

    def add(self, request: ScriptRequest, texts: tuple[ChapterText, ...]) -> str:
        """The token of a new question: which of ``texts`` is the chapter's?"""
        while len(self._choices) >= _MOST_KEPT:
            del self._choices[next(iter(self._choices))]
        token = secrets.token_hex(8)
        self._choices[token] = request, texts
        return token

    def take(self, token: str, index: int) -> tuple[ScriptRequest, ChapterText]:
        """The request with the chosen text; the question is closed.

        Raises:
            StateError: the question is no longer open.
        """
        choice = self._choices.pop(token, None)
        if choice is None or index >= len(choice[1]):
            raise StateError("This question is no longer open.", "Run /script again and attach the file once more.")
        return choice[0], choice[1][index]
