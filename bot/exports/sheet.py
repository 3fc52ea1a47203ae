"""Everything that an export prints about one script, computed once: numbers of sounds, scenes with their lengths, the roles."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.ebooks.series_bible import Character, LexiconWord, find_character
from bot.scripts.cue_lists import list_scenes, number_sounds
from bot.scripts.models import Cue, CueKind, RunningTime, Scene, Script
from bot.scripts.text_units import find_normalized_units, find_units
from bot.scripts.timing import add_timing
from storage.stores.ebooks import Ebook
from storage.stores.scripts import StoredScript
from storage.stores.takes import Take


@dataclass(frozen=True, slots=True)
class SheetScene:
    """One scene with its cues and how long it runs."""

    scene: Scene
    cues: tuple[Cue, ...]
    running_time: RunningTime


@dataclass(frozen=True, slots=True)
class SheetRole:
    """One speaker: voice note, how the name is said, and how much there is to record. ``scenes`` are numbers of scenes."""

    name: str
    voice: str
    pronunciation: str
    lines: int
    words: int
    seconds: float
    scenes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScriptSheet:
    """A script as all exports see it.

    ``sound_numbers`` is the index of each SFX and each MUSIC cue in its own list, counted from 1, by the cue's number.
    ``lexicon`` are the words of the book's lexicon that are spoken in the script. ``drafted_at`` is when its text last changed
    and ``edit`` how often it did. ``takes`` are those of all versions of the chapter, oldest first.
    """

    stored: StoredScript
    script: Script
    ebook_title: str
    author: str
    scenes: tuple[SheetScene, ...]
    roles: tuple[SheetRole, ...]
    sound_numbers: dict[int, int]
    lexicon: tuple[LexiconWord, ...]
    drafted_at: datetime
    edit: int = 0
    takes: tuple[Take, ...] = ()

    @property
    def language(self) -> str:
        """The language of the script, a BCP 47 tag."""
        return self.script.language

    @property
    def is_right_to_left(self) -> bool:
        """Whether most letters of the script are of a writing system that runs from right to left."""
        return is_right_to_left("".join(cue.text for cue in self.script.cues if cue.kind.is_spoken))

    def list_sounds(self, kind: CueKind) -> list[tuple[int, Cue]]:
        """The SFX or MUSIC cues with their index numbers."""
        return [(self.sound_numbers[cue.n], cue) for cue in self.script.cues if cue.kind is kind]


def build_sheet(
    stored: StoredScript,
    script: Script,
    *,
    ebook: Ebook | None = None,
    characters: Iterable[Character] = (),
    lexicon: Iterable[LexiconWord] = (),
    drafted_at: datetime | None = None,
    edit: int = 0,
    takes: Sequence[Take] = (),
) -> ScriptSheet:
    """The sheet of a script. ``characters`` and ``lexicon`` are what is accepted in the book's series bible."""
    known = tuple(characters)
    scenes = tuple(SheetScene(scene, cues, add_timing(cues)[1]) for scene, cues in list_scenes(script))
    return ScriptSheet(
        stored=stored,
        script=script,
        ebook_title=ebook.title if ebook else stored.ebook_id,
        author=ebook.author if ebook else "",
        scenes=scenes,
        roles=tuple(_build_role(name, voice, script, known) for name, voice in _list_speakers(script).items()),
        sound_numbers=number_sounds(script.cues),
        lexicon=_find_spoken_words(script, lexicon),
        drafted_at=drafted_at or stored.created_at,
        edit=edit,
        takes=tuple(takes),
    )


def is_right_to_left(text: str) -> bool:
    """Whether most letters of the text are Arabic, Hebrew or of another writing system that runs from right to left."""
    directions = [unicodedata.bidirectional(letter) for letter in text]
    right = sum(direction in {"R", "AL"} for direction in directions)
    return right > directions.count("L")


def _list_speakers(script: Script) -> dict[str, str]:
    """The voice note of each speaker: the cast, then whoever speaks without being in it."""
    cast = {member.name: member.voice for member in script.cast}
    return cast | {cue.speaker: "" for cue in script.cues if cue.kind.is_spoken and cue.speaker not in cast}


def _build_role(name: str, voice: str, script: Script, characters: tuple[Character, ...]) -> SheetRole:
    character = find_character(characters, name)
    cues = [cue for cue in script.cues if cue.speaker == name]
    return SheetRole(
        name=name,
        voice=voice or (character.voice if character else ""),
        pronunciation=character.pronunciation if character else "",
        lines=len(cues),
        words=sum(len(find_units(cue.text)) for cue in cues),
        seconds=sum(cue.seconds for cue in cues),
        scenes=tuple(sorted({max(cue.scene, 1) for cue in cues})),
    )


def _find_spoken_words(script: Script, lexicon: Iterable[LexiconWord]) -> tuple[LexiconWord, ...]:
    text = f" {' '.join(unit for cue in script.cues for unit in find_normalized_units(cue.text))} "
    return tuple(word for word in lexicon if f" {' '.join(find_normalized_units(word.spelling))} " in text)
