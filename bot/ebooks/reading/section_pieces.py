"""Divides a book's paragraphs into pieces at the chosen cuts, and says of each piece what kind of section it is."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.ebooks.parsed_book import Section, SectionKind
from bot.ebooks.reading.book_flow import BookFlow, PageSpan
from bot.ebooks.reading.chapter_cuts import Cut, TextLengths, states_chapter, states_part
from bot.ebooks.reading.markup import Block
from bot.ebooks.reading.section_kinds import find_half, find_kind_of_file, find_kind_of_title, find_kind_of_types
from bot.ebooks.reading.section_text import build_section
from bot.ebooks.reading.section_titles import (
    MAX_TITLE,
    count_title_blocks,
    find_stated_number,
    fold_title,
    get_leading_headings,
    is_label,
    make_title,
)

_SHORT: Final = 1_500
"""Columns, about 250 words: less than that outside of the table of contents is no chapter of a story."""
_MAX_PARTS: Final = 3  # titles of parts above each other, such as "Volume I · Book Two · Chapter 3"
_MAIN_SHARE: Final = 0.6  # of a piece's text that an epub:type must cover to speak for the whole
_LEFT_OUT: Final = (SectionKind.FRONT_MATTER, SectionKind.BACK_MATTER)


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What is known of the book as a whole: its title, where contents lines point, what landmarks call a place."""

    title: str = ""
    length: int = 0
    listed: Collection[int] = ()
    landmarks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    title: str = ""
    parents: tuple[str, ...] = ()
    is_listed: bool = True
    is_part: bool = False
    page: PageSpan | None = None


def build_sections(flow: BookFlow, cuts: Sequence[Cut], lengths: TextLengths, facts: BookFacts) -> list[Section]:
    """The sections of the book in order. Every block is in one of them, except titles, and notes inside chapters."""
    pieces = [
        replace(piece, parents=tuple(each for each in piece.parents if fold_title(each) != fold_title(facts.title)))
        for piece in _hand_on_headings(flow, _split_unlisted_pages(flow, _cut_pieces(flow, cuts), facts))
    ]
    prefixes = _find_prefixes(pieces)
    sections: list[Section] = []
    for piece in pieces:
        section = _build(flow, piece, lengths, facts, sections, is_last=piece is pieces[-1])
        if not section.text:
            continue
        prefix = prefixes.get(piece.start, "")
        if section.kind is SectionKind.CHAPTER and prefix:
            section = section.model_copy(update={"title": f"{prefix} · {section.title}"[:MAX_TITLE]})
        sections.append(section)
    return sections


def collect_notes(flow: BookFlow, sections: Sequence[Section]) -> Section | None:
    """The notes that are in no section of notes, as a section of their own; None where there are none."""
    shown = {
        paragraph
        for section in sections
        if section.kind is SectionKind.NOTES
        for paragraph in section.text.split("\n\n")
    }
    notes = [block for block in flow.blocks if block.is_note and not block.level and block.text not in shown]
    section = build_section("Notes", notes, SectionKind.NOTES)
    return section if section.text else None


def _cut_pieces(flow: BookFlow, cuts: Sequence[Cut]) -> Iterator[_Piece]:
    starts = {page.start: page for page in flow.pages if page.end > page.start}
    first = cuts[0].index if cuts else len(flow.blocks)
    if first:
        yield _Piece(0, first, is_listed=False, page=starts.get(0))
    ends = [*(cut.index for cut in cuts[1:]), len(flow.blocks)]
    for cut, end in zip(cuts, ends, strict=True):
        if end > cut.index:
            yield _Piece(cut.index, end, cut.title, cut.parents, is_part=cut.is_part, page=starts.get(cut.index))


def _split_unlisted_pages(flow: BookFlow, pieces: Iterator[_Piece], facts: BookFacts) -> Iterator[_Piece]:
    """Documents that no contents line names become pieces of their own, unless they go on with the one before."""
    pages = [page for page in flow.pages if page.end > page.start]
    starts = [page.start for page in pages]
    for piece in pieces:
        rest = piece
        for page in pages[bisect_right(starts, piece.start) : bisect_left(starts, piece.end)]:
            if page.start not in facts.listed and _is_separate(flow, page):
                yield replace(rest, end=page.start)
                rest = _Piece(page.start, rest.end, parents=piece.parents, is_listed=False, page=page)
        yield rest


