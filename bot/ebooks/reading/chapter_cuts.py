"""Where a book's chapters begin: candidate levels of the table of contents and of headings compete by a score."""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import median
from typing import Final

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.markup import Block
from bot.ebooks.reading.number_words import fold_words
from bot.ebooks.reading.numbering import CHAPTER_WORDS, PART_WORDS, find_number, read_numeral
from bot.ebooks.reading.section_kinds import find_kind_of_title

_SHORT_CHAPTER: Final = 4_000
_LONG_CHAPTER: Final = 60_000
"""Columns of text between which a chapter's length is usual: 700 to 10,000 words."""
_MANY_CHAPTERS: Final = 250
_CLEAR_LEAD: Final = 0.5  # by which headings must beat a table of contents that an author made

_CJK: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_CHAPTER: Final = re.compile(rf"(?<!\w)(?:{fold_words(CHAPTER_WORDS)})(?!\w)|^第.{{1,8}}[章回节節話话]")
_PART: Final = re.compile(rf"(?:{fold_words(PART_WORDS)})(?!\w)|^第.{{1,8}}[部巻卷編编篇]")


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a section begins. ``level`` is that of the contents or the heading; ``parents`` are titles above it."""

    index: int
    title: str
    level: int = 1
    parents: tuple[str, ...] = ()
    is_part: bool = False
    """Whether chapters stand below it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to divide the book. ``chapters`` counts what is not front matter, back matter or notes by its title."""

    cuts: tuple[Cut, ...]
    score: float
    chapters: int
    named: float
    """The share of titles that say "chapter" or have a number."""


@dataclass(slots=True)
class TextLengths:
    """The length of any range of blocks in columns, where a Chinese or Japanese character counts as much as half a word."""

    blocks: Sequence[Block]
    _sums: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._sums = [0, *accumulate(map(_measure, self.blocks))]

    def measure(self, start: int, end: int) -> int:
        """The length of the blocks from ``start`` up to ``end``, without headings and notes."""
        return self._sums[max(end, start)] - self._sums[start]


def choose_contents_level(cuts: Sequence[Cut], lengths: TextLengths) -> Candidate | None:
    """The level of the table of contents that yields chapters, with what stands above it."""
    levels = sorted({cut.level for cut in cuts})
    return max((_rate(_keep_levels(cuts, level), level, lengths) for level in levels), key=_by_score, default=None)


def choose_heading_level(blocks: Sequence[Block], lengths: TextLengths) -> Candidate | None:
    """The level of headings that yields chapters. Headings that follow each other directly are one title."""
    levels = sorted({block.level for block in blocks if block.level and not block.is_note})
    return max(
        (_rate(_cut_at_headings(blocks, level), level, lengths) for level in levels), key=_by_score, default=None
    )


def prefer_headings(contents: Candidate | None, headings: Candidate | None, page_starts: Collection[int]) -> bool:
    """Whether the headings are clearly the better guide than the table of contents.

    They are where they say "chapter", or where most of them begin a document (``page_starts``).
    """
    if headings is None or contents is None:
        return contents is None and headings is not None
    if contents.chapters == 0:
        return headings.chapters > 0
    at_starts = sum(cut.index in page_starts for cut in headings.cuts)
    is_structure = headings.named >= 0.5 or at_starts > 0.8 * len(headings.cuts)
    return contents.chapters < 3 <= headings.chapters and is_structure and headings.score > contents.score + _CLEAR_LEAD


def states_chapter(title: str) -> bool:
    """Whether the title says that it is a chapter, or is nothing but a number."""
    return bool(_CHAPTER.search(fold_words(title))) or read_numeral(title.strip(" .:")) is not None


def states_part(title: str) -> bool:
    """Whether the title begins like that of a part or a volume."""
    return bool(_PART.match(fold_words(title))) and not states_chapter(title)


def _is_numbered(title: str) -> bool:
    return states_chapter(title) or (find_number(title) is not None and not states_part(title))


def _by_score(candidate: Candidate) -> float:
    return candidate.score


def _measure(block: Block) -> int:
    if block.level or block.is_note or block.is_scene_break:
        return 0
    return len(block.text) if block.text.isascii() else len(block.text) + 2 * len(_CJK.findall(block.text))


def _keep_levels(cuts: Sequence[Cut], level: int) -> list[Cut]:
    kept = sorted((cut for cut in cuts if cut.level <= level), key=lambda cut: (cut.index, cut.level))
    followers = [*kept[1:], None] if kept else []
    return [
        Cut(cut.index, cut.title, cut.level, cut.parents, is_part=following is not None and following.level > cut.level)
        for cut, following in zip(kept, followers, strict=True)
    ]


def _cut_at_headings(blocks: Sequence[Block], level: int) -> list[Cut]:
    cuts: list[Cut] = []
    after_heading = False
    for index, block in enumerate(blocks):
        is_heading = 0 < block.level <= level and not block.is_note
        if is_heading and (not after_heading or not cuts):
            cuts.append(Cut(index, block.text, block.level))
        elif is_heading:  # a label above a title, or a part above its first chapter
            previous = cuts[-1]
            if states_part(previous.title) and states_chapter(block.text):
                cuts.append(Cut(index, block.text, block.level))
            else:
                cuts[-1] = Cut(previous.index, previous.title, max(previous.level, block.level))
        after_heading = block.level > 0
    return _keep_levels(_raise_unworded(cuts), level)


def _raise_unworded(cuts: list[Cut]) -> list[Cut]:
    """The cuts with their parents, which are the last cuts of each higher level."""
    above: list[Cut] = []
    result = []
    for cut in cuts:
        above = [each for each in above if each.level < cut.level]
        result.append(Cut(cut.index, cut.title, cut.level, tuple(each.title for each in above)))
        above.append(cut)
    return result


def _rate(cuts: list[Cut], level: int, lengths: TextLengths) -> Candidate:
    ends = [cut.index for cut in cuts[1:]] + [len(lengths.blocks)]
    story = [
        (cut, length)
        for cut, end in zip(cuts, ends, strict=True)
        if all(find_kind_of_title(each) in (None, SectionKind.CHAPTER) for each in (cut.title, *cut.parents))
        and (length := lengths.measure(cut.index, end)) > 0
    ]
    parts = [cut for cut in cuts if cut.is_part]
    chapters = [(cut, length) for cut, length in story if not cut.is_part]
    if not chapters:
        return Candidate(tuple(cuts), 0.0, 0, 0.0)
    at_level = [(cut, length) for cut, length in chapters if cut.level == level]
    share = sum(length for _, length in at_level) / sum(length for _, length in story)
    titles = [cut.title for cut, _ in at_level] or [""]
    named = sum(map(_is_numbered, titles)) / len(titles)
    unsplit_parts = sum(map(states_part, titles)) / len(titles)
    worth = _rate_length(median(length for _, length in chapters)) + _rate_count(len(chapters)) + named
    worth += sum(map(states_chapter, titles)) / len(titles) / 2
    penalty = unsplit_parts * 0.5
    score = share * worth - penalty + 0.1 * bool(parts)
    return Candidate(tuple(cuts), score, len(chapters), named)


def _rate_length(length: float) -> float:
    """1 for the usual length of a chapter, 0 for a tenth of the shortest or ten times the longest."""
    if length < _SHORT_CHAPTER:
        return max(0.0, 1 - math.log10(_SHORT_CHAPTER / max(length, 1)))
    return max(0.0, 1 - math.log10(max(length / _LONG_CHAPTER, 1)))


def _rate_count(count: int) -> float:
    if count > _MANY_CHAPTERS:
        return 0.6
    return {1: 0.15, 2: 0.5}.get(count, 1.0)
