"""Scene markers of a response: their schema, and what is read from each, whatever the model has put there."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from bot.generation.gemini.fields import describe_list, describe_text, to_line, to_text
from bot.scripts.labels import SceneLabel
from bot.scripts.models import NARRATOR
from bot.scripts.names import clean_name
from bot.scripts.scenes import MAX_PRESENT, merge_names

SCENE_WORD: Final = "scene"
"""The type of a cue that marks a scene."""
MAX_PLACE: Final = 160
"""The most characters of a place. A longer one is no place: a model has put a description there."""
_MAX_TIME: Final = 60

_SIGNS: Final = " :*#.,;–—-"  # around a place or a time
_SEPARATORS: Final = re.compile(r"[,;/\n、，]|\s&\s")
_SCENE_WORDS: Final = {
    SCENE_WORD,
    "scenes",
    "sceneheading",
    "newscene",
    "slug",
    "slugline",
    "setting",
    "location",
    "place",
}

MARKER_PROPERTIES: Final[dict[str, dict[str, object]]] = {
    "time": describe_text("Beside a scene: when it plays, in capitals; left out where the text does not say"),
    "present": describe_list(describe_text("NAME in capitals"), "Beside a scene: who is there, speaking or not"),
}
"""What an entry has beside the place of a scene."""


def is_scene_word(word: str) -> bool:
    """Whether a model means a scene marker by this type of a cue."""
    return "".join(letter for letter in word.casefold() if letter.isalpha()) in _SCENE_WORDS


def read_scene(entry: Mapping[object, object], place: object, find_name: Callable[[str], str]) -> SceneLabel | None:
    """The marker in an entry; None where it names neither place nor time. ``find_name`` gives a name its usual spelling."""
    name = _read_heading(place, MAX_PLACE)
    time = _read_heading(entry.get("time"), _MAX_TIME)
    if time and name.endswith(time):  # THE HALL – NIGHT, and NIGHT once more
        name = name.removesuffix(time).strip(_SIGNS)
    if not name and not time:
        return None
    return SceneLabel(place=name, time=time, present=_read_names(entry.get("present"), find_name))


def _read_heading(value: object, limit: int) -> str:
    return to_line(value, limit).strip(_SIGNS).upper()


def _read_names(value: object, find_name: Callable[[str], str]) -> tuple[str, ...]:
    if isinstance(value, list):
        values = [entry.get("name") if isinstance(entry, Mapping) else entry for entry in value[:MAX_PRESENT]]
    else:
        values = list(_SEPARATORS.split(to_text(value))[:MAX_PRESENT])
    names = filter(None, (clean_name(to_text(entry)) for entry in values))
    return merge_names(find_name(name) for name in names if name != NARRATOR)
