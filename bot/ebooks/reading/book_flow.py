"""All paragraphs of a book in reading order, with the places that its documents and links name."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.ebooks.reading.epub_package import EpubFiles
from bot.ebooks.reading.limits import MAX_TEXT_CHARS
from bot.ebooks.reading.markup import Anchor, Block, Page, flatten_page
from bot.ebooks.reading.markup_parser import parse_page
from bot.errors import InputError

_NOTE_START: Final = re.compile(r"[\[(]?(?:\d{1,4}|[*†‡§]{1,3})[\])]?[.:)]?\s")
_MAX_NOTE_BLOCKS: Final = 30
_MAX_NOTE_CHARS: Final = 6_000
"""A longer target of a small link is a chapter that is referred to, and no note."""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Which blocks come from one document. ``title`` is the one in its head."""

    path: str
    start: int
    end: int
    title: str = ""
    is_link_list: bool = False


@dataclass(slots=True)
class BookFlow:
    """The blocks of a book. Readers of other formats than EPUB have one page or none."""

    blocks: list[Block] = field(default_factory=list)
    pages: list[PageSpan] = field(default_factory=list)
    anchors: dict[tuple[str, str], Anchor] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def find_page(self, path: str) -> PageSpan | None:
        """The span of the document with this name."""
        return next((page for page in self.pages if page.path == path), None)


def load_flow(files: EpubFiles, paths: Iterable[str]) -> BookFlow:
    """The blocks of these documents, with the bodies of notes marked.

    Raises:
        InputError: a document cannot be read, or the book is too long.
    """
    flow = BookFlow()
    note_links: list[tuple[str, str, bool]] = []
    numbered: set[int] = set()
    unsure: list[str] = []
    length = 0
    for path in paths:
        markup = parse_page(files.read(path), path)
        page = flatten_page(markup.root) if markup else Page()
        if markup and not markup.is_certain:
            unsure.append(path)
        length += sum(len(block.text) for block in page.blocks)
        if length > MAX_TEXT_CHARS:
            raise InputError(
                f"This book has more than {MAX_TEXT_CHARS:,} characters of text.",
                "Split it into volumes and add them one at a time.",
            )
        numbered |= {len(flow.blocks) + index for index in page.numbered}
        note_links += [(path, link, is_marked) for link, is_marked in page.note_links]
        _append(flow, path, page)
    if unsure:
        flow.warnings.append(
            f"The encoding of {len(unsure)} documents in the book is not certain; look for wrong letters: "
            f"{', '.join(unsure[:3])}{' …' if len(unsure) > 3 else ''}."
        )
    _mark_linked_notes(flow, files, note_links, numbered)
    _mark_note_headings(flow)
    return flow


def _append(flow: BookFlow, path: str, page: Page) -> None:
    start = len(flow.blocks)
    flow.blocks += page.blocks
    flow.pages.append(PageSpan(path, start, len(flow.blocks), page.title, page.is_link_list))
    for identifier, anchor in page.anchors.items():
        anchor.start += start
        anchor.end += start
        flow.anchors[path, identifier] = anchor


def _mark_linked_notes(
    flow: BookFlow, files: EpubFiles, links: Iterable[tuple[str, str, bool]], numbered: Collection[int]
) -> None:
    """Marks what the references point to. A mere number may also be one in an index: then the target must look like a note."""
    for base, link, is_marked in dict.fromkeys(links):
        path, fragment = files.find(base, link)
        anchor = flow.anchors.get((path, fragment)) if path else None
        if anchor is None or not anchor.is_at_start:
            continue
        end = max(anchor.end, anchor.start + 1)
        blocks = flow.blocks[anchor.start : end]
        looks_like_note = any(index in numbered for index in range(anchor.start, end)) or (
            bool(blocks) and _NOTE_START.match(blocks[0].text) is not None
        )
        if not (is_marked or looks_like_note):
            continue
        is_heading = any(block.level for block in blocks)
        if (
            not is_heading
            and len(blocks) <= _MAX_NOTE_BLOCKS
            and sum(len(each.text) for each in blocks) < _MAX_NOTE_CHARS
        ):
            for block in blocks:
                block.is_note = True


def _mark_note_headings(flow: BookFlow) -> None:
    """Marks a heading such as "Footnotes" under which there is nothing but notes on its page."""
    for page in flow.pages:
        has_notes, has_text = False, False
        for index in range(page.end - 1, page.start, -1):  # a page that is notes from its first heading on is a section
            block = flow.blocks[index]
            if block.level and not block.is_note:
                block.is_note = has_notes and not has_text
                has_notes, has_text = False, False
            elif not block.is_scene_break:
                has_notes, has_text = has_notes or block.is_note, has_text or not block.is_note
