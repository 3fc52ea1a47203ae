"""Where to resume a chapter whose script was broken off: the first paragraph, and in it the first text, not yet written."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from bot.scripts.models import Cue
from bot.scripts.ngrams import MAX_TAG_UNITS, MIN_MATCH, NGRAM_LENGTH, QUOTATION_MARKS, build_ngrams
from bot.scripts.text_splitting import split_sentences
from bot.scripts.text_units import find_normalized_units

_MAX_CUES_OF_PARAGRAPH: Final = 40
"""How many of the last cues can belong to the paragraph that was broken off. A cue is a sentence or two, so this is more than
any real paragraph needs; it keeps an earlier repetition of a sentence from counting."""

_MAX_INSERTED_UNITS: Final = 60
"""The most words an adaptation may insert between two stretches of the source before the second no longer counts as following
the first."""

_MAX_SKIPPED_PARAGRAPHS: Final = 2
"""The most consecutive paragraphs that may be missing between two that are found."""

_AFTER_QUOTATION: Final = re.compile(r"(?<=[”\"»」’])\s+")

_NgramPositions = dict[tuple[str, ...], list[int]]  # for each n-gram, where in the script it begins, ascending


def find_resume_paragraph(paragraphs: Sequence[str], cues: Sequence[Cue]) -> int:
    """The index of the first paragraph that ``cues`` do not contain to its end; ``len(paragraphs)`` if they contain all.

    Paragraphs are followed in their order through the cues, so that a refrain further on is not mistaken for progress. In
    doubt it is the earlier paragraph: a repetition can be cut later, a gap cannot be heard.
    """
    words = [word for cue in cues for word in find_normalized_units(cue.text)]
    positions: _NgramPositions = {}
    for at in range(len(words)):
        for length in range(1, NGRAM_LENGTH + 1):
            positions.setdefault(tuple(words[at : at + length]), []).append(at)
    last, is_complete, cursor = -1, True, 0
    for index, paragraph in enumerate(paragraphs):
        if index - last - 1 > _MAX_SKIPPED_PARAGRAPHS:
            break
        share, end, has_end = _follow_words(find_normalized_units(paragraph), positions, cursor)
        if share >= MIN_MATCH:
            last, cursor = index, end
            is_complete = has_end or _lacks_only_speech_tag(paragraph, positions, end)
    return last + 1 if is_complete else last


def find_remaining_text(paragraph: str, cues: Sequence[Cue]) -> str:
    """The end of a paragraph that was broken off, from the first sentence that the last cues do not contain word for word.

    Empty where they contain all of it.
    """
    words = [
        word for cue in cues[-_MAX_CUES_OF_PARAGRAPH:] if cue.kind.is_spoken for word in find_normalized_units(cue.text)
    ]
    written = f" {' '.join(words)} "
    remaining = split_sentences(paragraph)
    while remaining and f" {' '.join(find_normalized_units(remaining[0]))} " in written:
        del remaining[0]
    if not remaining:
        return ""
    return " ".join([_cut_written_quotations(remaining[0], words), *remaining[1:]])


def _cut_written_quotations(sentence: str, written: list[str]) -> str:
    """The sentence without those quotations at its beginning with which the written words end."""
    pieces = _AFTER_QUOTATION.split(sentence)
    for number in range(len(pieces) - 1, 0, -1):
        words = find_normalized_units(" ".join(pieces[:number]))
        if words and written[-len(words) :] == words:
            return " ".join(pieces[number:])
    return sentence


def _follow_words(words: list[str], positions: _NgramPositions, start: int) -> tuple[float, int, bool]:
    """Which share of ``words`` follows ``start`` in the script, where that stretch ends, and whether it has their last word.

    An empty list counts as following any position.
    """
    if not words:
        return 1.0, start, True
    ngrams = build_ngrams(words)
    matches, cursor, has_end = 0, start, False
    for ngram in ngrams:
        candidates = positions.get(ngram, [])
        at = bisect_left(candidates, cursor)
        has_end = at < len(candidates) and candidates[at] - cursor <= _MAX_INSERTED_UNITS
        if has_end:
            matches, cursor = matches + 1, candidates[at] + 1
    return matches / len(ngrams), cursor, has_end


def _lacks_only_speech_tag(paragraph: str, positions: _NgramPositions, end: int) -> bool:
    """Whether all that is missing is a speech tag after the last quotation, which an adaptation may drop."""
    head, *tail = paragraph.rsplit(_find_last_quotation_mark(paragraph), 1)
    if not tail or len(find_normalized_units(tail[0])) > MAX_TAG_UNITS:
        return False
    words = find_normalized_units(head)
    return _follow_words(words[-NGRAM_LENGTH:], positions, max(0, end - _MAX_INSERTED_UNITS))[2]


def _find_last_quotation_mark(paragraph: str) -> str:
    """The last quotation mark; NUL, which stands in no paragraph, where there is none."""
    return next((character for character in reversed(paragraph) if QUOTATION_MARKS.match(character)), "\0")
