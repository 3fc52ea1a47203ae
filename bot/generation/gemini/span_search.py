"""Finds the words of a cue among the spans, for a model that repeats them although it should not."""

from collections.abc import Sequence
from typing import Final

from bot.scripts.spans import Span
from bot.scripts.text_units import find_normalized_units

_MAX_SKIPPED: Final = 12
"""How many spans may be missing before the words. A model that skips more is not following the text any more."""


class SpanSearch:
    """Follows a script through the spans, from the first one on."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._words: dict[int, str] = {}
        self._next = 0

    def find_next(self, text: str) -> tuple[int, int] | None:
        """The first and the last of the next spans that the text contains; None where it contains none of them."""
        words = f" {' '.join(find_normalized_units(text))} "
        for start in range(self._next, min(self._next + _MAX_SKIPPED, len(self._spans))):
            end = start
            while end < len(self._spans) and self._is_in(end, words):
                end += 1
            if end > start:
                self._next = end
                return self._spans[start].n, self._spans[end - 1].n
        return None

    def _is_in(self, index: int, words: str) -> bool:
        if index not in self._words:
            self._words[index] = " ".join(find_normalized_units(self._spans[index].text))
        return bool(self._words[index]) and f" {self._words[index]} " in words
