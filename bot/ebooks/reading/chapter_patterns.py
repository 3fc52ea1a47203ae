"""Chapters in a text without a list of them: rules for headings compete, and the one that fits the whole book best is used.

Nothing is lost: every line is in the title or in the text of exactly one section.
"""

import re
import statistics
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.ebooks.parsed_book import Heading, Section, SectionKind
from bot.ebooks.reading.heading_rules import (
    COUNTED_RULES,
    LEVEL_RULES,
    PART_RULE,
    Candidate,
    Surroundings,
    TextLine,
    find_candidates,
)
from bot.ebooks.reading.heading_titles import find_title_lines, read_rest_of_title, tidy_title
from bot.ebooks.reading.named_headings import find_named_kind, is_contents
from bot.ebooks.reading.rule_score import SHORT_BODY, Lengths, RuleResult, rank_rules

FRONT_MATTER_TITLE: Final = "Front matter"
OPENING_TITLE: Final = "Opening"
_LEAST_SCORE: Final = 0.2
_DOUBTFUL_SCORE: Final = 0.45
_RIVAL_SHARE: Final = 0.85  # of the best score, from which a second rule is worth a warning
_LONG_OPENING: Final = 1500  # characters of prose before the first heading, from which they are a chapter
_MAX_INNER_HEADINGS: Final = 200
_LAST_RESORT_RULES: Final = {"capitals", "isolated"}
_SENTENCE: Final = re.compile(r"\w{3}[.!?…]|[。！？]")

Joiner = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class ChapterSplit:
    """The sections of a text; ``confidence`` is 0 where it has no headings, about 1 where they leave no doubt."""

    sections: tuple[Section, ...]
    confidence: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a section begins: its heading's lines are ``start`` up to ``body``."""

    start: int
    body: int
    title: str
    kind: SectionKind
    number: int | None = None
    key: str = ""
    is_chapter: bool = False


def join_paragraphs(lines: Sequence[str]) -> str:
    """Each line as a paragraph of its own."""
    return "\n\n".join(line.strip() for line in lines if line.strip())


def split_chapters(lines: Sequence[TextLine], join: Joiner = join_paragraphs) -> ChapterSplit:
    """Splits a text at its chapter headings; without any it is one section with an empty title.

    ``join`` makes paragraphs of the lines of a section. It may change white space only.
    """
    around = Surroundings(lines)
    ranking = rank_rules(around)
    best = ranking[0] if ranking and ranking[0].score >= _LEAST_SCORE else None
    marks = _place_marks(around, best)
    if not marks:
        whole = Section(title="", text=join([line.text for line in lines]))
        return ChapterSplit((whole,), 0.0, ("No chapter headings were found; the whole text is one chapter.",))
    writer = _SectionWriter(lines, join, _find_inner_headings(ranking, marks))
    sections = [
        writer.write(mark, end)
        for mark, end in zip(marks, [*(mark.start for mark in marks[1:]), len(lines)], strict=True)
    ]
    warnings = _list_warnings(best, ranking) if best else ["No chapter headings were found."]
    return ChapterSplit(tuple(sections), best.score if best else 0.0, tuple(warnings))


def _place_marks(around: Surroundings, best: RuleResult | None) -> list[_Mark]:
    lengths = Lengths(around)
    marks = _mark_chapters(around, best) if best else []
    entry_lines = _span_entries(best)
    taken = {index for mark in marks for index in range(mark.start, mark.body)} | entry_lines
    higher = [each for each in _mark_higher(around, best) if each.start not in taken]
    taken |= {mark.start for mark in higher}
    named = [
        each
        for each in _mark_named(around, has_levels=best is not None and best.rule in LEVEL_RULES)
        if each.start not in taken
    ]
    marks = _drop_repeated(sorted([*marks, *higher, *named], key=lambda mark: mark.start), lengths, len(around.lines))
    if not any(mark.is_chapter for mark in marks) and not any(mark.kind is SectionKind.CHAPTER for mark in marks):
        marks = []
    marks = _settle_kinds(marks, lengths, len(around.lines))
    last_chapter = max((mark.start for mark in marks if mark.is_chapter), default=0)
    trailing = min((index for index in entry_lines if index > last_chapter), default=None)
    if trailing is not None and marks and not any(mark.start > last_chapter for mark in marks):
        marks.append(_Mark(trailing, trailing, "Contents", SectionKind.BACK_MATTER))
    if marks and any(around.texts[: marks[0].start]):
        marks.insert(0, _mark_opening(around, marks, lengths))
    elif marks:
        marks[0] = replace(marks[0], start=0) if marks[0].start == marks[0].body else marks[0]
    return marks


