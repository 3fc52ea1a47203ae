"""How long a script runs: an estimate from its spoken words, its sounds and the pauses between speakers."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from bot.scripts.models import Cue, CueKind, RunningTime
from bot.scripts.text_units import count_units

WORDS_PER_MINUTE: Final = 155.0
"""ACX's rule of thumb: 9,300 words to the finished hour. Audiobooks are read at 150 to 160 words a minute."""
SLOW_WORDS_PER_MINUTE: Final = 140.0
"""The lower end of what narrators do; gives the upper end of the running time."""
FAST_WORDS_PER_MINUTE: Final = 165.0
"""The upper end of what narrators do; gives the lower end of the running time."""
CHARACTERS_PER_MINUTE: Final = 275.0
"""Chinese, Japanese and Korean are read at about 250 to 300 characters a minute."""
SLOW_CHARACTERS_PER_MINUTE: Final = 250.0
FAST_CHARACTERS_PER_MINUTE: Final = 300.0
SFX_SECONDS: Final = 2.5
"""A typical single sound effect, such as a door."""
MUSIC_SECONDS: Final = 6.0
"""A typical bridge before the music goes under the next line."""
SPEAKER_CHANGE_SECONDS: Final = 0.5
"""The pause when another speaker takes over."""
SAME_SPEAKER_SECONDS: Final = 0.25
"""The pause between two lines of one speaker."""
MIN_SPEECH_SECONDS: Final = 0.5
"""The least a spoken line lasts: a line without words ("…", "—") is still a breath."""


def estimate_speech_seconds(
    text: str,
    words_per_minute: float = WORDS_PER_MINUTE,
    characters_per_minute: float = CHARACTERS_PER_MINUTE,
) -> float:
    """Seconds to speak ``text``. ``characters_per_minute`` is for scripts that are written without spaces."""
    units, characters = _count_units(text)
    words = units - characters
    return max(MIN_SPEECH_SECONDS, 60 * (words / words_per_minute + characters / characters_per_minute))


@lru_cache(maxsize=2_048)
def _count_units(text: str) -> tuple[int, int]:
    """Like ``count_units``; kept, because most cues of a script that is read or edited again have the same text as before."""
    return count_units(text)


def estimate_running_time(words: int, unspaced_characters: int) -> RunningTime:
    """How long a text with so many words takes to speak. Characters of scripts without spaces count among the words."""
    spaced = words - unspaced_characters
    fast = spaced / FAST_WORDS_PER_MINUTE + unspaced_characters / FAST_CHARACTERS_PER_MINUTE
    slow = spaced / SLOW_WORDS_PER_MINUTE + unspaced_characters / SLOW_CHARACTERS_PER_MINUTE
    return RunningTime(low=math.floor(60 * fast), high=math.ceil(60 * slow))


def add_timing(cues: Iterable[Cue]) -> tuple[tuple[Cue, ...], RunningTime]:
    """The cues with ``start`` and ``seconds``, and the running time of all of them as a range.

    There is a pause only between two spoken lines in a row; a sound between two lines is its own pause.
    """
    timed: list[Cue] = []
    start = low = high = 0.0
    previous: Cue | None = None
    for cue in cues:
        pause = _estimate_pause(previous, cue)
        seconds = fast = slow = estimate_cue_seconds(cue)
        if cue.kind.is_spoken and cue.fixed_seconds is None:
            fast = estimate_speech_seconds(cue.text, FAST_WORDS_PER_MINUTE, FAST_CHARACTERS_PER_MINUTE)
            slow = estimate_speech_seconds(cue.text, SLOW_WORDS_PER_MINUTE, SLOW_CHARACTERS_PER_MINUTE)
        timed.append(cue.model_copy(update={"start": round(start + pause, 2), "seconds": round(seconds, 2)}))
        start += pause + seconds
        low += pause + fast
        high += pause + slow
        previous = cue
    return tuple(timed), RunningTime(low=math.floor(low), high=math.ceil(high))


def estimate_cue_seconds(cue: Cue) -> float:
    """How long one cue lasts, in seconds, without the pause before it."""
    if cue.fixed_seconds is not None:
        return cue.fixed_seconds
    if cue.kind.is_spoken:
        return estimate_speech_seconds(cue.text)
    return MUSIC_SECONDS if cue.kind is CueKind.MUSIC else SFX_SECONDS


def _estimate_pause(previous: Cue | None, cue: Cue) -> float:
    if previous is None or not previous.kind.is_spoken or not cue.kind.is_spoken:
        return 0.0
    return SAME_SPEAKER_SECONDS if previous.speaker == cue.speaker else SPEAKER_CHANGE_SECONDS
