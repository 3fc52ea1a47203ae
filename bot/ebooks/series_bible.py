"""The series bible as values: what a writer is told about a book, and what a writer proposes for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from bot.scripts.models import NARRATOR, UNKNOWN_SPEAKER, FrozenModel

T = TypeVar("T")

ROLE_NAMES: Final = frozenset({NARRATOR, UNKNOWN_SPEAKER})
"""Speakers of a script that are nobody in the story, so that they are no part of a book's cast."""

MAX_SYNOPSIS: Final = 1_500
"""The most characters of a chapter's synopsis: a few sentences."""
MAX_NOTE: Final = 240
"""The most characters of a role, a voice note or a pronunciation: one line."""
MAX_ALIASES: Final = 10
"""The most aliases of one character. A model that repeats itself would propose more."""


class Character(FrozenModel):
    """A character: the name in capitals, as scripts spell it, other names, and how the voice sounds and the name is said."""

    name: str
    aliases: tuple[str, ...] = ()
    role: str = ""
    voice: str = ""
    pronunciation: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias."""
        return (self.name, *self.aliases)


class LexiconWord(FrozenModel):
    """A word and how it is pronounced."""

    spelling: str
    pronunciation: str


class ChapterSynopsis(FrozenModel):
    """What happens in a chapter, in a few sentences."""

    chapter_number: int
    text: str


class Proposals(FrozenModel):
    """What a writer proposes for the series bible, together with a script."""

    synopsis: str = ""
    characters: tuple[Character, ...] = ()
    words: tuple[LexiconWord, ...] = ()

    def __add__(self, later: "Proposals") -> "Proposals":
        """These proposals and those of a later part of the chapter; the first proposal of a name or a word is kept."""
        return Proposals(
            synopsis=" ".join(filter(None, (self.synopsis, later.synopsis)))[:MAX_SYNOPSIS],
            characters=_keep_first((*self.characters, *later.characters), lambda character: character.name),
            words=_keep_first((*self.words, *later.words), lambda word: word.spelling),
        )


@dataclass(frozen=True, slots=True)
class SeriesBible:
    """What is accepted about a book when a chapter of it is written. ``story`` is the story so far, by chapter."""

    tone: str = ""
    audience: str = ""
    language: str = ""
    hook: str = ""
    link: str = ""
    cast: tuple[Character, ...] = ()
    lexicon: tuple[LexiconWord, ...] = ()
    story: tuple[ChapterSynopsis, ...] = ()

    def find_character(self, name: str) -> Character | None:
        """The character with this name, else the one with this alias, in any case; None where there is none."""
        return find_character(self.cast, name)


def find_character(cast: Iterable[Character], name: str) -> Character | None:
    """The character with this name, else the one with this alias, in any case; None where there is none."""
    key = name.casefold()
    members = tuple(cast)
    by_name = (member for member in members if member.name.casefold() == key)
    by_alias = (member for member in members if key in map(str.casefold, member.aliases))
    return next(by_name, None) or next(by_alias, None)


def _keep_first(entries: Iterable[T], get_name: Callable[[T], str]) -> tuple[T, ...]:
    kept: dict[str, T] = {}
    for entry in entries:
        kept.setdefault(get_name(entry).casefold(), entry)
    return tuple(kept.values())
