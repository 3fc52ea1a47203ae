"""Speakers of a script: under other names, and by a short key."""

import hashlib
from collections.abc import Iterable, Mapping

from bot.scripts.models import CastMember, Cue, Scene
from bot.scripts.scenes import merge_names


def rename_speakers(
    cast: Iterable[CastMember], cues: Iterable[Cue], names: Mapping[str, str]
) -> tuple[tuple[CastMember, ...], tuple[Cue, ...]]:
    """The cast and the cues with the new name for each old one in ``names``.

    Two members who get the same name become one, with the first voice that there is.
    """
    members: dict[str, CastMember] = {}
    for member in cast:
        name = names.get(member.name, member.name)
        earlier = members.get(name)
        members[name] = CastMember(name=name, voice=(earlier.voice if earlier else "") or member.voice)
    renamed = (cue.model_copy(update={"speaker": names[cue.speaker]}) if cue.speaker in names else cue for cue in cues)
    return tuple(members.values()), tuple(renamed)


def rename_present(scenes: Iterable[Scene], names: Mapping[str, str]) -> tuple[Scene, ...]:
    """The scenes with the new name for each old one in ``names`` among those who are present."""
    return tuple(
        scene.model_copy(update={"present": merge_names(names.get(name, name) for name in scene.present)})
        for scene in scenes
    )


def make_speaker_key(name: str) -> str:
    """Twelve hex characters that stand for a speaker's name in a custom id."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def find_speaker(cast: Iterable[CastMember], key: str) -> str | None:
    """The name of the speaker with this key; None where the script has no such speaker."""
    return next((member.name for member in cast if make_speaker_key(member.name) == key), None)
