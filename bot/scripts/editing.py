"""Changes that a person makes to single cues. Every function returns a whole script whose numbers, ids and scenes fit."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import InputError, NotFoundError
from bot.scripts.cue_lists import arrange
from bot.scripts.models import MAX_CUE_CHARS, NARRATOR, UNKNOWN_SPEAKER, CastMember, Cue, CueKind, Script, ScriptMode
from bot.scripts.names import clean_name
from bot.scripts.text_units import to_single_line

MAX_DIRECTION: Final = 240
"""The most characters of a direction: one line."""


@dataclass(frozen=True, slots=True)
class CueFields:
    """What a person types about a cue. ``keep_timing``: the cue lasts as long as before, whatever its text."""

    text: str
    speaker: str = ""
    direction: str = ""
    keep_timing: bool = False

    @classmethod
    def of(cls, cue: Cue) -> "CueFields":
        """The fields as the cue has them."""
        return cls(cue.text, cue.speaker, cue.direction, cue.fixed_seconds is not None)


def digest_cue(cue: Cue) -> str:
    """Twelve hex characters that stay the same while nobody changes the cue."""
    content = "\n".join((cue.kind, cue.speaker, cue.direction, cue.text, str(cue.fixed_seconds)))
    return hashlib.sha256(content.encode(errors="replace")).hexdigest()[:12]


def find_cue(script: Script, cue_id: str) -> Cue:
    """The cue with this id.

    Raises:
        NotFoundError: it was deleted.
    """
    for cue in script.cues:
        if cue.id == cue_id:
            return cue
    raise NotFoundError("This cue was deleted.", "Open the script again to see how it is now.")


def change_cue(
    script: Script,
    cue_id: str,
    fields: CueFields,
    *,
    voices: Mapping[str, str],
    wordings: Collection[str] | None = None,
) -> Script:
    """The cue has these fields. ``voices`` are the voice notes of the book's cast, by name.

    ``wordings`` are those that a faithful script may have for the cue's spans; another text is marked as altered.

    Raises:
        InputError: the text is empty or too long, or a sound has a speaker.
        NotFoundError: the cue was deleted.
    """
    cue = find_cue(script, cue_id)
    kind, speaker = _choose_kind(cue.kind, fields.speaker)
    text = _check_text(fields.text)
    update = {
        "kind": kind,
        "speaker": speaker,
        "text": text,
        "direction": to_single_line(fields.direction)[:MAX_DIRECTION],
        "is_altered": _is_altered(cue, text, wordings),
        "fixed_seconds": (cue.fixed_seconds or cue.seconds) if fields.keep_timing else None,
    }
    return _replace_cues(
        script, (cue.model_copy(update=update) if each is cue else each for each in script.cues), voices
    )


def insert_cue(
    script: Script, anchor_id: str, kind: CueKind, fields: CueFields, *, before: bool = False, voices: Mapping[str, str]
) -> Script:
    """A new cue stands after the anchor, or before it, in the anchor's scene.

    Raises:
        InputError: see ``change_cue``.
        NotFoundError: the anchor was deleted.
    """
    anchor = find_cue(script, anchor_id)
    chosen, speaker = _choose_kind(kind, fields.speaker)
    new = Cue(
        n=0,
        kind=chosen,
        text=_check_text(fields.text),
        speaker=speaker,
        direction=to_single_line(fields.direction)[:MAX_DIRECTION],
        scene=anchor.scene,
        is_altered=script.mode is ScriptMode.FAITHFUL and chosen.is_spoken,
    )
    at = anchor.n - 1 if before else anchor.n
    return _replace_cues(script, [*script.cues[:at], new, *script.cues[at:]], voices)


def move_cue(script: Script, cue_id: str, position: int) -> Script:
    """The cue has this number (1 is the first), in the scene of the cue that stands there now.

    Raises:
        InputError: there is no such number.
        NotFoundError: the cue was deleted.
    """
    cue = find_cue(script, cue_id)
    if not 1 <= position <= len(script.cues):
        raise InputError(f"There is no cue {position}.", f"The script has cues 1 to {len(script.cues)}.")
    moved = cue.model_copy(update={"scene": script.cues[position - 1].scene})
    others = [each for each in script.cues if each is not cue]
    return arrange(script, [*others[: position - 1], moved, *others[position - 1 :]])


def delete_cue(script: Script, cue_id: str, *, voices: Mapping[str, str]) -> Script:
    """The cue is gone.

    Raises:
        InputError: it is the last one.
        NotFoundError: it was deleted already.
    """
    cue = find_cue(script, cue_id)
    if len(script.cues) == 1:
        raise InputError("This is the script's only cue.", "Change its text instead.")
    return _replace_cues(script, (each for each in script.cues if each is not cue), voices)


def update_cast(cast: Iterable[CastMember], cues: Iterable[Cue], voices: Mapping[str, str]) -> tuple[CastMember, ...]:
    """The cast that speaks in the cues: new speakers join it, and who speaks no more leaves it; the narrator stays."""
    speakers = dict.fromkeys(cue.speaker for cue in cues if cue.speaker)
    kept = [member for member in cast if member.name in speakers or member.name == NARRATOR]
    known = {member.name for member in kept}
    return (*kept, *(CastMember(name=name, voice=voices.get(name, "")) for name in speakers if name not in known))


def _replace_cues(script: Script, cues: Iterable[Cue], voices: Mapping[str, str]) -> Script:
    arranged = arrange(script, cues)
    return arranged.model_copy(update={"cast": update_cast(arranged.cast, arranged.cues, voices)})


def _is_altered(cue: Cue, text: str, wordings: Collection[str] | None) -> bool:
    if cue.spans is None:
        return cue.is_altered
    return text not in wordings if wordings is not None else cue.is_altered or text != cue.text


def _choose_kind(kind: CueKind, speaker: str) -> tuple[CueKind, str]:
    """The narrator's lines are narration, everybody else's are dialogue; sounds have no speaker."""
    name = clean_name(speaker)
    if not kind.is_spoken:
        if name:
            raise InputError("A sound has no speaker.", "Leave the speaker empty, or add a line of dialogue instead.")
        return kind, ""
    if name == NARRATOR or (not name and kind is CueKind.NARRATION):
        return CueKind.NARRATION, NARRATOR
    return CueKind.DIALOGUE, name or UNKNOWN_SPEAKER


def _check_text(text: str) -> str:
    cleaned = to_single_line(text)
    if not cleaned:
        raise InputError("The cue has no text.", "Type what is spoken or heard, or delete the cue.")
    if len(cleaned) > MAX_CUE_CHARS:
        raise InputError(
            f"The text has {len(cleaned):,} characters; a cue has at most {MAX_CUE_CHARS:,}.",
            "Shorten it, or add a second cue after this one.",
        )
    return cleaned
