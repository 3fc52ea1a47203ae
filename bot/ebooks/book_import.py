"""The plan between reading a book and storing it: which chapters there will be. Values only.

Every operation returns a new plan. Nothing is lost by any: the chapters and what is left out are always the whole book.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from bot.ebooks.chapter_numbers import MAX_NUMBER, number_chapters
from bot.ebooks.import_warnings import find_warnings
from bot.ebooks.parsed_book import ParsedBook
from bot.ebooks.planned_text import DROPPED, MAX_TITLE, LeftOutSection, PlannedChapter, PlannedText, plan_section
from bot.errors import InputError, StateError
from bot.scripts.models import RunningTime
from bot.scripts.text_units import to_single_line
from bot.scripts.timing import estimate_running_time

MAX_AUTHOR: Final = 200
"""Characters of the authors' names that are kept."""
_LANGUAGE_TAG: Final = re.compile("[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_DEFAULT_MAX_CHARS: Final = 200_000
_STALE: Final = "This chapter is no longer in the list."
_LOOK_AGAIN: Final = "Look at the chapter list again."


@dataclass(frozen=True)
class ImportPlan:
    """The chapters of a book as they are proposed. ``texts`` is the whole book in reading order, with what is left out."""

    title: str
    author: str
    language: str
    texts: tuple[PlannedText, ...]
    reader_warnings: tuple[str, ...] = ()
    first_number: int | None = None
    max_chapter_chars: int = _DEFAULT_MAX_CHARS

    @cached_property
    def chapters(self) -> tuple[PlannedChapter, ...]:
        """The chapters in reading order."""
        kept = [text for text in self.texts if not text.left_out]
        numbers = number_chapters([text.stated_number for text in kept], self.first_number)
        return tuple(
            PlannedChapter(
                number=number,
                title=text.title or f"Chapter {number}",
                text=text.text,
                words=text.words,
                running_time=estimate_running_time(text.words, text.unspaced_characters),
                headings=text.headings,
            )
            for number, text in zip(numbers, kept, strict=True)
        )

    @cached_property
    def left_out(self) -> tuple[LeftOutSection, ...]:
        """What becomes no chapter, in reading order."""
        return tuple(
            LeftOutSection(text.title, text.text, text.words, text.left_out) for text in self.texts if text.left_out
        )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What the reader could not do, and what may be wrong with the chapters."""
        also_there = (
            {number for text in self.texts for number in text.stated_numbers} if self._follows_titles else set[int]()
        )
        return (*self.reader_warnings, *find_warnings(self.chapters, also_there, self.max_chapter_chars))

    def count_words(self) -> "ImportPlan":
        """This plan, after everything in it was counted. For a large book that takes seconds: call it in a thread."""
        _ = self.chapters, self.left_out
        return self

    @property
    def words(self) -> int:
        """The words of all chapters."""
        return sum(chapter.words for chapter in self.chapters)

    @property
    def running_time(self) -> RunningTime:
        """The estimated running time of all chapters."""
        times = [chapter.running_time for chapter in self.chapters]
        return RunningTime(low=sum(time.low for time in times), high=sum(time.high for time in times))

    @property
    def characters(self) -> int:
        """The characters of the whole book, with what is left out."""
        return sum(len(text.text) for text in self.texts)

    def merge_with_previous(self, index: int) -> "ImportPlan":
        """The chapter at ``index`` becomes the end of the one before it.

        Raises:
            StateError: there is no such chapter, or it is the first.
        """
        position = self._find_kept(index)
        if index == 0:
            raise StateError("The first chapter has none before it.", "Choose a later one.")
        previous = self._find_kept(index - 1)
        texts = list(self.texts)
        texts[previous] = texts[previous].merge(texts.pop(position))
        return replace(self, texts=tuple(texts))

    def split_at(self, index: int, heading_index: int) -> "ImportPlan":
        """The chapter at ``index`` ends before the heading, which becomes the title of a new chapter after it.

        Raises:
            StateError: there is no such chapter or heading, or no text on one side of it.
        """
        position = self._find_kept(index)
        parts = self.texts[position].split(heading_index)
        return replace(self, texts=(*self.texts[:position], *parts, *self.texts[position + 1 :]))

    def rename(self, index: int, title: str) -> "ImportPlan":
        """The chapter at ``index`` under another title. Its number stays.

        Raises:
            StateError: there is no such chapter.
            InputError: the title is empty or too long.
        """
        title = to_single_line(title)
        if not title:
            raise InputError("A chapter needs a title.", "Type one.")
        if len(title) > MAX_TITLE:
            raise InputError(f"This title has {len(title)} characters.", f"A title may have {MAX_TITLE}.")
        position = self._find_kept(index)
        return self._replace_text(position, replace(self.texts[position], title=title))

    def drop(self, index: int) -> "ImportPlan":
        """The chapter at ``index`` is left out; it can be restored.

        Raises:
            StateError: there is no such chapter.
        """
        position = self._find_kept(index)
        return self._replace_text(position, replace(self.texts[position], left_out=DROPPED))

    def restore(self, left_out_index: int) -> "ImportPlan":
        """What is left out at this index becomes a chapter, at its place in the book.

        Raises:
            StateError: nothing is left out at this index, or it has no text.
        """
        positions = [position for position, text in enumerate(self.texts) if text.left_out]
        if not 0 <= left_out_index < len(positions):
            raise StateError("This section is no longer left out.", _LOOK_AGAIN)
        position = positions[left_out_index]
        if not self.texts[position].words:
            raise StateError(f"“{self.texts[position].title}” has no text.", "It cannot be a chapter.")
        return self._replace_text(position, replace(self.texts[position], left_out=""))

    def set_first_number(self, number: int) -> "ImportPlan":
        """The chapters are numbered consecutively from ``number``, whatever their titles state.

        Raises:
            InputError: a chapter cannot have such a number.
        """
        highest = MAX_NUMBER - max(0, len(self.chapters) - 1)
        if not 0 <= number <= highest:
            raise InputError(
                f"The first chapter cannot have the number {number}.", f"Type a number from 0 to {highest}."
            )
        return replace(self, first_number=number)

    @property
    def _follows_titles(self) -> bool:
        return all(
            text.stated_number in {None, chapter.number}
            for text, chapter in zip((text for text in self.texts if not text.left_out), self.chapters, strict=True)
        )

    def _find_kept(self, index: int) -> int:
        positions = [position for position, text in enumerate(self.texts) if not text.left_out]
        if not 0 <= index < len(positions):
            raise StateError(_STALE, _LOOK_AGAIN)
        return positions[index]

    def _replace_text(self, position: int, text: PlannedText) -> "ImportPlan":
        return replace(self, texts=(*self.texts[:position], text, *self.texts[position + 1 :]))


def plan_import(book: ParsedBook, title: str = "", *, max_chapter_chars: int = _DEFAULT_MAX_CHARS) -> ImportPlan:
    """The first proposal for a book that was read. ``title`` is what the person calls it, else the file's title counts."""
    return ImportPlan(
        title=to_single_line(title) or to_single_line(book.title),
        author=to_single_line(book.author)[:MAX_AUTHOR],
        language=book.language if _LANGUAGE_TAG.fullmatch(book.language) and book.language != "und" else "",
        texts=tuple(plan_section(section) for section in book.sections),
        reader_warnings=book.warnings,
        max_chapter_chars=max_chapter_chars,
    )
