"""Scenes: which one a cue belongs to while cues are written one after another, and who is present."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.scripts.labels import SceneLabel
from bot.scripts.models import NARRATOR, UNKNOWN_SPEAKER, Cue, Scene

MAX_PRESENT: Final = 40
"""The most names of one scene; a model that repeats itself writes more."""

# Whoever is heard like this is not there. Only where it is plain: a direction in another language adds the speaker.
_ELSEWHERE: Final = re.compile(
    r"\b(?:off|off-?stage|v\.?o|o\.?s|voice-?over|(?:tele)?phone|radio|recording|memory)\b", re.IGNORECASE
)


class SceneTracker:
    """Follows the cues of one part. ``scenes`` are those of the script so far; ``has_speech`` is whether anything was spoken.

    A marker begins a scene with the next cue, so a scene without cues does not exist. A marker that repeats place and time
    of the current scene begins none. A scene break in the source begins one of unknown place where no marker does.
    """

    def __init__(self, scenes: Sequence[Scene] = (), *, has_speech: bool = False) -> None:
        self._count = scenes[-1].n if scenes else 0
        self._current = scenes[-1] if scenes else None
        self._next: SceneLabel | None = None
        self._has_speech = has_speech
        self._is_marked = False  # since something was spoken
        self._changed: dict[int, Scene] = {}

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scenes that have begun here, and the one before them where it has changed."""
        return tuple(self._changed.values())

    def begin(self, label: SceneLabel) -> None:
        """A marker stands here."""
        self._is_marked = True
        current = self._current
        is_unnamed = current is not None and not current.heading and not self._has_speech
        if current is None or not (is_unnamed or _is_same(current, label)):
            self._next = label
            return
        self._next = None
        present = merge_names(current.present, label.present)
        self._set(current.model_copy(update={"place": label.place, "time": label.time, "present": present}))

    def pass_break(self) -> None:
        """A scene break of the source stands here."""
        if self._has_speech and not self._is_marked:
            self._next = SceneLabel()

    def place_cue(self, *, is_spoken: bool) -> int:
        """The number of the scene of the next cue; 0 where none was marked yet."""
        if self._next is not None:
            self._count += 1
            label, self._next, self._has_speech = self._next, None, False
            self._set(label.to_scene(self._count))
        if is_spoken:
            self._has_speech, self._is_marked = True, False
        return self._current.n if self._current else 0

    def _set(self, scene: Scene) -> None:
        self._current = self._changed[scene.n] = scene


def merge_names(*groups: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order."""
    return tuple(dict.fromkeys(name for group in groups for name in group))[:MAX_PRESENT]


def mark_beginning(scenes: Sequence[Scene], cues: Iterable[Cue]) -> tuple[Scene, ...]:
    """The scenes, with one of unknown place before them where something is spoken before the first one begins."""
    if any(cue.scene == 0 and cue.kind.is_spoken for cue in cues):
        return (Scene(n=0), *scenes)
    return tuple(scenes)


def add_speakers(scene: Scene, cues: Iterable[Cue]) -> Scene:
    """The scene with everybody who speaks in these cues as present, except for the narrator and voices from elsewhere."""
    speakers = (cue.speaker for cue in cues if cue.kind.is_spoken and not _ELSEWHERE.search(cue.direction))
    named = (name for name in speakers if name and name not in {NARRATOR, UNKNOWN_SPEAKER})
    return scene.model_copy(update={"present": merge_names(scene.present, named)})


def _is_same(scene: Scene, label: SceneLabel) -> bool:
    heading = label.to_scene().heading
    return bool(heading) and heading.casefold() == scene.heading.casefold()
