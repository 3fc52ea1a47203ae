"""Who is meant by a name: the speakers of a script and the characters of its book, compared word by word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.scripts.checks.speech_tags import TITLES, Subject
from bot.scripts.checks.word_lists import split_words
from bot.scripts.models import NARRATOR, UNKNOWN_SPEAKER, Script
from bot.scripts.text_units import find_normalized_units

_ARTICLES: Final = split_words("the a an der die das el la los las le les un une il lo")
_MALE: Final = split_words("mr sir lord herr señor don monsieur signor господин")
_FEMALE: Final = split_words("mrs miss ms lady madam madame mme mlle frau señora doña signora госпожа")
_GENERIC: Final = split_words(
    "mother father mum mom mama mamma dad daddy papa grandma granny grandmother grandpa grandfather aunt auntie "
    "uncle sister brother cousin son daughter wife husband nurse doctor captain sergeant inspector king queen "
    "prince princess man woman boy girl child stranger father mutter vater frau mann madre padre mère père both all"
)
"""Words that are written like a name and may mean somebody whose name is another."""


@dataclass(frozen=True, slots=True)
class _Name:
    words: frozenset[str]
    titles: frozenset[str]
    full: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may speak. ``speaker`` is the name as scripts spell it."""

    speaker: str
    names: tuple[_Name, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who speaks instead of the speaker that a script names."""

    suggestion: str


def collect_people(script: Script, characters: Iterable[Sequence[str]]) -> tuple[Person, ...]:
    """Everybody who speaks in the script or is a character of the book; each character's names, the script's spelling first."""
    speakers = [member.name for member in script.cast] + [cue.speaker for cue in script.cues if cue.speaker]
    names: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for own in characters:
        if own:
            names[own[0]] = list(own)
            known |= {name.casefold(): own[0] for name in own}
    for speaker in dict.fromkeys(speakers):
        if speaker not in {NARRATOR, UNKNOWN_SPEAKER}:
            names.setdefault(known.get(speaker.casefold(), speaker), [speaker])
    return tuple(Person(speaker, tuple(map(_read_name, own))) for speaker, own in names.items())


def find_contradiction(people: Sequence[Person], speaker: str, subject: Subject) -> Attribution | None:
    """Who the subject of a speech tag is, if that is certainly not the speaker; None otherwise."""
    own = find_person(people, speaker)
    if subject.owner:
        return _contradict_owner(people, own, subject)
    candidates = _find_candidates(people, subject.words)
    if own in candidates or (own is not None and not subject.is_name and _has_words(own, subject.words)):
        return None
    if candidates:
        return Attribution(candidates[0].speaker)
    words = set(subject.words) - TITLES
    if not subject.is_name or not words or words & _GENERIC or (own is not None and _is_role(own)):
        return None
    return Attribution(" ".join(subject.words).upper())


def find_person(people: Iterable[Person], speaker: str) -> Person | None:
    """The person under whose name or alias somebody speaks."""
    full = _read_name(speaker).full
    return next((each for each in people if any(name.full == full for name in each.names)), None)


def find_suggestion(people: Sequence[Person], subject: Subject | None) -> str:
    """Who the subject of a tag is, empty where that is not certain."""
    if subject is None or not subject.words or subject.owner:
        return ""
    candidates = _find_candidates(people, subject.words)
    return candidates[0].speaker if len(candidates) == 1 else ""


def _contradict_owner(people: Sequence[Person], own: Person | None, subject: Subject) -> Attribution | None:
    """ "Nita's mother said" contradicts NITA, and nobody else."""
    if own is None or not set(subject.words) & _GENERIC or own not in _find_candidates(people, subject.owner):
        return None
    if [name for name in own.names if name.words >= set(subject.words)]:
        return None
    meant = _find_candidates(people, (*subject.owner, *subject.words)) or _find_candidates(people, subject.words)
    return Attribution(next((each.speaker for each in meant if each is not own), ""))


def _find_candidates(people: Sequence[Person], words: Sequence[str]) -> list[Person]:
    """The people whose name has these words; those who have no other words in it where there are any."""
    wanted = _split(words)
    exact = [each for each in people if any(_fits(name, wanted) and name.words == wanted.words for name in each.names)]
    if exact:
        same = [each for each in exact if any(name.titles == wanted.titles for name in each.names)]
        return same if wanted.titles and same else exact
    return [
        each
        for each in people
        if any(
            _fits(name, wanted) and (name.words >= wanted.words or name.words <= wanted.words) for name in each.names
        )
    ]


def _has_words(person: Person, words: Iterable[str]) -> bool:
    return any(name.words >= set(words) for name in person.names)


def _fits(name: _Name, wanted: _Name) -> bool:
    if not name.words or not wanted.words:
        return bool(name.titles & wanted.titles) and not name.words and not wanted.words
    both = name.titles | wanted.titles
    return not (both & _MALE and both & _FEMALE)


def _read_name(text: str) -> _Name:
    return _split(find_normalized_units(text))


def _split(words: Iterable[str]) -> _Name:
    full = tuple(word.removesuffix("'s") for word in words if word not in _ARTICLES)
    titles = frozenset(full) & TITLES
    return _Name(frozenset(full) - titles, titles, full)


def _is_role(person: Person) -> bool:
    """Whether the person has no name as far as is known: a role such as OLD MAN may turn out to be anybody."""
    return all(name.words & _GENERIC or not name.words for name in person.names)
