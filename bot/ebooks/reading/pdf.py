"""Books in PDF: lines become paragraphs and chapters, without running heads, page numbers and notes at the foot of pages."""

import ctypes
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import pypdfium2
from pypdfium2 import raw

from bot.ebooks.parsed_book import ParsedBook, Section, SectionKind
from bot.ebooks.reading.chapter_patterns import ChapterSplit, split_chapters
from bot.ebooks.reading.limits import MAX_PAGES, MAX_TEXT_CHARS
from bot.ebooks.reading.pdf_headings import OutlineEntry, mark_by_outline, mark_by_size, read_outline
from bot.ebooks.reading.pdf_lines import PageLine, read_lines
from bot.ebooks.reading.pdf_margins import drop_margins
from bot.ebooks.reading.pdf_notes import take_notes
from bot.ebooks.reading.pdf_paragraphs import Paragraph, ParagraphBuilder
from bot.ebooks.reading.pdf_vertical import turn_vertical
from bot.errors import InputError

_LEAST_TEXT_PAGES: Final = 0.1  # of all pages; a file with fewer is pictures
_MAX_UNKNOWN: Final = 0.2  # of all characters, from which the text is unreadable
_CLEAR_LEAD: Final = 1.3  # by which sizes must fit better than the outline that the file has
_MAX_NAMED_PAGES: Final = 5
_NO_TITLE: Final = re.compile(
    r"untitled.*|microsoft word.*|.*\.(?:docx?|odt|rtf|txt|indd|tex|pdf|qxd|html?)|\W*", re.IGNORECASE
)
_NO_AUTHOR: Final = re.compile(r"unknown|admin(?:istrator)?|user|owner|author|\W*", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_UNKNOWN: Final = re.compile("[\ufffd\ue000-\uf8ff]")
_OCR_HINT: Final = "Run text recognition (OCR) over it first, or attach the book as EPUB, DOCX or text."
_SAVE_AGAIN: Final = "Open it in a PDF reader, save it again, and attach the new file."


def read_pdf(path: Path) -> ParsedBook:
    """The book in a PDF with text.

    Raises:
        InputError: it needs a password, is damaged, too long, or has no text.
    """
    document = _open(path)
    try:
        if len(document) > MAX_PAGES:
            raise InputError(
                f"This PDF has {len(document):,} pages; a book may have {MAX_PAGES:,}.",
                "Add its volumes one at a time.",
            )
        pages, empty = _read_pages(document)
        entries = read_outline(document)
        metadata = document.get_metadata_dict()
        language = _read_language(document)
    finally:
        document.close()
    _check_text(pages)
    return _build_book(pages, entries, metadata, language, _list_empty(empty))


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise InputError("This PDF is protected with a password.", "Attach a copy without a password.") from error
        if getattr(error, "err_code", None) == raw.FPDF_ERR_SECURITY:
            raise InputError(
                "This PDF is protected in a way that cannot be read.", "Attach a copy without DRM."
            ) from error
        raise InputError("This PDF is damaged and cannot be opened.", _SAVE_AGAIN) from error


def _read_pages(document: pypdfium2.PdfDocument) -> tuple[list[list[PageLine]], list[int]]:
    """The lines of each page, and the numbers of pages that have something on them but no text."""
    pages: list[list[PageLine]] = []
    empty: list[int] = []
    length = 0
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            pages.append([])
            empty.append(index + 1)
            continue
        pages.append(turn_vertical(read_lines(page, index)))
        if not pages[-1] and raw.FPDFPage_CountObjects(page):
            empty.append(index + 1)
        page.close()
        length += sum(len(line.text) for line in pages[-1])
        if length > MAX_TEXT_CHARS:
            raise InputError(f"This PDF has more than {MAX_TEXT_CHARS:,} characters.", "Add its volumes one at a time.")
    return pages, empty


def _check_text(pages: Sequence[Sequence[PageLine]]) -> None:
    with_text = sum(any(map(str.isalnum, line.text)) for page in pages for line in page[:1])
    if not with_text or with_text < len(pages) * _LEAST_TEXT_PAGES:
        raise InputError("This PDF has no text; its pages are pictures.", _OCR_HINT)
    text = "".join(line.text for page in pages for line in page)
    if len(_UNKNOWN.findall(text)) > len(text) * _MAX_UNKNOWN:
        raise InputError(
            "This PDF does not say which letters its signs stand for, so its text cannot be read.", _OCR_HINT
        )


def _build_book(
    pages: Sequence[list[PageLine]],
    entries: Sequence[OutlineEntry],
    metadata: dict[str, str],
    language: str,
    warnings: Sequence[str],
) -> ParsedBook:
    texts, notes = take_notes(drop_margins(pages))
    builder = ParagraphBuilder(texts)
    paragraphs = _join_initials(builder.build(), builder.body_size)
    split = _choose_split(paragraphs, entries, builder.body_size)
    title = "" if _NO_TITLE.fullmatch(metadata.get("Title", "")) else " ".join(metadata["Title"].split())
    author = "" if _NO_AUTHOR.fullmatch(metadata.get("Author", "")) else " ".join(metadata["Author"].split())
    chapters = {section.title for section in split.sections if section.kind is SectionKind.CHAPTER}
    title = title or _find_largest_title(paragraphs, builder.body_size, chapters)
    sections = [
        each if each.title else each.model_copy(update={"title": title or "Untitled"}) for each in split.sections
    ]
    if notes:
        sections.append(Section(title="Notes", text="\n\n".join(notes), kind=SectionKind.NOTES))
    return ParsedBook(
        title=title, author=author, language=language, sections=tuple(sections), warnings=(*warnings, *split.warnings)
    )


def _choose_split(paragraphs: Sequence[Paragraph], entries: Sequence[OutlineEntry], size: float) -> ChapterSplit:
    by_size = split_chapters(mark_by_size(paragraphs, size))
    if not entries:
        return by_size
    by_outline = split_chapters(mark_by_outline(paragraphs, entries, size))
    return by_size if by_size.confidence > by_outline.confidence * _CLEAR_LEAD else by_outline


def _join_initials(paragraphs: Sequence[Paragraph], body_size: float) -> list[Paragraph]:
    """Puts large initials in front of the words that they begin."""
    joined: list[Paragraph] = []
    initial: Paragraph | None = None
    for paragraph in paragraphs:
        if initial and initial.page == paragraph.page and paragraph.text[:1].isalpha():
            paragraph.text = initial.text + paragraph.text
            paragraph.is_apart = initial.is_apart
        elif initial:
            joined.append(initial)
        is_initial = len(paragraph.text) == 1 and paragraph.text.isalpha() and paragraph.size > body_size * 1.6
        initial = (
            paragraph
            if (is_initial and paragraph.text not in "IVX") or (is_initial and paragraph.size > body_size * 2.2)
            else None
        )
        if initial is None:
            joined.append(paragraph)
    return [*joined, initial] if initial else joined


def _find_largest_title(paragraphs: Sequence[Paragraph], body_size: float, chapters: Collection[str]) -> str:
    """The text in the largest letters on the first two pages, if it is larger than the rest and no chapter's title."""
    first = [each for each in paragraphs if each.page < 2 and each.size > body_size * 1.3 and 2 < len(each.text) <= 120]
    title = " ".join(max(first, key=lambda each: each.size).text.split()) if first else ""
    return "" if any(title in chapter for chapter in chapters) else title


def _list_empty(numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    if len(numbers) == 1:
        return [f"Page {numbers[0]} has no text; it may be a picture."]
    shown = ", ".join(map(str, numbers[:_MAX_NAMED_PAGES]))
    more = f" and {len(numbers) - _MAX_NAMED_PAGES} more" if len(numbers) > _MAX_NAMED_PAGES else ""
    return [f"{len(numbers)} pages have no text and may be pictures: {shown}{more}."]


def _read_language(document: pypdfium2.PdfDocument) -> str:
    buffer = (ctypes.c_ushort * 64)()
    length = raw.FPDFCatalog_GetLanguage(document, buffer, ctypes.sizeof(buffer))
    language = bytes(buffer)[: max(length - 2, 0)].decode("utf-16-le", errors="replace")
    return language if _LANGUAGE.fullmatch(language) else ""
