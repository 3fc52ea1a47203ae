"""A section's text from its blocks: paragraphs with one empty line between them, headings with their places."""

from collections.abc import Sequence
from typing import Final

from bot.ebooks.parsed_book import SCENE_BREAK, Heading, Section, SectionKind
from bot.ebooks.reading.markup import Block

_USUAL_BLANKS: Final = 0.1
"""The share of empty paragraphs up to which one stands for a change of scene; with more, they only make space."""


def build_section(title: str, blocks: Sequence[Block], kind: SectionKind, number: int | None = None) -> Section:
    """The section with these blocks.

    Scene breaks at its ends, below a heading and next to each other are left out, and empty paragraphs in a poem and where
    there are many.
    """
    blanks = sum(block.is_blank for block in blocks)
    are_blanks_breaks = blanks <= _USUAL_BLANKS * (len(blocks) - blanks)
    paragraphs: list[str] = []
    headings: list[Heading] = []
    offset = 0
    is_break_due = False
    was_heading, was_verse = True, False
    for block in blocks:
        if block.is_scene_break:
            means_break = not block.is_blank or (are_blanks_breaks and not was_verse)
            is_break_due = not was_heading and (is_break_due or means_break)
            continue
        was_verse = block.stanza > 0
        if is_break_due and not block.level:
            paragraphs.append(SCENE_BREAK)
            offset += len(SCENE_BREAK) + 2
        is_break_due = False
        was_heading = block.level > 0
        if was_heading:
            headings.append(Heading(title=block.text, offset=offset))
        paragraphs.append(block.text)
        offset += len(block.text) + 2
    return Section(title=title, text="\n\n".join(paragraphs), kind=kind, number=number, headings=tuple(headings))
