"""Tells a whole book from a chapter, where a chapter's text was asked for."""

from typing import Final

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.plain_text import read_text_book

MIN_CHAPTERS: Final = 3
"""From so many chapters on, a file is probably a book. A chapter may well begin with two headings."""
_MOST_LINES: Final = 4_000
"""Lines of a text whose headings are looked for in this process. A chapter of the longest kind has 3,000, and the search takes
a minute for the 60,000 lines of a hostile one."""


def count_chapters(content: bytes, name: str) -> int:
    """How many chapters the text file called ``name`` has by its headings; at least 1, and 1 for very many lines.

    Raises:
        InputError: the file has no text, or what it has is not text.
    """
    if content.count(b"\n") > _MOST_LINES:
        return 1
    sections = read_text_book(content, name).sections
    return max(1, sum(section.kind is SectionKind.CHAPTER for section in sections))
