"""The headings of a PDF: as its outline names them, and as the size of its letters shows them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pypdfium2

from bot.ebooks.reading.heading_rules import TextLine, is_bare_heading
from bot.ebooks.reading.number_words import fold_words
from bot.ebooks.reading.numbering import find_number
from bot.ebooks.reading.pdf_lines import clean_line
from bot.ebooks.reading.pdf_paragraphs import Paragraph

_MAX_ENTRIES: Final = 3_000
_MAX_DEPTH: Final = 6
_MAX_HEADING: Final = 160  # characters
_LARGER: Final = 1.13  # times the size of the text, from which letters are a heading's
_MAX_LINES: Final = 3  # paragraphs of one heading
_PAGE_NAME: Final = re.compile(
    r"(?:page|p\.|seite|стр\.?|página|第)?\s*(?:\d+|[ivxlc]+)\s*(?:页|頁|ページ)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An entry of a PDF's outline; ``level`` is 1 for the highest, ``y`` the height on the page where it is known."""

    title: str
    level: int
    page: int
    y: float | None


def read_outline(document: pypdfium2.PdfDocument) -> list[OutlineEntry]:
    """The entries that lead to a page; none where the outline only names pages."""
    entries = []
    for bookmark in islice(document.get_toc(max_depth=_MAX_DEPTH), _MAX_ENTRIES):
        title = clean_line(" ".join(bookmark.get_title().split()))
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        if title and page is not None:
            _, view = destination.get_view()
            entries.append(OutlineEntry(title, bookmark.level + 1, page, view[1] if len(view) > 1 else None))
    named = [entry for entry in entries if not _PAGE_NAME.fullmatch(entry.title)]
    is_chapters = len(named) * 2 > len(entries) or len({entry.page for entry in entries}) * 4 < len(document)
    return sorted(entries, key=lambda entry: entry.page) if is_chapters else []


def mark_by_size(paragraphs: Sequence[Paragraph], body_size: float) -> list[TextLine]:
    """The text with a level for each paragraph in larger letters: the larger, the higher."""
    large = [paragraph for paragraph in paragraphs if _is_large(paragraph, body_size)]
    sizes = sorted({round(paragraph.size * 2) for paragraph in large}, reverse=True)
    levels = {size: min(index + 1, _MAX_DEPTH) for index, size in enumerate(sizes)}
    lines: list[TextLine] = []
    previous: Paragraph | None = None
    for paragraph in paragraphs:
        level = levels[round(paragraph.size * 2)] if _is_large(paragraph, body_size) else 0
        text = " ".join(paragraph.text.split()) if level else paragraph.text
        if level and previous and previous.page == paragraph.page and _continues(lines[-2], text, level):
            before = lines[-2]
            lines[-2] = TextLine(_join_titles(before.text, text), min(before.level, level))
        else:
            _append(lines, paragraph, TextLine(text, level))
        previous = paragraph if level else None
    return lines


def mark_by_outline(
    paragraphs: Sequence[Paragraph], entries: Sequence[OutlineEntry], body_size: float
) -> list[TextLine]:
    """The text with the headings of the outline; where the page does not have the title itself, it is put in."""
    starts: dict[int, list[int]] = {}
    for index, paragraph in enumerate(paragraphs):
        starts.setdefault(paragraph.page, []).append(index)
    found: dict[int, tuple[int, TextLine]] = {}
    inserted: dict[int, list[TextLine]] = {}
    for entry in entries:
        here = [index for index in starts.get(entry.page, []) if index not in found]
        match = _find_title(paragraphs, here, entry.title)
        if match:
            first, end = match
            title = entry.title
            if (
                end < len(paragraphs)
                and is_bare_heading(title)
                and _is_large(paragraphs[end], body_size)
                and paragraphs[end].page == entry.page
            ):
                title = _join_titles(title, paragraphs[end].text)
                end += 1
            found[first] = (end, TextLine(title, entry.level))
        else:
            inserted.setdefault(_find_place(paragraphs, here, entry), []).append(TextLine(entry.title, entry.level))
    lines: list[TextLine] = []
    skip = 0
    for index, paragraph in enumerate(paragraphs):
        for heading in inserted.get(index, ()):
            _append(lines, paragraph, heading)
        if index in found:
            skip, heading = found[index]
            _append(lines, paragraph, heading)
        elif index >= skip:
            _append(lines, paragraph, TextLine(paragraph.text))
    return lines


def _append(lines: list[TextLine], paragraph: Paragraph, line: TextLine) -> None:
    if (paragraph.is_apart or line.level) and lines and lines[-1].text:
        lines.append(TextLine(""))
    lines.append(line)
    if line.level:
        lines.append(TextLine(""))


def _is_large(paragraph: Paragraph, body_size: float) -> bool:
    has_words = any(map(str.isalnum, paragraph.text))
    return has_words and paragraph.size >= body_size * _LARGER and len(paragraph.text) <= _MAX_HEADING


def _continues(before: TextLine, text: str, level: int) -> bool:
    """Whether the heading belongs to the one right before: its second line, or the title below a number."""
    if not before.level or is_bare_heading(text):
        return False
    return is_bare_heading(before.text) or (before.level == level and not find_number(text))


def _join_titles(number: str, title: str) -> str:
    separator = ": " if is_bare_heading(number) and not number.endswith((":", "—", "–")) else " "
    return f"{number.rstrip('.') if separator == ': ' else number}{separator}{' '.join(title.split())}"


def _find_title(paragraphs: Sequence[Paragraph], indexes: Sequence[int], title: str) -> tuple[int, int] | None:
    """The paragraphs on the page that are the title: the first one and the one after the last.

    The page may have only a part of it, such as the title without its number.
    """
    wanted = _fold(title)
    best: tuple[int, int, int] | None = None
    for first in indexes:
        text = ""
        for end in range(first, min(first + _MAX_LINES, len(paragraphs))):
            if len(paragraphs[end].text) > _MAX_HEADING or paragraphs[end].page != paragraphs[first].page:
                break
            text += _fold(paragraphs[end].text)
            if text == wanted:
                return first, end + 1
            is_part = wanted.startswith(text) or wanted.endswith(text) or text.endswith(wanted)
            if is_part and len(text) >= 3 and (best is None or len(text) > best[0]):
                best = len(text), first, end + 1
    if best:
        return best[1:]
    number = find_number(title)
    for first in indexes:
        if (
            number is not None
            and is_bare_heading(paragraphs[first].text)
            and find_number(paragraphs[first].text) == number
        ):
            return first, first + 1
    return None


def _find_place(paragraphs: Sequence[Paragraph], indexes: Sequence[int], entry: OutlineEntry) -> int:
    """The paragraph before which a heading belongs that the page does not have."""
    below = [index for index in indexes if entry.y and paragraphs[index].y <= entry.y]
    if below or indexes:
        return (below or indexes)[0]
    return next((index for index, paragraph in enumerate(paragraphs) if paragraph.page >= entry.page), len(paragraphs))


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold_words(text))
