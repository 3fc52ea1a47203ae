"""Tells a whole book from a chapter, where a chapter's text was asked for."""

from typing import Final

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.plain_text import read_text_book

MIN_CHAPTERS: Final = 3
"""From so many chapters on, a file is probably a book. A chapter may well begin with two headings."""


def count_chapters(content: bytes, name: str) -> int:
    """How many chapters the text file called ``name`` has by its headings; at least 1.

    Raises:
        InputError: the file has no text, or what it has is not text.
    """
    sections = read_text_book(content, name).sections
    return max(1, sum(section.kind is SectionKind.CHAPTER for section in sections))
