"""XHTML to paragraphs: what a person would read aloud, with headings, verse, notes and the places that links may point to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from bot.ebooks.parsed_book import SCENE_BREAK
from bot.ebooks.reading.lines import BREAK, CELL, clean_text, is_ornament, split_lines
from bot.ebooks.reading.markup_roles import (
    BLOCKS,
    HEADING_LEVELS,
    SKIPPED,
    Role,
    get_name,
    get_role,
    get_text,
    is_hidden,
)

CLASS_TITLE_LEVEL: Final = 7
"""The level of a heading that only its class makes one: below h6."""

_NOTE_MARK: Final = re.compile(r"[\[(（［]?\s*(?:\d{1,4}|[*†‡§¶#※＊]{1,4}|[a-z])\s*[\])）］]?\.?")
_BACK_MARKS: Final = frozenset(
    ("↩", "↩\ufe0e", "↑", "↵", "⏎", "^", "←", "back", "return", "[back]", "[return]", "«", "▲")
)
_PAGE_NUMBER: Final = re.compile(r"\[?(?:pg?\.?\s*|page\s+)?(?:\d{1,4}|[ivxlc]{1,7})\]?", re.IGNORECASE)
_LINK_SHARE: Final = 0.6
_LAYOUT_CELL: Final = 300  # characters in one cell of a table that only arranges the page


@dataclass(slots=True)
class Block:
    """A paragraph, a heading (``level`` from 1) or a scene break. ``types`` are the ``epub:type`` words around it.

    ``is_blank`` marks a scene break that is only an empty paragraph: where there are many, they mean nothing.
    """

    text: str
    level: int = 0
    types: tuple[str, ...] = ()
    is_note: bool = False
    stanza: int = 0
    is_blank: bool = False

    @property
    def is_scene_break(self) -> bool:
        """Whether this is a scene break and no text."""
        return self.text == SCENE_BREAK


@dataclass(slots=True)
class Anchor:
    """Where an element with an id begins and ends, as indices of blocks; ``end`` is exclusive."""

    start: int
    end: int
    is_at_start: bool


@dataclass(slots=True)
class Page:
    """One document of a book.

    ``note_links`` are the addresses that references to notes point to, each with whether the markup says that it is one.
    ``numbered`` are the blocks that begin with the number of a note or lead back to the text.
    """

    blocks: list[Block] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=dict)
    note_links: list[tuple[str, bool]] = field(default_factory=list)
    numbered: set[int] = field(default_factory=set)
    title: str = ""
    is_link_list: bool = False
    """Whether most of its text leads to other places, as in a table of contents."""


def flatten_page(root: etree._Element) -> Page:
    """The blocks of a parsed XHTML document in order. The depth of the markup does not matter."""
    flattener = _Flattener()
    body = next((child for child in root if get_name(child) == "body"), root)
    title = next((each for each in root.iter() if get_name(each) == "title"), None)
    if title is not None and body is not root:
        flattener.page.title = " ".join(get_text(title).split())
    linked = _count_linked_text(body)  # before the walk, which takes the brackets around notes away
    flattener.walk(body)
    page = flattener.page
    page.is_link_list = linked > _LINK_SHARE * sum(len(block.text) for block in page.blocks)
    return page


@dataclass(slots=True)
class _Open:
    """An element whose end has not been reached, and what is true again after it."""

    element: etree._Element
    name: str
    children: Iterator[etree._Element]
    types: tuple[str, ...]
    level: int
    stanza: int
    note_depth: int
    is_block: bool
    anchor: Anchor | None
    first_block: int


class _Flattener:
    def __init__(self) -> None:
        self.page = Page()
        self._buffer: list[str] = []
        self._late_anchors: list[tuple[Anchor, int]] = []
        self._types: tuple[str, ...] = ()
        self._level = 0
        self._stanza = 0
        self._stanzas = 0
        self._note_depth = 0
        self._pre_depth = 0
        self._row_depth = 0

    def walk(self, body: etree._Element) -> None:
        open_elements = [self._open(body, get_name(body), get_role(body))]
        while open_elements:
            parent = open_elements[-1]
            child = next(parent.children, None)
            if child is None:
                open_elements.pop()
                self._close(parent)
                if open_elements:  # the tail of the body is outside of the page
                    self._add(parent.element.tail)
                continue
            name = get_name(child)
            role = get_role(child) if name else Role()
            if not name or self._is_left_out(child, name, role):
                self._add(child.tail)
            else:
                open_elements.append(self._open(child, name, role))
        self._flush()

    def _is_left_out(self, element: etree._Element, name: str, role: Role) -> bool:
        """Handles what has no text of its own; whether that is all."""
        if name in SKIPPED or is_hidden(element) or "navigation" in role.types:
            return True
        if name == "br":
            self._buffer.append(BREAK)
        elif name == "hr" or (role.is_scene_break and name in BLOCKS and not _has_letters(element)):
            self._flush()
            self._add_scene_break()
        elif name == "img":
            self._add_dropped_capital(element)
        elif (role.is_page_mark and _is_page_mark(element)) or (
            (name in ("a", "sup") or role.is_note_reference) and self._is_note_reference(element, role)
        ):
            pass
        else:
            return False
        self._mark(element, is_block=False)
        return True

    def _is_note_reference(self, element: etree._Element, role: Role) -> bool:
        link = (
            element
            if get_name(element) == "a"
            else next((each for each in element.iter() if get_name(each) == "a"), None)
        )
        target = link.get("href", "") if link is not None else ""
        text = get_text(element).strip()
        is_marked = role.is_note_reference and len(text) <= 12
        if "#" in target and text.casefold() in _BACK_MARKS:
            self.page.numbered.add(len(self.page.blocks))
            return True
        if not is_marked and not ("#" in target and _NOTE_MARK.fullmatch(text)):
            return False
        # A mark with which a paragraph begins is the number of a note and leads back to the text.
        if "#" in target and "".join(self._buffer).strip(" \t\r\n[("):
            is_raised = any(
                get_name(each) == "sup" for each in (*element.iter(), element.getparent()) if each is not None
            )
            self.page.note_links.append((target, is_marked or is_raised))
        else:
            self.page.numbered.add(len(self.page.blocks))
        self._drop_brackets(element)
        return True

    def _drop_brackets(self, element: etree._Element) -> None:
        """Leaves out "[" and "]" around a reference that is left out."""
        before, after = self._buffer[-1] if self._buffer else "", element.tail or ""
        if before.endswith("[") and after.startswith("]"):
            self._buffer[-1], element.tail = before[:-1], after[1:]

    def _open(self, element: etree._Element, name: str, role: Role) -> _Open:
        is_block = name in BLOCKS and not (self._row_depth and name not in ("tr", "td", "th"))
        if is_block:
            self._flush()
        if name in ("td", "th") and "".join(self._buffer).strip():
            self._buffer.append(CELL)
        opened = _Open(
            element,
            name,
            iter(element),
            self._types,
            self._level,
            self._stanza,
            self._note_depth,
            is_block,
            self._mark(element, is_block=is_block),
            len(self.page.blocks),
        )
        types = role.types
        if types:
            self._types = tuple(dict.fromkeys((*self._types, *types)))
        if name in HEADING_LEVELS:
            self._level = HEADING_LEVELS[name]
        elif role.is_title and is_block and not self._level:
            self._level = CLASS_TITLE_LEVEL
        if role.is_verse:
            self._stanzas += 1
            self._stanza = self._stanzas
        self._note_depth += role.is_note_body
        self._pre_depth += name == "pre"
        self._row_depth += name == "tr" and not _is_layout(element)
        self._add(element.text)
        return opened

    def _close(self, opened: _Open) -> None:
        if opened.is_block:
            if opened.name == "p" and self._is_blank(opened):
                self._add_scene_break(is_blank=True)
            self._flush()
        elif opened.name in BLOCKS:  # inside a cell
            self._buffer.append(" ")
        if opened.anchor:
            opened.anchor.end = max(opened.anchor.end, len(self.page.blocks))
        self._types, self._level = opened.types, opened.level
        self._stanza, self._note_depth = opened.stanza, opened.note_depth
        self._pre_depth -= opened.name == "pre"
        self._row_depth -= opened.name == "tr" and not _is_layout(opened.element)

    def _mark(self, element: etree._Element, *, is_block: bool) -> Anchor | None:
        """Remembers where an element with an id or a name begins."""
        identifier = element.get("id") or (element.get("name") if get_name(element) == "a" else None)
        if not identifier or identifier in self.page.anchors:
            return None
        here = len(self.page.blocks)
        is_at_start = is_block or not "".join(self._buffer).strip(" \t\r\n\x01[(")
        anchor = Anchor(here, here + (not is_block), is_at_start)
        self.page.anchors[identifier] = anchor
        if not is_at_start:
            self._late_anchors.append((anchor, len(self._buffer)))
        return anchor

    def _add(self, text: str | None) -> None:
        if text:
            self._buffer.append(text.replace("\n", BREAK) if self._pre_depth else text)

    def _add_dropped_capital(self, element: etree._Element) -> None:
        """Keeps a picture of the first letter of a chapter, which would otherwise lose it; other pictures say nothing."""
        letter, tail = (element.get("alt") or "").strip(), element.tail or ""
        if len(letter) == 1 and letter.isalpha() and tail[:1].isalpha():
            self._buffer.append(letter)

    def _is_blank(self, opened: _Open) -> bool:
        """Whether the paragraph holds nothing but a space or a line end, as an author's empty line does."""
        is_empty = len(self.page.blocks) == opened.first_block and not "".join(self._buffer).strip(" \t\r\n\x01\xa0")
        return is_empty and bool(self._buffer) and all(get_name(child) in ("br", "span") for child in opened.element)

    def _add_scene_break(self, *, is_blank: bool = False) -> None:
        self.page.blocks.append(Block(SCENE_BREAK, types=self._types, is_note=self._note_depth > 0, is_blank=is_blank))

    def _flush(self) -> None:
        """Ends the paragraph."""
        if not self._buffer:
            return
        for anchor, position in self._late_anchors:
            if not "".join(self._buffer[position:]).strip(" \t\r\n\x01"):  # at the end: it names what follows
                anchor.start = len(self.page.blocks) + 1
                anchor.end = anchor.start + 1
        self._late_anchors.clear()
        raw = "".join(self._buffer)
        self._buffer.clear()
        if not raw.strip(" \t\r\n\x01\x02[]"):
            return
        text = clean_text(raw)
        if is_ornament(text) and not self._level:
            self._add_scene_break()
            return
        for paragraph in split_lines(
            text, is_verse=self._stanza > 0 or self._pre_depth > 0, is_heading=self._level > 0
        ):
            self._add_block(paragraph)

    def _add_block(self, text: str) -> None:
        block = Block(text, self._level, self._types, self._note_depth > 0, self._stanza)
        last = self.page.blocks[-1] if self.page.blocks else None
        is_line = block.stanza and not block.level and "\n" not in text
        if last and is_line and last.stanza == block.stanza and not last.level and not last.is_scene_break:
            last.text += f"\n{text}"
            return
        self.page.blocks.append(block)


def _has_letters(element: etree._Element) -> bool:
    return any(map(str.isalnum, get_text(element)))


def _is_page_mark(element: etree._Element) -> bool:
    text = get_text(element).strip()
    return not text or len(text) <= 8 or bool(_PAGE_NUMBER.fullmatch(text))


def _is_layout(row: etree._Element) -> bool:
    """Whether a row of a table holds whole passages, as in tables that only arrange a page."""
    return any(len(get_text(cell)) > _LAYOUT_CELL for cell in row if get_name(cell) in ("td", "th"))


def _count_linked_text(body: etree._Element) -> int:
    links = (each for each in body.iter() if get_name(each) == "a" and each.get("href"))
    return sum(len(get_text(link).strip()) for link in links)
