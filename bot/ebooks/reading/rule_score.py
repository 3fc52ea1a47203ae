"""How well the headings that one rule finds fit a book, and which of them are only entries of a table of contents."""

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from bot.ebooks.reading.heading_rules import (
    LEVEL_RULES,
    RULES,
    Candidate,
    HeadingRule,
    Surroundings,
    find_candidates,
)

SHORT_BODY: Final = 400  # characters; a heading with less after it can be an entry of a table of contents
_LEAST_RUN: Final = 2  # entries in a row make a table of contents


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule finds: its headings, the entries of tables of contents among its matches, and how well it fits."""

    rule: HeadingRule
    headings: tuple[Candidate, ...]
    entries: tuple[Candidate, ...]
    score: float

    @property
    def unmatched(self) -> list[Candidate]:
        """Entries of a table of contents for which there is no heading."""
        keys = {heading.key for heading in self.headings}
        return [entry for entry in self.entries if entry.key not in keys]


class Lengths:
    """How many characters lie between two lines."""

    def __init__(self, around: Surroundings) -> None:
        self._sums = [0, *accumulate(map(len, around.texts))]
        self.total = self._sums[-1]

    def measure(self, start: int, end: int) -> int:
        """The characters of the lines from ``start`` up to, but not including, ``end``."""
        return self._sums[max(start, end)] - self._sums[start]

    def measure_bodies(self, candidates: Sequence[Candidate]) -> list[int]:
        """How much text follows each candidate before the next one."""
        starts = [each.index for each in candidates]
        return [self.measure(start + 1, end) for start, end in pairwise([*starts, len(self._sums) - 1])]


def rank_rules(around: Surroundings) -> list[RuleResult]:
    """What each rule finds, the best first; rules that find too little are left out."""
    lengths = Lengths(around)
    results = []
    for rule in (*LEVEL_RULES, *RULES):
        candidates, clean = find_candidates(around, rule)
        headings, entries = separate_contents(candidates, lengths)
        if len(headings) >= rule.least:
            score = _measure_fit(rule, headings, around, lengths) * clean
            results.append(RuleResult(rule, tuple(headings), tuple(entries), score))
    return sorted(results, key=lambda result: -result.score)


def separate_contents(candidates: Sequence[Candidate], lengths: Lengths) -> tuple[list[Candidate], list[Candidate]]:
    """The headings, and the entries of a table of contents at the beginning or the end of the book.

    Entries follow each other closely, and the same headings stand elsewhere with a text.
    """
    bodies = lengths.measure_bodies(candidates)
    with_text = defaultdict(set)
    for index, candidate in enumerate(candidates):
        if bodies[index] >= SHORT_BODY:
            with_text[candidate.key].add(index)
    marks = [body < SHORT_BODY and bool(with_text[each.key]) for each, body in zip(candidates, bodies, strict=True)]
    for index in range(1, len(marks) - 1):  # an entry that has no heading
        marks[index] = marks[index] or (marks[index - 1] and marks[index + 1] and bodies[index] < SHORT_BODY)
    run = 0
    for index, is_entry in enumerate([*marks, False]):
        if is_entry:
            run += 1
            continue
        if run < _LEAST_RUN:
            marks[index - run : index] = [False] * run
        elif index < len(marks) and _is_elsewhere(index, with_text[candidates[index].key]):
            marks[index] = True  # the last entry, after which the preface comes
        run = 0
    kept = [each for each, is_entry in zip(candidates, marks, strict=True) if not is_entry]
    return kept, [each for each, is_entry in zip(candidates, marks, strict=True) if is_entry]


def _is_elsewhere(index: int, indexes: set[int]) -> bool:
    return len(indexes) > (index in indexes)


def _measure_fit(rule: HeadingRule, headings: Sequence[Candidate], around: Surroundings, lengths: Lengths) -> float:
    bodies = lengths.measure_bodies(headings)
    count = len(headings)
    apart = statistics.fmean(
        bool(around.blanks_before[each.index]) * 0.5 + bool(around.blanks_after[each.index]) * 0.5 for each in headings
    )
    covered = sum(bodies) / max(lengths.total, 1)
    floor = 0.5 if rule.weight >= 1 else 0.1  # "Chapter" is a heading even where the numbers are wrong
    return (
        rule.weight
        * (count / (count + 1.5))
        * _measure_evenness(bodies)
        * (0.3 + 0.7 * covered)
        * (0.6 + 0.4 * apart if around.has_blanks and not rule.name.startswith("level") else 1)
        * (floor + (1 - floor) * _measure_sequence([each.number for each in headings]))
    )


def _measure_evenness(bodies: Sequence[int]) -> float:
    """1 where all chapters are equally long, little where one has nearly all the text."""
    total = sum(bodies)
    if not total:
        return 0.0
    entropy = -sum(body / total * math.log(body / total) for body in bodies if body)
    return math.exp(entropy) / len(bodies)


def _measure_sequence(numbers: Sequence[int | None]) -> float:
    """The share of numbers that follow the one before, 1 where most headings have none."""
    stated = [number for number in numbers if number is not None]
    if len(stated) * 2 < len(numbers) or not stated:
        return 1.0
    steps = [stated[0] <= 1, *(after - before == 1 for before, after in pairwise(stated))]
    return sum(steps) / len(steps)
