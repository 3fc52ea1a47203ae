"""Sounds and music that start and never end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.scripts.checks.findings import Finding, FindingKind, find_at_cue
from bot.scripts.checks.word_lists import split_words
from bot.scripts.models import Cue, CueKind
from bot.scripts.text_units import find_normalized_units

_STARTS: Final = re.compile(
    r"\b(?:ESTABLISH\w*|UNDER|HOLDS?|LOOP(?:S|ED|ING)?|SUSTAIN\w*|CONTINUES?|CONTINUOUS|SNEAKS? IN|FADES? (?:IN|UP))\b",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    r"\b(?:FAD(?:E|ES|ING)(?! (?:IN|UP|UNDER|DOWN|TO UNDER)\b)|OUT|CUTS?(?! THROUGH\b)|STOP(?:S|PED)?|ENDS?|SILENCE|DIES? AWAY"
    r"|TAIL)\b",
    re.IGNORECASE,
)
_CROSSFADE: Final = re.compile(r"\bCROSS-?\s?FAD\w*", re.IGNORECASE)
_DASH: Final = re.compile(r"\s*[–—―]\s*|\s+-+\s+|\s*:\s+|\.\s+")
_NO_NAME: Final = split_words(
    "the a an of and to into in up down under over out off with for then from by on at it all is slowly slow quick "
    "quickly sound sounds sfx music theme ambience ambiance atmosphere background bed fade fades fading cut cuts "
    "stop stops end ends establish hold holds loop loops sneak sneaks crossfade silence everything suddenly soft "
    "softly loud louder distant low continues opening closing beat away dies die tail"
)


@dataclass(frozen=True, slots=True)
class _Sound:
    cue: Cue
    position: int
    names: frozenset[str]
    starts: bool
    ends: bool
    crossfades: bool


@dataclass(frozen=True, slots=True)
class HeldSound:
    """A sound that is established, held or looped; ``end`` is the cue that ends it, None where none does."""

    cue: Cue
    end: Cue | None


def find_endless_sounds(cues: Sequence[Cue]) -> list[Finding]:
    """Sounds and music that are established, held or looped, and that no later cue ends."""
    return [
        find_at_cue(FindingKind.ENDLESS_SOUND, sound.cue, f"{_call(sound.cue)} starts and nothing ends it.")
        for sound in follow_sounds(cues)
        if sound.end is None
    ]


def follow_sounds(cues: Sequence[Cue]) -> list[HeldSound]:
    """Sounds and music that are established, held or looped, in the order of the script, each with the cue that ends it.

    A sound that starts once more is ended by its second start.
    """
    running: list[_Sound] = []
    held: dict[int, HeldSound] = {}
    for position, cue in enumerate(cues):
        if cue.kind.is_spoken:
            continue
        sound, before = _read(cue, position), running
        if sound.ends or sound.crossfades:
            running = _stop(running, sound)
        if sound.starts and not (sound.ends and not sound.crossfades):
            running = [each for each in running if each.names != sound.names or each.cue.kind is not cue.kind]
            running.append(sound)
            held[position] = HeldSound(cue, None)
        held |= {each.position: HeldSound(each.cue, cue) for each in before if each not in running}
    return list(held.values())


def name_sound(cue: Cue) -> str:
    """What sounds, without the commands behind it."""
    return _DASH.split(cue.text, maxsplit=1)[0] or cue.text


def _stop(running: list[_Sound], sound: _Sound) -> list[_Sound]:
    """What still runs: a cue ends what it names, else all of its kind if it names nothing, or if it is music or a crossfade."""
    named = [each for each in running if each.names & sound.names]
    if named:
        return [each for each in running if each not in named]
    if sound.names and sound.cue.kind is CueKind.SFX and not sound.crossfades:
        return running
    return [each for each in running if each.cue.kind is not sound.cue.kind]


def _read(cue: Cue, position: int) -> _Sound:
    """A cue's name and commands. Commands stand behind a dash or in the direction; without a dash, anywhere."""
    name, *rest = _DASH.split(cue.text, maxsplit=1)
    commands = f"{rest[0] if rest else name} {cue.direction}"
    crossfades = _CROSSFADE.search(f"{cue.text} {cue.direction}") is not None
    plain = _CROSSFADE.sub(" ", commands)
    words = find_normalized_units(name if rest else cue.text)
    names = frozenset(word for word in words if word not in _NO_NAME)
    if rest and not names:
        names = frozenset(word for word in find_normalized_units(rest[0]) if word not in _NO_NAME)
    if crossfades:
        names |= frozenset(word for word in find_normalized_units(cue.text) if word not in _NO_NAME)
    return _Sound(
        cue,
        position,
        names,
        crossfades or _STARTS.search(plain) is not None,
        _ENDS.search(plain) is not None,
        crossfades,
    )


def _call(cue: Cue) -> str:
    label = "The music" if cue.kind is CueKind.MUSIC else "The sound"
    return f"{label} “{cue.text[:80]}”"
