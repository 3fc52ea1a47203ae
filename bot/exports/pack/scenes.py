"""The scenes of scripts as they are recorded: with who speaks in them, and long ones in parts."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.exports.pack.scheduling import DAY_SECONDS
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue, Scene

_NEAR: Final = 6
"""Cues by which a cut may come earlier to lie before a sound."""


@dataclass(frozen=True, slots=True)
class RecordedScene:
    """A scene of a chapter, or one part of it. ``part`` counts from 1; ``seconds`` is an estimate."""

    chapter: int
    scene: Scene
    part: int
    part_count: int
    first_cue: int
    last_cue: int
    seconds: int
    roles: tuple[str, ...]


def list_recorded_scenes(sheet: ScriptSheet, limit: int = DAY_SECONDS) -> Iterator[RecordedScene]:
    """The scenes of the script in its order, none longer than ``limit`` unless one cue alone is."""
    for scene in sheet.scenes:
        parts = _split(scene.cues, limit)
        for number, cues in enumerate(parts, 1):
            speakers = dict.fromkeys(cue.speaker for cue in cues if cue.kind.is_spoken)
            yield RecordedScene(
                chapter=sheet.stored.chapter_number,
                scene=scene.scene,
                part=number,
                part_count=len(parts),
                first_cue=cues[0].n,
                last_cue=cues[-1].n,
                seconds=_measure(cues),
                roles=tuple(speakers),
            )


def _split(cues: Sequence[Cue], limit: int) -> list[Sequence[Cue]]:
    """The cues in as few parts as fit into ``limit`` each, of about the same length, cut before a sound where one is near."""
    total = _measure(cues)
    if total <= limit or len(cues) == 1:
        return [cues]
    target = total / math.ceil(total / limit)
    lengths = [_measure(cues[:index]) for index in range(1, len(cues))]  # the first part, if cut after so many cues
    best = 1 + next((index for index, length in enumerate(lengths) if length >= target), len(lengths) - 1)
    while best > 1 and lengths[best - 1] > limit:
        best -= 1
    near = range(best, max(best - _NEAR, 0), -1)
    cut = next((index for index in near if not cues[index].kind.is_spoken), best)
    return [cues[:cut], *_split(cues[cut:], limit)]


def _measure(cues: Sequence[Cue]) -> int:
    """From the start of the first to the end of the last, in whole seconds."""
    return math.ceil(cues[-1].start + cues[-1].seconds - cues[0].start)
