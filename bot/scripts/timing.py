"""How long a script runs: an estimate from its spoken words, its sounds and the pauses between speakers."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from bot.scripts.models import Cue, CueKind, RunningTime
from bot.scripts.text_units import is_dense, units

WORDS_A_MINUTE: Final = 155.0
"""ACX's rule of thumb, 9,300 words to the finished hour; audiobooks are read at 150 to 160."""
SLOW_WORDS: Final = 140.0
FAST_WORDS: Final = 165.0
CHARACTERS_A_MINUTE: Final = 275.0
"""Chinese, Japanese, Korean: about 250 to 300 characters a minute."""
SLOW_CHARACTERS: Final = 250.0
FAST_CHARACTERS: Final = 300.0
SFX_SECONDS: Final = 2.5
MUSIC_SECONDS: Final = 6.0
GAP_BETWEEN_SPEAKERS: Final = 0.5
GAP_SAME_SPEAKER: Final = 0.25
SHORTEST_LINE: Final = 0.5
"""A line without words ("…", "—") is still a breath, in seconds."""


def spoken_seconds(text: str, words: float = WORDS_A_MINUTE, characters: float = CHARACTERS_A_MINUTE) -> float:
    """Seconds to say ``text`` at that many words, and characters of scripts without spaces, a minute."""
    counted = units(text)
    dense = sum(map(is_dense, counted))
    return max(SHORTEST_LINE, 60 * ((len(counted) - dense) / words + dense / characters))


def timed(cues: Iterable[Cue]) -> tuple[tuple[Cue, ...], RunningTime]:
    """The cues with ``start`` and ``seconds``, and the whole's running time as a range.

    A pause stands only between two lines that follow each other; a sound between them is its own pause.
    """
    done: list[Cue] = []
    at = low = high = 0.0
    before: Cue | None = None
    for cue in cues:
        gap = _gap(before, cue)
        seconds = cue_seconds(cue)
        done.append(cue.model_copy(update={"start": round(at + gap, 2), "seconds": round(seconds, 2)}))
        at += gap + seconds
        low += gap + (spoken_seconds(cue.text, FAST_WORDS, FAST_CHARACTERS) if cue.kind.spoken else seconds)
        high += gap + (spoken_seconds(cue.text, SLOW_WORDS, SLOW_CHARACTERS) if cue.kind.spoken else seconds)
        before = cue
    return tuple(done), RunningTime(low=math.floor(low), high=math.ceil(high))


def running_time(cues: Sequence[Cue]) -> RunningTime:
    """The range alone, in seconds."""
    return timed(cues)[1]


def cue_seconds(cue: Cue) -> float:
    """How long one cue lasts, in seconds."""
    if cue.kind.spoken:
        return spoken_seconds(cue.text)
    return MUSIC_SECONDS if cue.kind is CueKind.MUSIC else SFX_SECONDS


def _gap(before: Cue | None, cue: Cue) -> float:
    if before is None or not before.kind.spoken or not cue.kind.spoken:
        return 0.0
    return GAP_SAME_SPEAKER if before.speaker == cue.speaker else GAP_BETWEEN_SPEAKERS
