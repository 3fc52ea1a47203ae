"""Reads a Word document (DOCX): chapters by heading styles and outline levels, else by what their titles look like."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from lxml import etree

from bot.ebooks.parsed_book import ParsedBook, Section
from bot.ebooks.reading.book_flow import BookFlow
from bot.ebooks.reading.chapter_cuts import TextLengths, choose_heading_level
from bot.ebooks.reading.chapter_patterns import split_chapters
from bot.ebooks.reading.docx_numbers import HeadingNumbers, ListPlace, get_value, read_place
from bot.ebooks.reading.docx_paragraphs import DocxText, Style, read_outline_level, read_paragraphs
from bot.ebooks.reading.heading_rules import TextLine
from bot.ebooks.reading.limits import MAX_SECTIONS, MAX_TEXT_CHARS
from bot.ebooks.reading.safe_zip import SafeZip
from bot.ebooks.reading.section_pieces import BookFacts, build_sections
from bot.errors import InputError

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_ID: Final = re.compile(r"heading\s?([1-9])", re.IGNORECASE)
_CONTENTS_ID: Final = re.compile(r"(?:toc\s?\d|toc\s?heading|tableofcontents|contents\s?\d)", re.IGNORECASE)
_VERSE_NAME: Final = re.compile(r"verse|poem|poetry|stanza|lyrics|gedicht|vers\b|стих|詩", re.IGNORECASE)
_CHAPTER_NAME: Final = re.compile(
    r"chap(?:ter)?[ _-]?(?:title|head|name|num)|kapitel(?:titel|name)|章題", re.IGNORECASE
)
_MAX_PARENTS: Final = 20  # styles that are based on each other; a circle would have no end
_PROGRAMS: Final = frozenset(("python-docx", "microsoft office user", "user", "author", "unknown", "админ", "admin"))
_EXPORT_AGAIN: Final = "Open it in Word or LibreOffice, save it as .docx again, and attach that file."


def read_docx(path: Path) -> ParsedBook:
    """The book in a DOCX file.

    Raises:
        InputError: the file is damaged, or there is no text in it.
    """
    with SafeZip(path) as archive:
        archive.verify()
    parts = _open(path)
    text = read_paragraphs(parts.body, parts.styles, parts.default_style, HeadingNumbers(parts.numbering))
    if not any(not block.is_scene_break for block in text.blocks):
        raise InputError("This document contains no running text.", "Pictures and text boxes cannot be read.")
    if sum(len(block.text) for block in text.blocks) > MAX_TEXT_CHARS:
        raise InputError(
            f"This document has more than {MAX_TEXT_CHARS:,} characters.",
            "Split it into volumes and add them one at a time.",
        )
    title = parts.title or (text.titles[0] if text.titles else "")
    sections, warnings = _divide(text, title)
    if len(sections) > MAX_SECTIONS:
        raise InputError(
            f"This document has {len(sections):,} chapters; a book may have {MAX_SECTIONS:,}.",
            "Use one heading style for chapters only.",
        )
    return ParsedBook(
        title=title,
        author="" if parts.author.lower() in _PROGRAMS else parts.author,
        language=parts.language.replace("_", "-"),
        sections=tuple(sections),
        warnings=(*_describe_left_out(text), *warnings),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is read of the file through python-docx."""

    body: etree._Element
    styles: dict[str, Style]
    default_style: Style
    numbering: etree._Element | None
    title: str
    author: str
    language: str


def _open(path: Path) -> _Parts:
    try:
        document = docx.Document(str(path))
        styles = _read_styles(document)
        if document.element.body is not None:
            return _Parts(
                body=document.element.body,
                styles=styles,
                default_style=styles.get(_find_default_style(document), Style()),
                numbering=_find_numbering(document),
                title=_get_property(document, "title"),
                author=_get_property(document, "author"),
                language=_get_property(document, "language"),
            )
    except (OpcError, KeyError, ValueError, AttributeError, TypeError, etree.LxmlError) as error:
        # Each of these was seen with damaged documents.
        detail = "Its parts are nested too deeply." if "depth" in str(error) else "Its parts do not fit together."
        raise InputError(f"This DOCX file is damaged. {detail}", _EXPORT_AGAIN) from error
    raise InputError("This DOCX file is damaged. It has no body.", _EXPORT_AGAIN)


