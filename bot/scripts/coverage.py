"""Which paragraphs of the source are found again in a script: a check that nothing was silently lost.

Compared are runs of three words (in scripts without spaces: characters), so no language needs to be known. An adaptation
may drop a speech tag or turn a sentence into a sound; a paragraph counts as found when half of it is.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from bot.scripts.models import Cue, Value
from bot.scripts.text_splitting import sentences
from bot.scripts.text_units import is_dense, normalized_units

ENOUGH: Final = 0.5
"""The share of a paragraph's words that must be found."""
_TAIL: Final = 40
_QUOTE_END: Final = re.compile(r"(?<=[”\"»」’])\s+")
"""How many of the last cues can belong to a paragraph that was broken off."""
_RUN: Final = 3
_LOOSE: Final = 0.7  # of a sentence's words inside one cue: reworded, or made a sound
_TAG: Final = 6  # units; what stands beside a quotation and is no longer than this may be a speech tag
_QUOTES: Final = re.compile('["“”„«»「」『』‹›]')
_REACH: Final = 60  # units that an adaptation may insert between two paragraphs before they no longer follow each other
_SKIPPABLE: Final = 2  # paragraphs in a row that may be missing between two that are found

_Places = dict[tuple[str, ...], list[int]]  # where in the script each run begins, in order


class Coverage(Value):
    """``share`` of the source's words (0 to 1) that stand in paragraphs found, and the indexes of those not found."""

    share: float
    missing: tuple[int, ...]


def coverage(paragraphs: Sequence[str], cues: Iterable[Cue]) -> Coverage:
    """What of the source is in the script, in whatever order. A source without words is covered."""
    script = _Script([normalized_units(cue.text) for cue in cues])
    sizes = [len(normalized_units(paragraph)) for paragraph in paragraphs]
    missing = tuple(i for i, paragraph in enumerate(paragraphs) if sizes[i] and not script.has(paragraph))
    total = sum(sizes)
    lost = sum(sizes[i] for i in missing)
    return Coverage(share=1 - lost / total if total else 1.0, missing=missing)


def resume_after(paragraphs: Sequence[str], cues: Sequence[Cue]) -> int:
    """The index of the first paragraph that the kept cues have not told to its end, for continuing a broken stream.

    Paragraphs are followed in their order through the cues, so that a refrain further on is not mistaken for progress. In doubt
    the answer is the earlier paragraph: told twice can be cut, lost cannot be heard. ``len(paragraphs)`` means all is told.
    """
    told = [unit for cue in cues for unit in normalized_units(cue.text)]
    places: _Places = {}
    for at in range(len(told)):
        for length in range(1, _RUN + 1):
            places.setdefault(tuple(told[at : at + length]), []).append(at)
    last, whole, cursor = -1, True, 0
    for index, paragraph in enumerate(paragraphs):
        if index - last - 1 > _SKIPPABLE:
            break
        found, end, closed = _follow(normalized_units(paragraph), places, cursor)
        if found >= ENOUGH:
            last, whole, cursor = index, closed or _tail_is_tag(paragraph, places, end), end
    return last + 1 if whole else last


def remaining_text(paragraph: str, cues: Sequence[Cue]) -> str:
    """The paragraph from the first words on that the last cues do not hold word for word: what is left of a broken one."""
    words = [unit for cue in cues[-_TAIL:] if cue.kind.spoken for unit in normalized_units(cue.text)]
    told = f" {' '.join(words)} "
    left = sentences(paragraph)
    while left and f" {' '.join(normalized_units(left[0]))} " in told:
        del left[0]
    return " ".join([_after_quotes(left[0], words), *left[1:]]) if left else ""


def _after_quotes(sentence: str, told: list[str]) -> str:
    """The sentence without the quotations at its beginning with which the told words end."""
    pieces = _QUOTE_END.split(sentence)
    for number in range(len(pieces) - 1, 0, -1):
        words = normalized_units(" ".join(pieces[:number]))
        if words and told[-len(words) :] == words:
            return " ".join(pieces[number:])
    return sentence


def _follow(words: list[str], places: _Places, start: int) -> tuple[float, int, bool]:
    """How much of ``words`` follows ``start``, where that ends, and whether their end is among it. No words follow anything."""
    if not words:
        return 1.0, start, True
    length = min(_RUN, len(words))
    runs = [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
    hits, cursor, closed = 0, start, False
    for run in runs:
        where = places.get(run, [])
        at = bisect_left(where, cursor)
        closed = at < len(where) and where[at] - cursor <= _REACH
        if closed:
            hits, cursor = hits + 1, where[at] + 1
    return hits / len(runs), cursor, closed


def _tail_is_tag(paragraph: str, places: _Places, end: int) -> bool:
    """Whether only a speech tag after the last quotation is untold, which an adaptation may drop."""
    head, *tail = paragraph.rsplit(_last_quote(paragraph), 1)
    if not tail or len(normalized_units(tail[0])) > _TAG:
        return False
    words = normalized_units(head)
    return _follow(words[-_RUN:], places, max(0, end - _REACH))[2]


def _last_quote(paragraph: str) -> str:
    return next((sign for sign in reversed(paragraph) if _QUOTES.match(sign)), "\0")


class _Script:
    """A script's words, by run and by cue."""

    def __init__(self, cues: list[list[str]]) -> None:
        flow = [unit for cue in cues for unit in cue]
        self._runs = {
            tuple(flow[at : at + length]) for length in range(1, _RUN + 1) for at in range(len(flow) - length + 1)
        }
        self._cues: defaultdict[str, set[int]] = defaultdict(set)
        for number, cue in enumerate(cues):
            for unit in cue:
                self._cues[unit].add(number)

    def has(self, paragraph: str) -> bool:
        """Whether enough of the paragraph is found; short text beside a quotation is not counted against it."""
        spoken = bool(_QUOTES.search(paragraph))
        found = lost = 0
        for stretch in _QUOTES.split(paragraph):
            for sentence in sentences(stretch):
                words = normalized_units(sentence)
                if not words:
                    continue
                if self._has_words(words):
                    found += len(words)
                elif not (spoken and len(words) <= _TAG):
                    lost += len(words)
        return found > 0 and found >= ENOUGH * (found + lost)

    def _has_words(self, words: list[str]) -> bool:
        length = min(_RUN, len(words))
        runs = [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
        if sum(run in self._runs for run in runs) >= ENOUGH * len(runs):
            return True
        # Single characters are shared by too many sentences to say anything; a single common word likewise.
        if len(words) < _RUN or sum(map(is_dense, words)) > len(words) / 2:
            return False
        distinct = set(words)
        per_cue = Counter(number for word in distinct for number in self._cues.get(word, ()))
        return bool(per_cue) and max(per_cue.values()) >= _LOOSE * len(distinct)
