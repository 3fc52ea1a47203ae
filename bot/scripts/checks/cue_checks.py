"""Checks of single cues and of the running time."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from bot.scripts.checks.findings import Finding, FindingKind, find_at_cue, find_in_script
from bot.scripts.checks.word_lists import split_words
from bot.scripts.models import NARRATOR, UNKNOWN_SPEAKER, Cue, Script
from bot.scripts.text_units import find_normalized_units, find_units, is_unspaced_character

MAX_UNITS_WITHOUT_PAUSE: Final = 40
"""The most words without a sign at which a speaker breathes."""
MAX_CHARACTERS_WITHOUT_PAUSE: Final = 80
"""The same for characters of scripts that are written without spaces; they are spoken faster than words."""
_LENGTH_TOLERANCE: Final = 0.2
"""How far (0 to 1) the whole estimated range may be from the target length. Rough, as the estimate is."""
_EARLY: Final = 0.75
"""The part of a script (0 to 1) in which a direction can give something away; behind it the ending has begun."""

_PAUSE: Final = re.compile(r"[,.;:!?…—–()\"“”„«»、。，；：！？「」『』‥・\n،؛؟।]|\s-+\s|--")
_GIVES_AWAY: Final = re.compile(
    r"\b(?:(?:the|a|real|true|secret) (?:killer|murderer|murderess|traitor|impostor|imposter|thief|culprit|ghost|villain)"
    r"|is (?:really|actually|secretly) (?:(?:the|an?|his|her|their) \w+|dead|already \w+)"
    r"|turns? out to be"
    r"|(?:will|is going to|about to) die"
    r"|(?:he|she|they|who|later|soon) dies|already dead|is dead|betrays?"
    r"|(?:will|later) (?:reveal|kill|murder|betray)\w*"
    r"|foreshadow\w*|the (?:twist|ending)|plot twist|spoilers?|in disguise"
    r"|(?:does(?: not|n['’]t)|do(?: not|n['’]t)) know (?:yet|that)|unaware (?:that|of)|as we (?:will )?later learn"
    r"|secretly (?:(?:the|an?|his|her|their) \w+|in league|plan\w*|plott?\w*|work\w*|guilty|behind|responsible"
    r"|in love|dead))\b",
    re.IGNORECASE,
)
_ORDINALS: Final = split_words(
    "first second third fourth fifth one two three four five six another other the a an of and mr mrs ms miss dr st"
)
_ANYBODY: Final = split_words("voice voices all both everyone everybody crowd chorus others together")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
_LETTER: Final = re.compile(r"[^\W\d_]")


def find_long_stretches(cues: Iterable[Cue]) -> list[Finding]:
    """Spoken cues in which there is no place to breathe for too long."""
    findings: list[Finding] = []
    for cue in cues:
        if not cue.kind.is_spoken or len(cue.text) <= MAX_UNITS_WITHOUT_PAUSE:
            continue
        sizes = [_measure(stretch) for stretch in _PAUSE.split(cue.text)]
        words, characters = max(size[0] for size in sizes), max(size[1] for size in sizes)
        if words > MAX_UNITS_WITHOUT_PAUSE or characters > MAX_CHARACTERS_WITHOUT_PAUSE:
            count = f"{words} words" if words > MAX_UNITS_WITHOUT_PAUSE else f"{characters} characters"
            sentence = f"{cue.speaker} speaks {count} without a pause."
            findings.append(find_at_cue(FindingKind.NO_PAUSE, cue, sentence))
    return findings


def find_spoilers(cues: Sequence[Cue]) -> list[Finding]:
    """Directions that name what the script itself has not told yet."""
    findings: list[Finding] = []
    heard: set[str] = set()
    for at, cue in enumerate(cues):
        if cue.kind.is_spoken:
            heard.update(find_normalized_units(cue.text))
        if at >= len(cues) * _EARLY or not cue.kind.is_spoken:
            continue
        for match in _GIVES_AWAY.finditer(cue.direction):
            *_, last = find_normalized_units(match[0])
            if last not in heard:
                sentence = f"The direction of {cue.speaker} may give away the ending: “{match[0]}”."
                findings.append(find_at_cue(FindingKind.SPOILER, cue, sentence))
                break
    return findings


def find_absent_speakers(
    script: Script, texts: Iterable[str], characters: Iterable[Sequence[str]]
) -> list[tuple[str, int]]:
    """Speakers whom no text and no character of the book names, each with the number of the first cue."""
    known = {name.casefold() for names in characters for name in names} | {
        NARRATOR.casefold(),
        UNKNOWN_SPEAKER.casefold(),
    }
    first_cues: dict[str, int] = {}
    for cue in script.cues:
        if cue.kind.is_spoken and cue.speaker.casefold() not in known:
            first_cues.setdefault(cue.speaker, cue.n)
    for text in texts:
        if not first_cues:
            break
        words = find_normalized_units(text)
        present = set(words) | {word.removesuffix("'s") for word in words}
        first_cues = {name: n for name, n in first_cues.items() if not _names(name, text, present)}
    return list(first_cues.items())


def find_unknown_speakers(absent: Iterable[tuple[str, int]]) -> list[Finding]:
    """Findings about speakers whom nothing names."""
    return [
        find_in_script(
            FindingKind.UNKNOWN_SPEAKER, f"Neither the book nor its cast mentions {speaker}.", cue=n, speaker=speaker
        )
        for speaker, n in absent
    ]


def find_wrong_length(script: Script, target_minutes: int | None) -> list[Finding]:
    """Whether the script runs much longer or shorter than the book's chapters are to."""
    if not target_minutes or not script.cues:
        return []
    low, high, target = script.running_time.low, script.running_time.high, target_minutes * 60
    if target * (1 - _LENGTH_TOLERANCE) <= high and low <= target * (1 + _LENGTH_TOLERANCE):
        return []
    length = "–".join(dict.fromkeys(f"{max(1, round(seconds / 60))}" for seconds in (low, high)))
    sentence = f"The script runs about {length} min; the target length is {target_minutes} min."
    return [find_in_script(FindingKind.LENGTH, sentence)]


def _measure(stretch: str) -> tuple[int, int]:
    units = find_units(stretch)
    characters = sum(map(is_unspaced_character, units))
    return len(units) - characters, characters


def _names(speaker: str, text: str, present: Collection[str]) -> bool:
    """Whether a text has the words of a name: a role such as FIRST GUARD is there as "the guards"."""
    words = [word.removesuffix("'s") for word in find_normalized_units(speaker)]
    if any(map(is_unspaced_character, words)):
        return speaker.casefold() in text.casefold()
    telling = [word for word in words if word not in _ORDINALS and not word.isdecimal()]
    if not telling or set(telling) <= _ANYBODY or not _shares_alphabet(speaker, text):
        return True
    return all(_is_present(word, present) for word in telling)


def _is_present(word: str, present: Collection[str]) -> bool:
    forms = {word, f"{word}s", f"{word}es", word.removesuffix("s"), word.replace("man", "men")}
    return any(form in present for form in forms)


def _shares_alphabet(name: str, text: str) -> bool:
    """False for a name in Latin letters beside a text in other ones: it may be the same name, spelled in another way."""
    sample = text[:2_000]
    letters = len(_LETTER.findall(sample))
    is_latin = len(_LATIN.findall(sample)) * 2 >= letters
    return letters == 0 or is_latin == (len(_LATIN.findall(name)) * 2 >= len(_LETTER.findall(name)))
