"""What the team may say about a book, and whether it can be stored."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import InputError
from bot.links import validate_link
from bot.scripts.models import ScriptMode
from bot.scripts.text_units import to_single_line

MAX_EBOOK_TITLE: Final = 200
MAX_EBOOK_ID: Final = 100
"""Discord's documentation: the value of a choice has at most 100 characters."""
MAX_PLANNED_CHAPTERS: Final = 9999
MAX_TARGET_MINUTES: Final = 600
"""Minutes of a chapter's script. Ten hours are as long as most whole audiobooks."""
_LIMITS: Final = {"title": MAX_EBOOK_TITLE, "theme": 100, "language": 40, "audience": 300, "hook": 500, "tone": 300}
"""The most characters of each field. Theme, hook and language are those of ``/script``."""
_ROOM_FOR_COUNT: Final = 6  # characters of "-9999" after a slug
_NO_SLUG_CHARACTER: Final = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EbookChanges:
    """What is to be changed about a book; None leaves a field as it is, an empty text or 0 clears it."""

    title: str | None = None
    theme: str | None = None
    link: str | None = None
    language: str | None = None
    audience: str | None = None
    hook: str | None = None
    tone: str | None = None
    planned_chapters: int | None = None
    mode: ScriptMode | None = None
    target_minutes: int | None = None

    def validate(self, stored_chapters: int) -> dict[str, Any]:
        """The values to store, by the names of the fields of ``Ebook``. ``stored_chapters`` is how many the book has.

        Raises:
            InputError: a value is too long, the title is empty, the link is no web address, fewer chapters are planned than
                there are, or the target length is none.
        """
        values: dict[str, Any] = {}
        for name, limit in _LIMITS.items():
            text = getattr(self, name)
            if text is not None:
                values[name] = _check_length(name, text, limit)
        if values.get("title") == "":
            raise InputError("A book needs a title.", "Type one.")
        if self.link is not None:
            values["link"] = validate_link(self.link)
        if self.planned_chapters is not None:
            values["planned_chapters"] = _check_planned(self.planned_chapters, stored_chapters)
        if self.mode is not None:
            values["mode"] = self.mode.value
        if self.target_minutes is not None:
            values["target_minutes"] = _check_target(self.target_minutes)
        return values


def make_ebook_id(title: str, taken: Collection[str]) -> str:
    """A readable id for a new book, such as ``the-lantern``, or ``the-lantern-2`` where that is taken."""
    title = title.casefold().replace("'", "").replace("’", "")
    decomposed = unicodedata.normalize("NFKD", title)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    slug = _NO_SLUG_CHARACTER.sub("-", unicodedata.normalize("NFC", plain if plain.isascii() else title))
    slug = slug.strip("-")[: MAX_EBOOK_ID - _ROOM_FOR_COUNT].strip("-") or "book"
    if slug not in taken:
        return slug
    return next(each for count in range(2, len(taken) + 3) if (each := f"{slug}-{count}") not in taken)


def _check_length(name: str, text: str, limit: int) -> str:
    text = to_single_line(UNSTORABLE_CHARACTERS.sub("", text))
    if len(text) > limit:
        raise InputError(f"The {name} has {len(text):,} characters; a book's may have {limit}.", f"Shorten the {name}.")
    return text


def _check_target(minutes: int) -> int | None:
    if not 0 <= minutes <= MAX_TARGET_MINUTES:
        raise InputError(
            f"A chapter cannot run {minutes:,} minutes.", f"Type 1 to {MAX_TARGET_MINUTES}, or leave it empty."
        )
    return minutes or None


def _check_planned(planned: int, stored: int) -> int | None:
    if not 0 <= planned <= MAX_PLANNED_CHAPTERS:
        raise InputError(f"A book cannot have {planned:,} chapters.", f"Plan between 1 and {MAX_PLANNED_CHAPTERS:,}.")
    if planned and planned < stored:
        raise InputError(
            f"The book has {stored} chapters already.", f"Plan at least {stored}, or 0 if the number is not known."
        )
    return planned or None
