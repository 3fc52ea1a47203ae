"""Which paragraphs of the source are found in a script: the check that nothing was silently lost.

An adaptation may drop a speech tag or turn a sentence into a sound, so a paragraph counts as found when half of its words
are. See ``ngrams.py`` for how words are compared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from bot.scripts.models import Cue, Cut, FrozenModel
from bot.scripts.ngrams import MAX_TAG_UNITS, MIN_MATCH, NGRAM_LENGTH, QUOTATION_MARKS, build_ngrams
from bot.scripts.spans import Span
from bot.scripts.text_splitting import split_sentences
from bot.scripts.text_units import find_normalized_units, find_units, is_unspaced_character

_MIN_REWORDED_MATCH: Final = 0.7
"""The share (0 to 1) of a sentence's distinct words that must stand in one cue, in any order, for the sentence to count as
reworded. Higher than ``MIN_MATCH``, since words without their order match by chance more easily."""


class Coverage(FrozenModel):
    """How much of the source is in a script.

    ``share`` (0 to 1) is the share of the source's words that stand in paragraphs that were found; ``missing`` holds the
    indexes of the other paragraphs. In a faithful script nothing is found by comparison: ``is_counted`` is True, and ``share``
    counts the words that are spoken or cut with a reason, ``cut_share`` (0 to 1) those that are cut.
    ``altered_cues`` are those that a person has changed, whose words count as spoken, and those that a person has added.
    """

    share: float
    missing: tuple[int, ...]
    is_counted: bool = False
    cut_share: float = 0.0
    altered_cues: int = 0


def measure_coverage(paragraphs: Sequence[str], cues: Iterable[Cue]) -> Coverage:
    """How much of ``paragraphs`` is in ``cues``, in any order. Paragraphs without words count as found."""
    index = _ScriptIndex([find_normalized_units(cue.text) for cue in cues])
    sizes = [len(find_normalized_units(paragraph)) for paragraph in paragraphs]
    missing = tuple(i for i, paragraph in enumerate(paragraphs) if sizes[i] and not index.has_paragraph(paragraph))
    total = sum(sizes)
    missing_size = sum(sizes[i] for i in missing)
    return Coverage(share=1 - missing_size / total if total else 1.0, missing=missing)


def measure_spans(spans: Iterable[Span]) -> tuple[int, ...]:
    """How many words each of the spans has. It takes the most time of ``count_coverage``, and is the same for every script."""
    return tuple(len(find_units(span.text)) for span in spans)


def count_coverage(
    spans: Sequence[Span], cues: Iterable[Cue], cuts: Iterable[Cut], sizes: Sequence[int] | None = None
) -> Coverage:
    """How many of the words of ``spans`` are spoken or cut, by the spans that the cues and the cuts name.

    ``sizes`` are from ``measure_spans``, where they are known.
    """
    cues = list(cues)
    spoken_cues = [cue for cue in cues if cue.spans]
    spoken = {number for cue in spoken_cues if cue.spans for number in range(cue.spans[0], cue.spans[1] + 1)}
    left_out = {number for cut in cuts for number in range(cut.first, cut.last + 1)}
    total = found = cut_units = 0
    for span, units in zip(spans, measure_spans(spans) if sizes is None else sizes, strict=True):
        total += units
        found += units if span.n in spoken or span.n in left_out else 0
        cut_units += units if span.n in left_out else 0
    altered = sum(cue.is_altered for cue in cues)
    if not total:
        return Coverage(share=1.0, missing=(), is_counted=True, altered_cues=altered)
    return Coverage(share=found / total, missing=(), is_counted=True, cut_share=cut_units / total, altered_cues=altered)


class _ScriptIndex:
    """The words of a script, by n-gram and by cue."""

    def __init__(self, cues: list[list[str]]) -> None:
        words = [word for cue in cues for word in cue]
        # Shorter runs too, for sentences of one or two words.
        self._ngrams = {
            tuple(words[at : at + length])
            for length in range(1, NGRAM_LENGTH + 1)
            for at in range(len(words) - length + 1)
        }
        self._cues_by_word: defaultdict[str, set[int]] = defaultdict(set)
        for number, cue in enumerate(cues):
            for word in cue:
                self._cues_by_word[word].add(number)

    def has_paragraph(self, paragraph: str) -> bool:
        """Whether enough of the paragraph is in the script. A missing speech tag does not count against it."""
        has_quotation = bool(QUOTATION_MARKS.search(paragraph))
        matched = missing = 0
        for stretch in QUOTATION_MARKS.split(paragraph):
            for sentence in split_sentences(stretch):
                words = find_normalized_units(sentence)
                if not words:
                    continue
                if self._has_sentence(words):
                    matched += len(words)
                elif not (has_quotation and len(words) <= MAX_TAG_UNITS):
                    missing += len(words)
        return matched > 0 and matched >= MIN_MATCH * (matched + missing)

    def _has_sentence(self, words: list[str]) -> bool:
        ngrams = build_ngrams(words)
        if sum(ngram in self._ngrams for ngram in ngrams) >= MIN_MATCH * len(ngrams):
            return True
        # Too many sentences share single characters, or a single common word, for those to mean anything.
        if len(words) < NGRAM_LENGTH or sum(map(is_unspaced_character, words)) > len(words) / 2:
            return False
        distinct_words = set(words)
        matches_by_cue = Counter(number for word in distinct_words for number in self._cues_by_word.get(word, ()))
        return bool(matches_by_cue) and max(matches_by_cue.values()) >= _MIN_REWORDED_MATCH * len(distinct_words)
