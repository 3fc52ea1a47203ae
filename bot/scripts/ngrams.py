"""Runs of consecutive words, the unit in which a chapter and its script are compared.

Runs of three words (in scripts without spaces: characters) need no knowledge of the language, and rarely repeat by chance.
"""

import re
from typing import Final

NGRAM_LENGTH: Final = 3
"""Words in one n-gram. Pairs repeat all over a chapter; runs of four no longer survive small edits."""

MIN_MATCH: Final = 0.5
"""The share (0 to 1) of a paragraph's or a sentence's words that counts as a match. An adaptation may drop a speech tag or
turn half a sentence into a sound."""

MAX_TAG_UNITS: Final = 6
"""The most words of a speech tag ("said the old woman by the well"). Text beside a quotation that is no longer than this may
be missing from a script."""

QUOTATION_MARKS: Final = re.compile('["“”„«»「」『』‹›]')


def build_ngrams(words: list[str]) -> list[tuple[str, ...]]:
    """All runs of ``NGRAM_LENGTH`` consecutive words, in order; one shorter run where there are fewer words."""
    length = min(NGRAM_LENGTH, len(words))
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
