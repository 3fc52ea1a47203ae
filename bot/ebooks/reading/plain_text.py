"""Books in plain text and in Markdown."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from bot.ebooks.encodings import find_readings, has_many_controls
from bot.ebooks.markdown_text import render_blocks
from bot.ebooks.parsed_book import ParsedBook, Section, SectionKind
from bot.ebooks.reading.chapter_patterns import FRONT_MATTER_TITLE, split_chapters
from bot.ebooks.reading.heading_rules import TextLine
from bot.ebooks.reading.text_layout import TextLayout
from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import InputError

_HINT: Final = "Save it as UTF-8 text (.txt or .md) and add it again."
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x01-\x08\x0e-\x1f\x7f]")
_MARKDOWN_HEADING: Final = re.compile(r"^#{1,6} +\S", re.MULTILINE)
_NOTE: Final = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?:[ ]{2,}|\t).*)*)\n?", re.MULTILINE)
_NOTE_REFERENCE: Final = re.compile(r"\[\^[^\]\s]+\]")
_FIELDS_WITHIN: Final = 1500  # characters from the beginning of a text without the header of Project Gutenberg
_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)

_GUTENBERG_START: Final = re.compile(
    r"^\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*(?:\n[^\n]+\*{3})?[ ]*$", re.MULTILINE
)
_GUTENBERG_END: Final = re.compile(
    r"^(?:End of (?:the|this) Project Gutenberg[^\n]*\n\s*)?\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG", re.MULTILINE
)
_LANGUAGES: Final = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl",
    "russian": "ru", "polish": "pl", "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "hebrew": "he",
    "finnish": "fi", "swedish": "sv", "danish": "da", "norwegian": "no", "greek": "el", "latin": "la",
}  # fmt: skip
_LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_BYLINE: Final = re.compile(r"\A([^\n]{1,120}(?:\n[^\n]{1,120})?)\n\n?by:?\s+([^\n]{2,80})(?:\n|\Z)", re.IGNORECASE)


def read_text_book(content: bytes, name: str) -> ParsedBook:
    """The book in a text file called ``name``. Where its encoding is uncertain, ``other_reading`` has the second likely one.

    Raises:
        InputError: the file has no text, or what it has is not text.
    """
    readings = [text for text in find_readings(content) if not has_many_controls(text.replace("\x00", ""))]
    if not readings and any(content):
        raise InputError(f"{_shorten(name)} is not readable text.", _HINT)
    readings = [text for text in readings if any(map(str.isalnum, text))]
    if not readings:
        raise InputError(f"{_shorten(name)} has no text.", "Choose another file.")
    books = [_read_text(text, name) for text in readings]
    return books[0].model_copy(update={"other_reading": books[1]}) if len(books) > 1 else books[0]


def _shorten(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"


def _read_text(text: str, name: str) -> ParsedBook:
    text = _INVISIBLE.sub("", UNSTORABLE_CHARACTERS.sub("", _LINE_ENDS.sub("\n", text))).replace("\f", "\n\n")
    header, text, footer = _separate_licence(text)
    is_markdown = name.lower().endswith((".md", ".markdown")) or len(_MARKDOWN_HEADING.findall(text)) > 1
    fields = _read_fields(header or text[:_FIELDS_WITHIN])
    notes: list[str] = []
    if is_markdown:
        front = _FRONT_MATTER.match(text)
        fields |= _read_fields(front[1]) if front else {}
        text = text[front.end() :] if front else text
        notes = [f"{match[1]}. {' '.join(match[2].split())}" for match in _NOTE.finditer(text)]
        text = _NOTE_REFERENCE.sub("", _NOTE.sub("", text))
        lines = _list_markdown_lines(text)
    else:
        lines = [TextLine(line.expandtabs(4).rstrip()) for line in text.split("\n")]
    split = split_chapters(lines, TextLayout([line.text for line in lines if not line.level]).join)
    title, author = _find_title(fields, split.sections, lines, name)
    sections = [section if section.title else section.model_copy(update={"title": title}) for section in split.sections]
    return ParsedBook(
        title=title,
        author=author,
        language=_find_language(fields),
        sections=(
            *_wrap(header, "Project Gutenberg", SectionKind.FRONT_MATTER),
            *sections,
            *_wrap("\n\n".join(notes), "Notes", SectionKind.NOTES),
            *_wrap(footer, "Project Gutenberg licence", SectionKind.BACK_MATTER),
        ),
        warnings=split.warnings,
    )


def _separate_licence(text: str) -> tuple[str, str, str]:
    """What Project Gutenberg puts before and after a book, and the book between them."""
    start = _GUTENBERG_START.search(text)
    end = _GUTENBERG_END.search(text, start.end() if start else 0)
    first, last = start.end() if start else 0, end.start() if end else len(text)
    return text[:first], text[first:last], text[last:]


def _wrap(text: str, title: str, kind: SectionKind) -> list[Section]:
    lines = text.split("\n")
    joined = TextLayout(lines).join(lines)
    return [Section(title=title, text=joined, kind=kind)] if joined else []


def _list_markdown_lines(text: str) -> list[TextLine]:
    lines: list[TextLine] = []
    for block in render_blocks(text):
        texts = [" ".join(block.text.split())] if block.level else block.text.split("\n")
        lines += [*(TextLine(line, block.level) for line in texts), TextLine("")]
    return lines


def _read_fields(text: str) -> dict[str, str]:
    """Lines such as ``Title: The Lantern``, by their names in small letters."""
    found = re.findall(
        r"^(title|author|language|lang|creator):[ \t]*(\S[^\n]*(?:\n[ ]{4,}\S[^\n]*)*)",
        text,
        re.MULTILINE | re.IGNORECASE,
    )
    return {key.lower(): " ".join(value.split()).strip("\"'") for key, value in reversed(found)}


def _find_title(
    fields: dict[str, str], sections: Sequence[Section], lines: Sequence[TextLine], name: str
) -> tuple[str, str]:
    """The book's title and author: as the file states them, or as its first lines do, or else the file's name."""
    title, author = fields.get("title", ""), fields.get("author", fields.get("creator", ""))
    first = sections[0]
    byline = _BYLINE.match(first.text) if first.title == FRONT_MATTER_TITLE else None
    if byline:
        title, author = title or " ".join(byline[1].split()), author or " ".join(byline[2].split())
    highest = [line.text for line in lines if line.level == 1]
    if not title and len(highest) == 1 and lines[0].level == 1:
        title = highest[0]
    return title or re.sub(r"[_\s]+", " ", PurePath(name).stem).strip() or name, author


def _find_language(fields: dict[str, str]) -> str:
    stated = fields.get("language", fields.get("lang", ""))
    known = _LANGUAGES.get(stated.lower().split(",")[0].strip())
    return known or (stated if _LANGUAGE_TAG.fullmatch(stated) else "")
