"""Compares the speakers of a script with the cast of its book: new names, names that look alike, voices that contradict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.ebooks.series_bible import ROLE_NAMES, Character, find_character
from bot.scripts.models import CastMember
from bot.scripts.text_units import find_normalized_units

_MIN_LENGTH: Final = 4
"""The fewest letters of a name that can be a slip for another: ANN and IAN are two names."""
_MIN_LENGTH_FOR_TWO: Final = 6
"""The fewest letters of the longer name where two letters may differ: ANNA and HANA are two names, HANNAH may be a slip."""

_OPPOSITES: Final[tuple[tuple[frozenset[str], frozenset[str]], ...]] = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("old older elderly aged ancient", "young younger youthful child childlike boyish girlish teenage"),
        ("deep low bass baritone", "high shrill squeaky piping soprano"),
        ("male man masculine", "female woman feminine"),
        ("calm serene composed even", "nervous agitated frantic excited anxious"),
        ("quiet soft whispering whispered gentle hushed", "loud booming shouting harsh thundering"),
        ("slow unhurried drawling", "fast quick rapid hurried"),
        ("warm friendly kind", "cold icy hostile"),
        ("rough gravelly hoarse raspy rasping", "smooth silky clear"),
        ("cheerful bright merry", "gloomy sad mournful"),
    )
)


class CastWarningKind(StrEnum):
    """What is odd about a speaker."""

    NEW = "new"  # not in the book's cast
    SIMILAR = "similar"  # not in the cast, and nearly the name of somebody who is
    VOICE = "voice"  # the voice note contradicts the cast's


@dataclass(frozen=True, slots=True)
class CastWarning:
    """One speaker of a script. ``known`` is the character that is meant, or may be; empty for a name like no other.

    ``voices`` are the two words that contradict each other: the script's and the cast's.
    """

    kind: CastWarningKind
    speaker: str
    known: str = ""
    voices: tuple[str, str] = ("", "")


def check_cast(cast: Iterable[CastMember], characters: Sequence[Character]) -> tuple[CastWarning, ...]:
    """The warnings about a script's cast, in its order. A book without characters has nothing to compare with."""
    if not characters:
        return ()
    warnings = (_check_member(member, characters) for member in cast if member.name not in ROLE_NAMES)
    return tuple(warning for warning in warnings if warning is not None)


def find_similar(name: str, characters: Iterable[Character]) -> Character | None:
    """The character with a name or alias that is nearest to ``name``, and near enough to be mistaken for it, or None."""
    near = [
        (count_edits(name.casefold(), known.casefold()), character)
        for character in characters
        for known in character.names
        if _may_be_mistaken(name, known)
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def find_opposites(note: str, known: str) -> tuple[str, str] | None:
    """A word of ``note`` and the word of ``known`` that it contradicts; None where the two voice notes agree.

    A note that has words of both kinds, as in "low, then shrill", contradicts nothing.
    """
    words, known_words = set(find_normalized_units(note)), set(find_normalized_units(known))
    for one, other in (sides for pair in _OPPOSITES for sides in (pair, pair[::-1])):
        said, contradicted = words & one, known_words & other
        if said and contradicted and not words & other and not known_words & one:
            return min(said), min(contradicted)
    return None


def count_edits(one: str, other: str) -> int:
    """How many letters must be added, removed or replaced to make one text the other."""
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, known in enumerate(other, 1):
            current.append(min(current[-1] + 1, previous[column] + 1, previous[column - 1] + (letter != known)))
        previous = current
    return previous[-1]


def _check_member(member: CastMember, characters: Sequence[Character]) -> CastWarning | None:
    character = find_character(characters, member.name)
    if character is None:
        similar = find_similar(member.name, characters)
        if similar is None:
            return CastWarning(CastWarningKind.NEW, member.name)
        return CastWarning(CastWarningKind.SIMILAR, member.name, similar.name)
    voices = find_opposites(member.voice, character.voice)
    return CastWarning(CastWarningKind.VOICE, member.name, character.name, voices) if voices else None


def _may_be_mistaken(name: str, known: str) -> bool:
    shorter, longer = sorted((len(name), len(known)))
    if shorter < _MIN_LENGTH:
        return False
    return count_edits(name.casefold(), known.casefold()) <= (2 if longer >= _MIN_LENGTH_FOR_TWO else 1)
