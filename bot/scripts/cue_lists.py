"""Lists of cues: numbers, ids, timing and scenes that fit together, whatever was done to the cues before."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from bot.scripts.models import Cue, CueKind, Scene, Script
from bot.scripts.scenes import add_speakers
from bot.scripts.timing import add_timing


def create_cue_id() -> str:
    """Eight random hex characters."""
    return secrets.token_hex(4)


def arrange(script: Script, cues: Iterable[Cue], create_id: Callable[[], str] = create_cue_id) -> Script:
    """The script with these cues: numbered from 1, timed, each with an id of its own, and only with scenes that have cues.

    A cue keeps its id; of two with the same id the later one gets a new one. Where the scenes of the cues go back and forth,
    a cue belongs to the latest scene so far. Whoever speaks in a scene is present in it.
    """
    numbered: list[Cue] = []
    taken: set[str] = set()
    latest = 0
    for n, cue in enumerate(cues, 1):
        cue_id = cue.id if cue.id and cue.id not in taken else create_id()
        taken.add(cue_id)
        latest = max(latest, cue.scene)
        numbered.append(cue.model_copy(update={"n": n, "id": cue_id, "scene": latest}))
    scenes, numbered = _number_scenes(script.scenes, numbered)
    groups = {n: tuple(group) for n, group in groupby(numbered, lambda cue: cue.scene)}
    scenes = tuple(add_speakers(scene, groups[scene.n]) for scene in scenes)
    timed, running_time = add_timing(numbered)
    return script.model_copy(update={"cues": timed, "running_time": running_time, "scenes": scenes})


def list_scenes(script: Script) -> list[tuple[Scene, tuple[Cue, ...]]]:
    """Every scene with its cues, in order. A script without scenes is one scene without a place; one without cues has none."""
    known = {scene.n: scene for scene in script.scenes}
    groups = [(n, tuple(group)) for n, group in groupby(script.cues, lambda cue: cue.scene)]
    return [(known.get(n) or Scene(n=max(n, 1)), cues) for n, cues in groups]


def number_sounds(cues: Iterable[Cue]) -> dict[int, int]:
    """The index of each SFX and each MUSIC cue in its own list, counted from 1, by the cue's number."""
    counts = {CueKind.SFX: 0, CueKind.MUSIC: 0}
    numbers: dict[int, int] = {}
    for cue in cues:
        if cue.kind in counts:
            counts[cue.kind] += 1
            numbers[cue.n] = counts[cue.kind]
    return numbers


def _number_scenes(scenes: Sequence[Scene], cues: list[Cue]) -> tuple[tuple[Scene, ...], list[Cue]]:
    """The scenes that have cues, numbered from 1 without a gap, and the cues with these numbers."""
    known = {scene.n: scene for scene in scenes}
    used = sorted({cue.scene for cue in cues} & known.keys())
    numbers = {old: new for new, old in enumerate(used, 1)}
    renumbered = tuple(known[old].model_copy(update={"n": new}) for old, new in numbers.items())
    current = 1 if used else 0  # cues before the first marked scene belong to it
    placed = []
    for cue in cues:
        current = numbers.get(cue.scene, current)
        placed.append(cue.model_copy(update={"scene": current}))
    return renumbered, placed
