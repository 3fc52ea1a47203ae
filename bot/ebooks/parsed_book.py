"""What a reader finds in a book's file: its sections in reading order, and what seems wrong with it. Values only."""

from enum import StrEnum
from typing import Final

from bot.scripts.models import FrozenModel

SCENE_BREAK: Final = "* * *"
"""A section's text marks a scene break with a paragraph of its own that holds exactly this."""


class SectionKind(StrEnum):
    """What a section of a book is. Only chapters become scripts; the rest is shown as left out and can be restored."""

    CHAPTER = "chapter"
    FRONT_MATTER = "front matter"
    BACK_MATTER = "back matter"
    NOTES = "notes"


class Heading(FrozenModel):
    """A heading inside a section's text, where the section can be split.

    ``offset`` is the index in ``Section.text`` at which the heading's paragraph begins.
    """

    title: str
    offset: int


class Section(FrozenModel):
    """One piece of a book in reading order, under its real title.

    ``text`` has paragraphs that are separated by one empty line; single line ends stay in poems alone. The section's own title
    is not repeated in it. ``number`` is what the title or the book says ("Chapter IV" has 4), None where it says nothing.
    ``headings`` are the headings inside the text, in order.
    """

    title: str
    text: str
    kind: SectionKind = SectionKind.CHAPTER
    number: int | None = None
    headings: tuple[Heading, ...] = ()


class ParsedBook(FrozenModel):
    """A whole book as a reader found it.

    ``language`` is a BCP 47 tag such as ``en`` or ``ja``, empty where the file says nothing. ``warnings`` are whole sentences
    for the person who adds the book, about what the reader could not do ("Page 12 has no text."). ``other_reading`` is the
    same book in the second most likely encoding, where a text file's encoding is uncertain and a person has to choose.
    """

    title: str
    author: str
    language: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    other_reading: "ParsedBook | None" = None