def _divide(text: DocxText, title: str) -> tuple[list[Section], tuple[str, ...]]:
    lengths = TextLengths(text.blocks)
    headings = choose_heading_level(text.blocks, lengths)
    if headings and headings.chapters:
        return build_sections(
            BookFlow(text.blocks), headings.cuts, lengths, BookFacts(title, lengths.measure(0, len(text.blocks)))
        ), ()
    split = split_chapters([TextLine(block.text, block.level) for block in text.blocks if not block.is_blank])
    return list(split.sections), split.warnings


def _read_styles(document: Document) -> dict[str, Style]:
    elements = {
        element.get(f"{_W}styleId", ""): element
        for element in document.styles.element.iter(f"{_W}style")
        if element.get(f"{_W}type", "paragraph") == "paragraph"
    }
    return {identifier: _read_style(identifier, elements) for identifier in elements}


def _read_style(identifier: str, elements: dict[str, etree._Element]) -> Style:
    """The style by its id, which is the same in every language of Word, its name, and the styles it is based on."""
    level: int | None = None
    place: ListPlace | None = None
    names: list[str] = []
    current = identifier
    for _ in range(_MAX_PARENTS):
        element = elements.get(current)
        if element is None:
            break
        both = [current, get_value(element, "name")]
        names += both
        heading = next((match for each in both if (match := _HEADING_ID.fullmatch(each))), None)
        stated = read_outline_level(element.find(f"{_W}pPr"))
        place = read_place(element.find(f"{_W}pPr")) if place is None else place
        if level is None:
            level = stated if stated is not None else int(heading[1]) if heading else None
        current = get_value(element, "basedOn")
    own = names[:2]
    if level is None and any(_CHAPTER_NAME.search(each) for each in own):
        level = 1
    return Style(
        level=level or 0,
        is_title=any(each.lower() == "title" for each in own),
        is_contents=any(_CONTENTS_ID.fullmatch(each) for each in names),
        is_verse=any(_VERSE_NAME.search(each) for each in names),
        place=place or ListPlace(),
    )


def _find_numbering(document: Document) -> etree._Element | None:
    """The definitions of the document's lists; None where it has none."""
    part = next(
        (each.target_part for each in document.part.rels.values() if each.reltype == RELATIONSHIP_TYPE.NUMBERING), None
    )
    return getattr(part, "element", None)


def _find_default_style(document: Document) -> str:
    for element in document.styles.element.iter(f"{_W}style"):
        if element.get(f"{_W}default") in ("1", "true") and element.get(f"{_W}type") == "paragraph":
            return str(element.get(f"{_W}styleId", ""))
    return "Normal"


def _get_property(document: Document, name: str) -> str:
    try:
        value = getattr(document.core_properties, name)
    except (AttributeError, KeyError, ValueError, etree.LxmlError):
        return ""  # a book whose properties are damaged still has its text
    return " ".join(str(value or "").split())


def _describe_left_out(text: DocxText) -> list[str]:
    warnings = []
    if text.notes:
        warnings.append(
            f"{_count(text.notes, 'note')} at the foot or the end of the document {_were(text.notes)} left out."
        )
    if text.text_boxes:
        warnings.append(f"The text in {_count(text.text_boxes, 'text box', 'text boxes')} was left out.")
    if text.deletions:
        warnings.append("The document has tracked changes: inserted text is in the book, deleted text is not.")
    return warnings


def _count(number: int, one: str, many: str = "") -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
