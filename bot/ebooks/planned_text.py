"""One stretch of a book while its import is planned. Values only."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from bot.ebooks.parsed_book import Heading, Section, SectionKind
from bot.ebooks.reading.numbering import find_number
from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import StateError
from bot.scripts.models import RunningTime
from bot.scripts.text_units import count_units, has_units, to_single_line

DROPPED: Final = "dropped"
"""Why a chapter is left out that a person has dropped."""
MAX_TITLE: Final = 300
"""The longest title of a chapter, in characters; a script request takes no longer one."""
NO_TEXT: Final = "no text"
"""Why a chapter is left out that has nothing but a title."""


@dataclass(frozen=True, slots=True)
class PlannedChapter:
    """A chapter as it will be stored. It can be split at each of its ``headings``."""

    number: int
    title: str
    text: str
    words: int
    running_time: RunningTime
    headings: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class LeftOutSection:
    """A part of the book that becomes no chapter. ``reason`` is its ``SectionKind``, ``DROPPED`` or ``NO_TEXT``."""

    title: str
    text: str
    words: int
    reason: str


@dataclass(frozen=True)
class PlannedText:
    """A stretch of the book in reading order. ``left_out`` is the reason why it becomes no chapter, empty where it does.

    ``stated_numbers`` are the numbers that the titles state, more than one where chapters were merged.
    """

    title: str
    text: str
    headings: tuple[Heading, ...] = ()
    stated_numbers: tuple[int, ...] = ()
    left_out: str = ""

    @cached_property
    def _counts(self) -> tuple[int, int]:
        return count_units(self.text)

    @property
    def words(self) -> int:
        """How many words the text has, or characters where it is written without spaces; counted once."""
        return self._counts[0]

    @property
    def unspaced_characters(self) -> int:
        """How many of the words are single characters of a script that is written without spaces."""
        return self._counts[1]

    @property
    def stated_number(self) -> int | None:
        """The number that the title states; None where it states none."""
        return self.stated_numbers[0] if self.stated_numbers else None

    def merge(self, following: "PlannedText") -> "PlannedText":
        """Both texts as one under this title. The other title becomes a heading at which the text can be split again."""
        title = self.title or following.title
        text, headings = self.text, list(self.headings)
        if following.title and self.title:
            text = _join_paragraphs(text, following.title)
            headings.append(Heading(title=following.title, offset=len(text) - len(following.title)))
        text = _join_paragraphs(text, following.text)
        start = len(text) - len(following.text)
        headings += [_move(heading, start) for heading in following.headings]
        numbers = (*self.stated_numbers, *following.stated_numbers)
        return PlannedText(title, text, tuple(headings), numbers, self.left_out)

    def split(self, heading_index: int) -> "tuple[PlannedText, PlannedText]":
        """The text before the heading under this title, and the text after it under the heading.

        Raises:
            StateError: there is no such heading, or no text on one side of it.
        """
        if not 0 <= heading_index < len(self.headings):
            raise StateError("This heading is no longer in the chapter.", "Look at the chapter list again.")
        heading = self.headings[heading_index]
        end = self.text.find("\n\n", heading.offset)
        paragraph_end, rest_start = (len(self.text), len(self.text)) if end < 0 else (end, end + 2)
        is_whole = to_single_line(self.text[heading.offset : paragraph_end]) == heading.title
        if not is_whole or len(heading.title) > MAX_TITLE:
            rest_start = heading.offset  # the paragraph has more in it than the title will have
        before, after = self.text[: heading.offset].removesuffix("\n\n"), self.text[rest_start:]
        if not before.strip() or not after.strip():
            side = "after" if before.strip() else "before"
            raise StateError(f"No text stands {side} “{heading.title}”.", "Split at another heading.")
        first = replace(self, text=before, headings=self.headings[:heading_index])
        later = tuple(
            _move(other, -rest_start) for other in self.headings[heading_index + 1 :] if other.offset >= rest_start
        )
        number = find_number(heading.title)
        numbers = () if number is None else (number,)
        return first, PlannedText(_shorten(heading.title), after, later, numbers, self.left_out)


def plan_section(section: Section) -> PlannedText:
    """The section as a reader found it, without what no database stores; a title that is too long stays in its text."""
    text = UNSTORABLE_CHARACTERS.sub("\ufffd", section.text)  # as long as before, so that offsets stay right
    reason = section.kind.value
    if section.kind is SectionKind.CHAPTER:
        reason = "" if has_units(text) else NO_TEXT
    title = to_single_line(section.title)
    headings = tuple(Heading(title=to_single_line(each.title), offset=each.offset) for each in section.headings)
    if len(title) > MAX_TITLE:
        text = _join_paragraphs(title, text)
        headings = tuple(_move(heading, len(text) - len(section.text)) for heading in headings)
    numbers = () if section.number is None else (section.number,)
    return PlannedText(_shorten(title), text, headings, numbers, reason)


def _shorten(title: str) -> str:
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def _join_paragraphs(first: str, second: str) -> str:
    return f"{first}\n\n{second}" if first and second else first or second


def _move(heading: Heading, by: int) -> Heading:
    return heading.model_copy(update={"offset": heading.offset + by})
