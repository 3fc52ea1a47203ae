"""Reads an EPUB 2 or 3: chapters in reading order under their real titles."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.ebooks.parsed_book import ParsedBook, Section, SectionKind
from bot.ebooks.reading.book_flow import BookFlow, load_flow
from bot.ebooks.reading.chapter_cuts import (
    Candidate,
    Cut,
    TextLengths,
    choose_contents_level,
    choose_heading_level,
    prefer_headings,
)
from bot.ebooks.reading.chapter_patterns import split_chapters
from bot.ebooks.reading.epub_contents import Contents, ContentsEntry, read_contents
from bot.ebooks.reading.epub_package import EpubFiles, no_text, read_package
from bot.ebooks.reading.heading_rules import TextLine
from bot.ebooks.reading.limits import MAX_SECTIONS
from bot.ebooks.reading.safe_zip import SafeZip
from bot.ebooks.reading.section_pieces import BookFacts, build_sections, collect_notes
from bot.ebooks.reading.section_titles import fold_title
from bot.errors import InputError

_SHOWN: Final = 5  # names in one warning
_LEAST_CHAPTERS: Final = 3
_CERTAIN: Final = 0.45  # of the confidence of chapter patterns, below which they may be chance


def read_epub(path: Path) -> ParsedBook:
    """The book in an EPUB file.

    Raises:
        InputError: the file is damaged or protected, or there is no text in it.
    """
    with SafeZip(path) as archive:
        files = EpubFiles(archive)
        package = read_package(files)
        contents = read_contents(files, package)
        flow = load_flow(files, package.pages)
    if not any(not block.is_scene_break for block in flow.blocks):
        raise no_text()
    warnings = [*package.warnings, *flow.warnings]
    entries = [entry for entry in contents.entries if entry.path not in package.outside]
    places = _find_places(flow, entries, warnings)
    lengths = TextLengths(flow.blocks)
    cuts = _choose_cuts(flow, places, lengths)
    facts = BookFacts(
        package.title,
        lengths.measure(0, len(flow.blocks)),
        {cut.index for cut in places},
        _find_landmarks(flow, contents),
    )
    sections = build_sections(flow, cuts, lengths, facts)
    if len(sections) <= 1 or not any(cut.title for cut in cuts):
        sections = _split_by_patterns(flow) or sections
    notes = collect_notes(flow, sections)
    if len(sections) > MAX_SECTIONS:
        raise InputError(
            f"This book has {len(sections):,} chapters; a book may have {MAX_SECTIONS:,}.",
            "Split it into volumes and add them one at a time.",
        )
    return ParsedBook(
        title=package.title,
        author=package.author,
        language=package.language,
        sections=(*sections, notes) if notes else tuple(sections),
        warnings=tuple(warnings),
    )


def _choose_cuts(flow: BookFlow, places: Sequence[Cut], lengths: TextLengths) -> Sequence[Cut]:
    contents = choose_contents_level(places, lengths)
    if contents and contents.chapters >= 3:
        return contents.cuts
    headings = choose_heading_level(flow.blocks, lengths)
    if headings and prefer_headings(contents, headings, {page.start for page in flow.pages}):
        return headings.cuts
    return contents.cuts if contents and contents.chapters else _cut_at_pages(flow, headings)


def _cut_at_pages(flow: BookFlow, headings: Candidate | None) -> Sequence[Cut]:
    """Where neither a table of contents nor headings divide the book, each document is a section."""
    if headings and headings.chapters:
        return headings.cuts
    return tuple(Cut(page.start, "") for page in flow.pages if page.end > page.start)


def _split_by_patterns(flow: BookFlow) -> list[Section]:
    """The chapters by what their titles look like, where its headings are of no help; empty if not certain."""
    running = [block for block in flow.blocks if not block.is_note and not block.is_blank]
    split = split_chapters([TextLine(block.text) for block in running])
    chapters = [section for section in split.sections if section.kind is SectionKind.CHAPTER]
    return list(split.sections) if len(chapters) >= _LEAST_CHAPTERS and split.confidence >= _CERTAIN else []


def _find_places(flow: BookFlow, entries: Sequence[ContentsEntry], warnings: list[str]) -> list[Cut]:
    """Where the lines of the table of contents point to. Lines that point nowhere become warnings."""
    places: list[Cut] = []
    above: list[ContentsEntry] = []
    lost: list[str] = []
    starts = {page.path: page.start for page in flow.pages}
    empty = {page.path for page in flow.pages if page.start == page.end}  # a picture, such as the cover
    for entry in entries:
        above = [each for each in above if each.level < entry.level]
        index = _find_index(flow, entry, starts) if entry.path not in empty else None
        if index is not None:
            places.append(Cut(index, entry.title, entry.level, tuple(each.title for each in above)))
        elif entry.has_link and entry.path not in empty:
            lost.append(entry.title)
        above.append(entry)
    if lost:
        shown = ", ".join(f"“{title[:60]}”" for title in lost[:_SHOWN])
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        warnings.append(f"The table of contents names places that are not in the book: {shown}{more}.")
    return _drop_repeats(places)


def _find_index(flow: BookFlow, entry: ContentsEntry, starts: dict[str, int]) -> int | None:
    if entry.path is None or entry.path not in starts:
        return None
    start = starts[entry.path]
    if not entry.fragment:
        return start
    anchor = flow.anchors.get((entry.path, entry.fragment))
    if anchor is not None:
        return _step_back_to_heading(flow, anchor.start, entry.title, start)
    page = flow.find_page(entry.path)
    title = fold_title(entry.title)
    for index in range(start, page.end if page else start):
        if flow.blocks[index].level and fold_title(flow.blocks[index].text) == title:
            return index
    return None


def _step_back_to_heading(flow: BookFlow, index: int, title: str, start: int) -> int:
    """The heading directly above the place, where the link points to the first paragraph below its own heading."""
    folded = fold_title(title)
    position = index
    while position > start and flow.blocks[position - 1].level and index - position < 3:
        position -= 1
        text = fold_title(flow.blocks[position].text)
        if text and (text == folded or (folded.startswith(text) and not _is_at_heading(flow, index))):
            index = position
    return index


def _is_at_heading(flow: BookFlow, index: int) -> bool:
    return index < len(flow.blocks) and flow.blocks[index].level > 0


def _drop_repeats(places: Sequence[Cut]) -> list[Cut]:
    """One cut for each place and level: of two lines that point to the same place, the first is kept."""
    kept: dict[tuple[int, int], Cut] = {}
    for cut in places:
        kept.setdefault((cut.index, cut.level), cut)
    return list(kept.values())


def _find_landmarks(flow: BookFlow, contents: Contents) -> dict[int, tuple[str, ...]]:
    starts = {page.path: page.start for page in flow.pages if page.end > page.start}
    found: dict[int, tuple[str, ...]] = {}
    for words, path, fragment in contents.landmarks:
        anchor = flow.anchors.get((path, fragment)) if path and fragment else None
        index = anchor.start if anchor else starts.get(path) if path else None
        if index is not None:
            found[index] = (
                *found.get(index, ()),
                *(_GUIDE_WORDS.get(word, word) for word in words if word != "bodymatter"),
            )
    return found


_GUIDE_WORDS: Final = {"title-page": "titlepage", "acknowledgements": "acknowledgments", "notes": "endnotes"}
