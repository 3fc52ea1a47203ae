"""The paragraphs of a Word document in order, with the level of each heading, read from its XML. Nesting does not matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from bot.ebooks.parsed_book import SCENE_BREAK
from bot.ebooks.reading.docx_numbers import HeadingNumbers, ListPlace, join_label, read_place
from bot.ebooks.reading.lines import BREAK, CELL, clean_text, is_ornament, split_lines
from bot.ebooks.reading.markup import Block

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

_DELETED: Final = frozenset((f"{_W}del", f"{_W}moveFrom"))
_NOTE_REFERENCES: Final = frozenset((f"{_W}footnoteReference", f"{_W}endnoteReference"))
_TEXT_BOX: Final = f"{_W}txbxContent"
_SKIPPED: Final = frozenset(
    (
        _FALLBACK,
        f"{_W}pPr",
        f"{_W}rPr",
        f"{_W}instrText",
        f"{_W}rt",
        f"{_W}sectPr",
        f"{_W}tblPr",
        f"{_W}sdtPr",
        f"{_W}delText",
    )
)
_PIECES: Final = {f"{_W}tab": " ", f"{_W}cr": BREAK, f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": "", f"{_W}ptab": " "}
_PAGE_BREAKS: Final = ("page", "column")
_TITLE_PAGE: Final = 12  # paragraphs in which a title on several lines may stand


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says. ``level`` is 0 for running text."""

    level: int = 0
    is_title: bool = False
    is_contents: bool = False
    is_verse: bool = False
    place: ListPlace = field(default_factory=ListPlace)
    """The automatic list that numbers the headings in this style."""


@dataclass(slots=True)
class DocxText:
    """The paragraphs, and how much of what cannot be read aloud was met."""

    blocks: list[Block] = field(default_factory=list)
    notes: int = 0
    text_boxes: int = 0
    deletions: int = 0
    titles: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Paragraph:
    text: str = ""
    style: Style = field(default_factory=Style)
    level: int = 0


def read_paragraphs(
    body: etree._Element, styles: Mapping[str, Style], default: Style, numbers: HeadingNumbers
) -> DocxText:
    """The blocks of the document's body. ``default`` is the style of paragraphs that name none."""
    return _Reader(styles, default, numbers).read(body)


class _Reader:
    def __init__(self, styles: Mapping[str, Style], default: Style, numbers: HeadingNumbers) -> None:
        self._numbers = numbers
        self._styles = styles
        self._default = default
        self._result = DocxText()
        self._paragraphs: list[_Paragraph] = []
        self._buffer: list[str] = []
        self._rows: list[list[str]] = []

    def read(self, body: etree._Element) -> DocxText:
        stack: list[tuple[etree._Element, Iterator[etree._Element]]] = [(body, iter(body))]
        while stack:
            element, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._close(element)
            elif self._is_entered(child):
                self._open(child)
                stack.append((child, iter(child)))
        self._result.blocks = _make_blocks(self._paragraphs, self._result)
        return self._result

    def _is_entered(self, element: etree._Element) -> bool:
        """Handles what has no text below it; whether there may be some."""
        tag = element.tag
        if tag in _DELETED:
            self._result.deletions += 1
        elif tag in _NOTE_REFERENCES:
            self._result.notes += 1
        elif tag == _TEXT_BOX:
            self._result.text_boxes += 1
        elif tag == f"{_W}t":
            self._buffer.append(element.text or "")
        elif tag == f"{_W}br":
            if element.get(f"{_W}type") not in _PAGE_BREAKS:
                self._buffer.append(BREAK)
        elif tag in _PIECES:
            self._buffer.append(_PIECES[str(tag)])
        elif tag == f"{_W}r" and _is_hidden(element):
            pass
        else:
            return tag not in _SKIPPED
        return False

    def _open(self, element: etree._Element) -> None:
        if element.tag == f"{_W}tr":
            self._rows.append([])
        elif element.tag == f"{_W}p" and not self._rows:
            self._buffer.clear()

    def _close(self, element: etree._Element) -> None:
        if element.tag == f"{_W}tc" and self._rows:
            self._rows[-1].append("".join(self._buffer))
            self._buffer.clear()
        elif element.tag == f"{_W}tr" and self._rows:
            cells = [cell for cell in self._rows.pop() if cell.strip()]
            row = CELL.join(cells)
            if self._rows:  # a table inside a cell
                self._buffer.append(f" {row} ")
            elif row:
                self._paragraphs.append(_Paragraph(row, self._default))
        elif element.tag == f"{_W}p" and self._rows:
            self._buffer.append(" ")
        elif element.tag == f"{_W}p":
            self._end_paragraph(element)

    def _end_paragraph(self, element: etree._Element) -> None:
        properties = element.find(f"{_W}pPr")
        named = properties.find(f"{_W}pStyle") if properties is not None else None
        identifier = named.get(f"{_W}val", "") if named is not None else ""
        style = self._styles.get(identifier, self._default)
        own_level, own_place = read_outline_level(properties), read_place(properties)
        level = style.level if own_level is None else own_level
        text = "".join(self._buffer)
        if level:
            text = join_label(self._numbers.count(style.place if own_place is None else own_place), text.strip())
        self._paragraphs.append(_Paragraph(text, style, level))
        self._buffer.clear()


def read_outline_level(properties: etree._Element | None) -> int | None:
    """The heading level in the properties of a paragraph or style, 0 for running text, None where nothing is said."""
    outline = properties.find(f"{_W}outlineLvl") if properties is not None else None
    value = outline.get(f"{_W}val", "") if outline is not None else ""
    if not value.isdecimal():
        return None
    return int(value) + 1 if int(value) < 9 else 0


def _is_hidden(run: etree._Element) -> bool:
    properties = run.find(f"{_W}rPr")
    hidden = properties.find(f"{_W}vanish") if properties is not None else None
    return hidden is not None and hidden.get(f"{_W}val", "true") not in ("0", "false", "off")


def _make_blocks(paragraphs: list[_Paragraph], result: DocxText) -> list[Block]:
    titles = [index for index, each in enumerate(paragraphs) if each.style.is_title and each.text.strip()]
    are_headings = (
        len(titles) > 2 and titles[-1] > _TITLE_PAGE
    )  # one title is the book's; each chapter may have one, too
    blocks: list[Block] = []
    stanza = 0
    was_blank = True
    for paragraph in paragraphs:
        text = clean_text(paragraph.text)
        if not text.replace(BREAK, "").strip():
            blocks.append(Block(SCENE_BREAK, is_blank=True))
            was_blank = True
            continue
        level = 1 if paragraph.style.is_title and are_headings else paragraph.level
        types = ("toc",) if paragraph.style.is_contents else ()
        if paragraph.style.is_title and not are_headings:
            result.titles.append(text.replace(BREAK, " "))
            types = ("titlepage",)
        if is_ornament(text) and not level:
            blocks.append(Block(SCENE_BREAK))
            continue
        stanza += was_blank
        was_blank = False
        for each in split_lines(text, is_verse=paragraph.style.is_verse, is_heading=level > 0):
            _add_block(blocks, Block(each, level, types, stanza=stanza if paragraph.style.is_verse else 0))
    return blocks


def _add_block(blocks: list[Block], block: Block) -> None:
    if block.stanza and blocks and blocks[-1].stanza == block.stanza:
        blocks[-1].text += f"\n{block.text}"
    else:
        blocks.append(block)
