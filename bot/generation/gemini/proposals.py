"""What a response proposes for the series bible: a synopsis, new characters and new words. A response may lack all of it."""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.ebooks.series_bible import (
    MAX_ALIASES,
    MAX_NOTE,
    MAX_SYNOPSIS,
    ROLE_NAMES,
    Character,
    LexiconWord,
    Proposals,
    SeriesBible,
)
from bot.generation.gemini.fields import describe_list, describe_object, describe_text, to_line, to_text
from bot.scripts.names import MAX_NAME, clean_name

_MAX_PROPOSALS: Final = 60
"""The most characters, and the most words, of one response; a model that repeats itself proposes more."""

PROPOSAL_PROPERTIES: Final[dict[str, dict[str, object]]] = {
    "synopsis": describe_text("What happens, in two to four sentences"),
    "new_characters": describe_list(
        describe_object(
            ["name"],
            name=describe_text("NAME in capitals"),
            aliases={"type": "array", "items": describe_text("Another name for the same character")},
            role=describe_text("Who this is in the story, in a few words, or empty"),
            voice=describe_text("How the voice sounds, in one line, or empty"),
            pronunciation=describe_text("How the name is said, in plain syllables, or empty"),
        ),
        "Characters of this text who are not in the book's cast",
    ),
    "new_words": describe_list(
        describe_object(
            ["spelling", "pronunciation"],
            spelling=describe_text("The word as the text spells it"),
            pronunciation=describe_text("How it is said, in plain syllables"),
        ),
        "Words of this text that an actor may say wrong",
    ),
}
"""The schema of the three properties."""


def read_proposals(document: object, bible: SeriesBible) -> Proposals:
    """The proposals in a complete response, without what the bible has already."""
    if not isinstance(document, Mapping):
        return Proposals()
    known_words = {word.spelling.casefold() for word in bible.lexicon}
    words = (word for word in _read_words(document.get("new_words")) if word.spelling.casefold() not in known_words)
    characters = (
        character
        for character in _read_characters(document.get("new_characters"))
        if character.name not in ROLE_NAMES and bible.find_character(character.name) is None
    )
    once = Proposals(characters=tuple(characters), words=tuple(words)) + Proposals()
    return once.model_copy(update={"synopsis": to_line(document.get("synopsis"), MAX_SYNOPSIS)})


def _read_characters(entries: object) -> Iterator[Character]:
    for entry in entries[:_MAX_PROPOSALS] if isinstance(entries, list) else ():
        fields: Mapping[object, object] = entry if isinstance(entry, Mapping) else {"name": entry}
        name = clean_name(to_text(fields.get("name")))
        if name:
            yield Character(
                name=name,
                aliases=_read_aliases(fields.get("aliases"), name),
                role=to_line(fields.get("role"), MAX_NOTE),
                voice=to_line(fields.get("voice"), MAX_NOTE),
                pronunciation=to_line(fields.get("pronunciation"), MAX_NOTE),
            )


def _read_aliases(value: object, name: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else to_text(value).split(",")
    aliases = dict.fromkeys(clean_name(to_text(alias)) for alias in values[:MAX_ALIASES])
    return tuple(alias for alias in aliases if alias and alias != name)


def _read_words(entries: object) -> Iterator[LexiconWord]:
    for entry in entries[:_MAX_PROPOSALS] if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            spelling = to_line(entry.get("spelling"), MAX_NAME)
            pronunciation = to_line(entry.get("pronunciation"), MAX_NOTE)
            if spelling and pronunciation:
                yield LexiconWord(spelling=spelling, pronunciation=pronunciation)
