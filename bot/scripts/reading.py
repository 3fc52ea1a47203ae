"""Which cues of a script a reader sees: all, those of one character, or those in which something is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.scripts.models import Cue, Script
from bot.scripts.speakers import find_speaker
from storage.search_text import find_terms, normalize, parse_query

MAX_QUERY: Final = 40
"""The most characters that are searched for: they are kept in the buttons, so that these work after a restart."""


@dataclass(frozen=True, slots=True)
class ReaderFilter:
    """What is shown: the lines of the speaker with this key (see ``make_speaker_key``), or what matches the query; else all."""

    speaker_key: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue as it is shown. ``is_context``: only to see what a line answers. ``hits`` are places in ``text``."""

    cue: Cue
    text: str
    is_context: bool = False
    hits: tuple[tuple[int, int], ...] = ()


def choose_cues(script: Script, wanted: ReaderFilter) -> list[ShownCue]:
    """The cues that the filter lets through, in order; before each line of one character the cue that precedes it."""
    if wanted.query:
        return _find_matches(script.cues, wanted.query)
    if wanted.speaker_key:
        speaker = find_speaker(script.cast, wanted.speaker_key)
        return [] if speaker is None else _choose_lines(script, speaker)
    return [ShownCue(cue, cue.text) for cue in script.cues]


def _choose_lines(script: Script, speaker: str) -> list[ShownCue]:
    shown: list[ShownCue] = []
    for index, cue in enumerate(script.cues):
        if cue.speaker != speaker:
            continue
        before = script.cues[index - 1] if index else None
        if before is not None and before.speaker != speaker:
            shown.append(ShownCue(before, before.text, is_context=True))
        shown.append(ShownCue(cue, cue.text))
    return shown


def _find_matches(cues: Sequence[Cue], query: str) -> list[ShownCue]:
    """Cues in whose text every word of the query is found, in any case and with or without accents."""
    terms = parse_query(query)
    found: list[ShownCue] = []
    for cue in cues:
        text = normalize(cue.text)
        hits = find_terms(text, terms) if terms else []
        if hits and {number for _, _, number in hits} == set(range(len(terms))):
            found.append(ShownCue(cue, text, hits=_join_hits([(start, end) for start, end, _ in hits])))
    return found


def _join_hits(hits: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The places in order, those that touch one another as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(hits):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)