def _mark_chapters(around: Surroundings, best: RuleResult) -> list[_Mark]:
    titles = find_title_lines(around, best.headings)
    starts = {heading.index for heading in best.headings}
    marks = []
    for heading in best.headings:
        below = titles.get(heading.index, ())
        title = tidy_title(heading.title)
        if below:
            title = f"{title}: {tidy_title(' '.join(around.texts[index] for index in below))}"
        elif not heading.is_bare:
            below = read_rest_of_title(around, heading.index, starts)
            title = tidy_title(" ".join([heading.title, *(around.texts[index] for index in below)]))
        body = (below[-1] if below else heading.index) + 1
        named = find_named_kind(heading.title) if heading.number is None else None
        marks.append(
            _Mark(
                heading.index,
                body,
                title,
                named or SectionKind.CHAPTER,
                heading.number,
                heading.key,
                is_chapter=named in {None, SectionKind.CHAPTER},
            )
        )
    return marks


def _span_entries(best: RuleResult | None) -> set[int]:
    """All lines from the first to the last entry of each table of contents."""
    if best is None or not best.entries:
        return set()
    headings = [heading.index for heading in best.headings]
    lines: set[int] = set()
    before = None
    for entry in best.entries:
        if before is not None and bisect(headings, before) == bisect(headings, entry.index):
            lines |= set(range(before, entry.index + 1))
        lines.add(entry.index)
        before = entry.index
    return lines


def _mark_higher(around: Surroundings, best: RuleResult | None) -> list[_Mark]:
    """Headings above the chapters: parts, and the title of the whole book."""
    if best is None or best.rule is PART_RULE:
        return []
    rules = [PART_RULE, *LEVEL_RULES[: LEVEL_RULES.index(best.rule)]] if best.rule in LEVEL_RULES else [PART_RULE]
    found: dict[int, Candidate] = {}
    for rule in rules:
        found = {each.index: each for each in find_candidates(around, rule)[0]} | found
    return [
        _Mark(each.index, each.index + 1, tidy_title(each.title), SectionKind.FRONT_MATTER, key=each.key)
        for each in found.values()
    ]


def _mark_named(around: Surroundings, *, has_levels: bool) -> list[_Mark]:
    marks = []
    for index in around.filled:
        text = around.texts[index]
        kind = find_named_kind(text) if around.lines[index].level or not has_levels else None
        if (
            kind
            and around.is_apart(index)
            and not around.breaks_sentence(index, is_sure=True)
            and not text[0].islower()
        ):
            marks.append(_Mark(index, index + 1, tidy_title(text), kind, key=text.casefold().strip(" .:")))
    return marks


def _drop_repeated(marks: list[_Mark], lengths: Lengths, end: int) -> list[_Mark]:
    """Without headings that stand in a table of contents: they come again later, and have no text here."""
    kept = []
    last = {mark.key: index for index, mark in enumerate(marks)}
    for index, mark in enumerate(marks):
        following = marks[index + 1].start if index + 1 < len(marks) else end
        if mark.is_chapter or last[mark.key] == index or lengths.measure(mark.body, following) >= SHORT_BODY:
            kept.append(mark)
    return kept


def _settle_kinds(marks: list[_Mark], lengths: Lengths, end: int) -> list[_Mark]:
    """What each section is, by where it stands: a preface among the chapters is one of them, one after them is not."""
    chapters = [mark.start for mark in marks if mark.is_chapter]
    settled = []
    for index, mark in enumerate(marks):
        body = lengths.measure(mark.body, marks[index + 1].start if index + 1 < len(marks) else end)
        kind = mark.kind
        if not mark.is_chapter and chapters and kind not in {SectionKind.NOTES, SectionKind.CHAPTER}:
            if mark.start < chapters[0]:
                kind = SectionKind.FRONT_MATTER
            elif mark.start > chapters[-1]:
                kind = SectionKind.BACK_MATTER
            elif body >= SHORT_BODY and not is_contents(mark.title):
                kind = SectionKind.CHAPTER
        settled.append(replace(mark, kind=kind))
    return settled