def _hand_on_headings(flow: BookFlow, pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Gives what a heading without text says to the pieces after it: a number to the next title, a part to all in it."""
    label = part = ""
    for piece in pieces:
        is_bare = all(each.level or each.is_scene_break for each in flow.blocks[piece.start : piece.end])
        if is_bare and states_part(piece.title):
            part = piece.title
        is_in_part = part and not piece.parents and not piece.is_part and piece.title != part
        is_labelled = label and piece.title and not is_label(piece.title)
        yield replace(
            piece,
            parents=(part,) if is_in_part else piece.parents,
            title=f"{label}: {piece.title}" if is_labelled else piece.title,
        )
        label = piece.title if is_bare and is_label(piece.title) else ""


def _is_separate(flow: BookFlow, page: PageSpan) -> bool:
    """Whether a document begins something new and is not the next file of a long chapter."""
    blocks = flow.blocks[page.start : page.end]
    if page.is_link_list or find_kind_of_file(page.path) or find_kind_of_types(_get_main_types(blocks)) in _LEFT_OUT:
        return True
    first = blocks[0]
    return 0 < first.level <= 2 and not first.is_note


def _find_prefixes(pieces: Sequence[_Piece]) -> dict[int, str]:
    """As many titles of parts as tell "Chapter 1" from another "Chapter 1", by the start of the piece.

    A number of its own, such as the last chapter of the longest part, gets the same as those beside it.
    """
    in_parts = [piece for piece in pieces if piece.title and piece.parents and not piece.is_part]
    listed = in_parts
    prefixes: dict[int, str] = {}
    for count in range(_MAX_PARTS):
        names = {piece.start: _name(piece, count) for piece in listed}
        seen = Counter(names.values())
        listed = [piece for piece in listed if seen[names[piece.start]] > 1]
        prefixes.update({piece.start: " · ".join(piece.parents[-count - 1 :]) for piece in listed})
    beside = {piece.parents: prefixes[piece.start] for piece in in_parts if piece.start in prefixes}
    for piece in in_parts:
        if is_label(piece.title) and piece.parents in beside:
            prefixes.setdefault(piece.start, beside[piece.parents])
    return prefixes


def _name(piece: _Piece, count: int) -> str:
    parents = piece.parents[-count:] if count else ()
    return "/".join(map(fold_title, (*parents, piece.title)))


def _build(
    flow: BookFlow, piece: _Piece, lengths: TextLengths, facts: BookFacts, before: Sequence[Section], *, is_last: bool
) -> Section:
    blocks = flow.blocks[piece.start : piece.end]
    above = [
        block
        for index, block in enumerate(blocks[:4], piece.start)
        if index == piece.start or index not in facts.listed
    ]
    title = make_title(piece.title, above)  # without headings that are listed as scenes of their own
    if not title and piece.page and fold_title(piece.page.title) != fold_title(facts.title) and not before:
        title = piece.page.title[:MAX_TITLE]
    kind = _decide_kind(piece, title, blocks, lengths.measure(piece.start, piece.end), facts, before, is_last=is_last)
    running = [block for block in blocks if not block.is_note]
    if kind is SectionKind.NOTES or all(block.level or block.is_scene_break for block in running):
        running = blocks
        kind = SectionKind.NOTES if any(block.is_note for block in blocks) else kind
    number = find_stated_number(title, running) if kind is SectionKind.CHAPTER else None
    skipped = count_title_blocks(title, number, piece.parents, running)
    if kind is not SectionKind.CHAPTER and not title:
        title = kind.value.capitalize()
    return build_section(title, running[skipped:], kind, number)


def _decide_kind(
    piece: _Piece,
    title: str,
    blocks: Sequence[Block],
    length: int,
    facts: BookFacts,
    before: Sequence[Section],
    *,
    is_last: bool,
) -> SectionKind:
    types = _get_main_types(blocks)
    if piece.page and piece.end <= piece.page.end:  # a landmark names one document at most
        types = (*types, *facts.landmarks.get(piece.start, ()))
    kind = _find_stated_kind(piece, title, types, blocks)
    has_story = any(section.kind is SectionKind.CHAPTER for section in before)
    is_short = length < _SHORT
    if piece.is_part and is_short:
        return SectionKind.FRONT_MATTER
    if kind is None:
        folded, book = fold_title(title), fold_title(facts.title)
        is_same = folded == book and length < max(_SHORT, facts.length // 20)
        is_title_page = is_same or (bool(book) and folded.startswith(book) and is_short)
        is_unlisted_opening = not piece.is_listed and is_short and not has_story
        is_unlisted_end = (
            not piece.is_listed and is_short and is_last and bool(facts.listed) and not states_chapter(title)
        )
        is_left_out = (is_title_page and not has_story) or is_unlisted_opening or is_unlisted_end
        kind = SectionKind.FRONT_MATTER if is_left_out else SectionKind.CHAPTER
    half = find_half(types)
    if kind in _LEFT_OUT and half in _LEFT_OUT:
        return half
    if kind in _LEFT_OUT and not piece.is_part:
        return SectionKind.BACK_MATTER if has_story else SectionKind.FRONT_MATTER
    return kind


def _find_stated_kind(piece: _Piece, title: str, types: tuple[str, ...], blocks: Sequence[Block]) -> SectionKind | None:
    heading = next(iter(get_leading_headings(blocks)), "")
    by_title = find_kind_of_title(title) or find_kind_of_title(heading)
    by_types = find_kind_of_types(types)
    if by_title is SectionKind.CHAPTER or (title and states_chapter(title) and by_types is not SectionKind.NOTES):
        return SectionKind.CHAPTER
    if by_types and by_types is not SectionKind.CHAPTER:
        return by_types
    if by_title or by_types:
        return by_title or by_types
    by_parent = find_kind_of_title(piece.parents[-1]) if piece.parents else None
    if by_parent in _LEFT_OUT:
        return by_parent
    half = find_half(types)
    if half in _LEFT_OUT:
        return half
    if piece.page and not piece.is_listed:
        by_file = SectionKind.FRONT_MATTER if piece.page.is_link_list else find_kind_of_file(piece.page.path)
        if by_file:
            return by_file
    return None


def _get_main_types(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The ``epub:type`` words that hold for most of the text; a dedication above a long chapter does not count."""
    lengths: Counter[str] = Counter()
    total = 0
    for block in blocks:
        total += len(block.text)
        for word in block.types:
            lengths[word] += len(block.text)
    return tuple(word for word, length in lengths.items() if length >= _MAIN_SHARE * total)
