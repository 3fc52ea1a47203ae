"""A section's text from its blocks: paragraphs with one empty line between them, headings with their places."""

from collections.abc import Iterable

from bot.ebooks.parsed_book import SCENE_BREAK, Heading, Section, SectionKind
from bot.ebooks.reading.markup import Block


def build_section(title: str, blocks: Iterable[Block], kind: SectionKind, number: int | None = None) -> Section:
    """The section with these blocks; scene breaks at its ends and next to each other are left out."""
    paragraphs: list[str] = []
    headings: list[Heading] = []
    offset = 0
    is_break_due = False
    for block in blocks:
        if block.is_scene_break:
            is_break_due = bool(paragraphs)
            continue
        if is_break_due:
            paragraphs.append(SCENE_BREAK)
            offset += len(SCENE_BREAK) + 2
            is_break_due = False
        if block.level:
            headings.append(Heading(title=block.text, offset=offset))
        paragraphs.append(block.text)
        offset += len(block.text) + 2
    return Section(title=title, text="\n\n".join(paragraphs), kind=kind, number=number, headings=tuple(headings))
