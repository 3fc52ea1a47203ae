"""``spotting.csv``: every sound effect and music with where it starts, how long it lasts and how loud it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.tables import Cell, build_table, format_time
from bot.exports.sheet import ScriptSheet
from bot.scripts.checks.sound_check import follow_sounds
from bot.scripts.models import Cue, CueKind

COLUMNS: Final = (
    "sound",
    "chapter",
    "cue",
    "scene",
    "start",
    "end",
    "length",
    "loop or spot",
    "level",
    "text",
    "note",
)
_LEVELS: Final = (
    (re.compile(r"\bestablish\w*\b.*\bunder\b|\bup\b.*\bunder\b", re.IGNORECASE), "full, then under the voices"),
    (re.compile(r"\bunder\b|\bbackground\b|\bbed\b|\bsneaks? in\b", re.IGNORECASE), "under the voices"),
    (
        re.compile(
            r"\bdistant\b|\bfar\b|\bfaint\w*\b|\boff\b|\bmuffled\b|\bsoft\w*\b|\blow\b|\bquiet\w*\b", re.IGNORECASE
        ),
        "low",
    ),
    (re.compile(r"\bloud\w*\b|\bclose\b|\bfull\b|\bsudden\w*\b|\bslam\w*\b|\bcrash\w*\b", re.IGNORECASE), "full"),
)
_LONG_MUSIC_MINUTES: Final = 5
"""Nobody wants music under the voices for longer, whatever the script says."""
_UNENDED: Final = "no cue ends it; here it ends with its scene"


@dataclass(frozen=True, slots=True)
class SpottedSound:
    """A sound on the time line, in seconds. ``ended_by`` is the cue that ends a loop, ``ends`` the loop that this cue ends."""

    cue: Cue
    end: float
    is_loop: bool
    ended_by: Cue | None
    ends: Cue | None


def spot_sounds(sheet: ScriptSheet) -> Iterator[SpottedSound]:
    """The sounds of a script in its order.

    What is established, held or looped is a loop until the cue that ends it, or until the end of its scene; anything else is a
    spot of the estimated length.
    """
    held = {sound.cue.n: sound for sound in follow_sounds(sheet.script.cues)}
    ended = {sound.end.n: sound.cue for sound in held.values() if sound.end}
    last_cues = {cue.n: each.cues[-1] for each in sheet.scenes for cue in each.cues}
    for cue in sheet.script.cues:
        if cue.kind.is_spoken:
            continue
        sound = held.get(cue.n)
        last = last_cues[cue.n] if sound else cue
        end = sound.end.start if sound and sound.end else last.start + last.seconds
        yield SpottedSound(cue, end, sound is not None, sound.end if sound else None, ended.get(cue.n))


def list_spotting_rows(sheet: ScriptSheet) -> Iterator[tuple[Cell, ...]]:
    """The rows of ``spotting.csv`` for one script."""
    for sound in spot_sounds(sheet):
        cue = sound.cue
        yield (
            name_index(sheet, cue),
            sheet.stored.chapter_number,
            cue.n,
            max(cue.scene, 1),
            format_time(cue.start),
            format_time(sound.end),
            f"{sound.end - cue.start:.1f}",
            "loop" if sound.is_loop else "spot",
            _find_level(cue),
            cue.text,
            "; ".join(filter(None, (cue.direction, *_describe_end(sheet, sound)))),
        )


def _describe_end(sheet: ScriptSheet, sound: SpottedSound) -> Iterator[str]:
    if sound.ended_by:
        yield f"until cue {sound.ended_by.n}"
    elif sound.is_loop:
        yield _UNENDED
    minutes = (sound.end - sound.cue.start) / 60
    if sound.cue.kind is CueKind.MUSIC and minutes > _LONG_MUSIC_MINUTES:
        yield f"runs {minutes:.0f} minutes: decide where it fades"
    if sound.ends:
        yield f"ends {name_index(sheet, sound.ends)}"


def build_spotting(rows: Iterator[tuple[Cell, ...]]) -> Download:
    """The table of these rows."""
    return build_table("spotting.csv", COLUMNS, rows)


def name_index(sheet: ScriptSheet, cue: Cue) -> str:
    """The sound as the script's lists number it, such as ``SFX 3``."""
    return f"{cue.kind.value.upper()} {sheet.sound_numbers[cue.n]}"


def _find_level(cue: Cue) -> str:
    text = f"{cue.text} {cue.direction}"
    found = next((level for pattern, level in _LEVELS if pattern.search(text)), "")
    return found or ("under the voices" if cue.kind is CueKind.MUSIC else "full")