def _mark_opening(around: Surroundings, marks: Sequence[_Mark], lengths: Lengths) -> _Mark:
    """The text before the first heading: a chapter if it is a good deal of prose."""
    chapters = [index for index, mark in enumerate(marks) if mark.is_chapter]
    ends = [*(mark.start for mark in marks[1:]), len(around.lines)]
    usual = statistics.median([lengths.measure(marks[index].body, ends[index]) for index in chapters] or [0])
    text = " ".join(around.texts[: marks[0].start])
    has_prose = len(_SENTENCE.findall(text)) * 150 >= len(text)
    if has_prose and len(text) >= max(_LONG_OPENING, usual / 2):
        return _Mark(0, 0, OPENING_TITLE, SectionKind.CHAPTER)
    return _Mark(0, 0, FRONT_MATTER_TITLE, SectionKind.FRONT_MATTER)


def _find_inner_headings(ranking: Sequence[RuleResult], marks: Sequence[_Mark]) -> dict[int, str]:
    """Other headings, where a section can be split, by their lines."""
    taken = {index for mark in marks for index in range(mark.start, mark.body)}
    has_marked = any(
        result.rule not in LEVEL_RULES and result.rule.name not in _LAST_RESORT_RULES for result in ranking
    )
    found = {
        heading.index: tidy_title(heading.title)
        for result in ranking
        if not (has_marked and result.rule.name in _LAST_RESORT_RULES)
        for heading in (_list_counted(result.headings, marks) if result.rule.name in COUNTED_RULES else result.headings)
        if heading.index not in taken
    }
    return dict(sorted(found.items())[:_MAX_INNER_HEADINGS])


def _list_counted(headings: Sequence[Candidate], marks: Sequence[_Mark]) -> list[Candidate]:
    """The numbers that count from 1 within a section; others are dates and the like."""
    starts = [mark.start for mark in marks]
    counted = []
    section, expected = -1, 1
    for heading in headings:
        here = bisect(starts, heading.index)
        if here != section:
            section, expected = here, 1
        if heading.number == expected:
            counted.append(heading)
            expected += 1
    return counted


class _SectionWriter:
    def __init__(self, lines: Sequence[TextLine], join: Joiner, inner: dict[int, str]) -> None:
        self._lines = [line.text for line in lines]
        self._join = join
        self._inner = inner

    def write(self, mark: _Mark, end: int) -> Section:
        starts = [index for index in self._inner if mark.body < index < end]
        text = ""
        headings = []
        for start, stop in zip([mark.body, *starts], [*starts, end], strict=True):
            piece = self._join(self._lines[start:stop])
            if not piece:
                continue
            if text:
                text += "\n\n"
            if start in self._inner and text:
                headings.append(Heading(title=self._inner[start], offset=len(text)))
            text += piece
        kind = mark.kind if text or mark.kind is not SectionKind.CHAPTER else SectionKind.FRONT_MATTER
        return Section(title=mark.title, text=text, kind=kind, number=mark.number, headings=tuple(headings))


def _list_warnings(best: RuleResult, ranking: Sequence[RuleResult]) -> list[str]:
    warnings = []
    if best.score < _DOUBTFUL_SCORE:
        warnings.append("It is uncertain which lines are chapter headings; please compare the chapters with the book.")
    rivals = [each for each in ranking[1:] if each.score >= best.score * _RIVAL_SHARE and each.rule is not PART_RULE]
    known = {heading.index for heading in best.headings}
    for rival in rivals:
        others = [heading for heading in rival.headings if heading.index not in known]
        if len(others) * 2 > len(rival.headings):
            first = tidy_title(others[0].title)
            warnings.append(
                f"The text also has {len(others)} headings such as “{first}”, which are not used as chapters."
            )
            break
    unmatched = best.unmatched
    if unmatched:
        shown = ", ".join(f"“{tidy_title(entry.title)}”" for entry in unmatched[:3])
        warnings.append(f"The table of contents names {shown}, but the text has no such heading.")
    return warnings
