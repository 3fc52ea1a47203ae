"""How a script looks on paper, whatever the format: the conventions of radio drama as text."""

from collections.abc import Sequence
from typing import Final

from bot.exports.capitals import to_capitals
from bot.exports.sheet import ScriptSheet, SheetRole
from bot.exports.timestamps import spell_out_timestamps
from bot.scripts.models import UNKNOWN_SPEAKER, Cue, CueKind, RunningTime, Scene, WriterKind
from bot.scripts.text_splitting import split_sentences
from bot.scripts.text_units import to_single_line

ALTERED_MARK: Final = "†"
"""Stands at a line whose words a person has changed, in a script that otherwise has the author's own."""
ALTERED_NOTE: Final = (
    f"{ALTERED_MARK} marks lines that were changed or added by hand: their words are not the author's."
)
SOUND_LISTS: Final = ((CueKind.SFX, "Sound effects"), (CueKind.MUSIC, "Music"))
"""The two lists of sounds, with their headings."""


def format_clock(seconds: float) -> str:
    """Minutes and seconds, such as ``4:07``; an hour is ``60:00``."""
    minutes, remainder = divmod(round(seconds), 60)
    return f"{minutes}:{remainder:02}"


def format_range(running_time: RunningTime) -> str:
    """The shortest and the longest estimate, such as ``4:00–5:00``."""
    low, high = format_clock(running_time.low), format_clock(running_time.high)
    return low if low == high else f"{low}–{high}"


def format_speaker(name: str, language: str) -> str:
    """A speaker's name as it stands at every line and in the cast list: in capitals, and never empty."""
    return to_capitals(name, language) or UNKNOWN_SPEAKER


def describe_version(sheet: ScriptSheet) -> str:
    """Version, edit and state, such as ``version 2, edit 3, draft``; a script that nobody has edited has no edit."""
    edit = f", edit {sheet.edit}" if sheet.edit else ""
    return f"version {sheet.stored.version}{edit}, {sheet.stored.state.value}"


def list_title_lines(sheet: ScriptSheet) -> list[str]:
    """What the title page says between the title and the script's id, line by line."""
    book = to_single_line(sheet.ebook_title)
    return [
        f"{book}, by {to_single_line(sheet.author)}" if sheet.author else book,
        f"Chapter {sheet.stored.chapter_number}",
        f"Draft of {sheet.drafted_at:%Y-%m-%d}, {describe_version(sheet)}",
        f"Runs {format_range(sheet.script.running_time)} (estimate), {_count(len(sheet.script.cues), 'cue')}",
    ]


def find_template_reason(sheet: ScriptSheet) -> str | None:
    """Why a template is one, without the advice that the card gives after it; None for what a model wrote."""
    if sheet.stored.writer != WriterKind.TEMPLATE:
        return None
    sentences = split_sentences(to_single_line(spell_out_timestamps(sheet.stored.error)))
    return sentences[0] if sentences else ""


def describe_role(role: SheetRole) -> str:
    """What the cast list says after a name: the voice, how the name is said, how much there is to record."""
    return "; ".join(filter(None, (to_single_line(role.voice), *list_role_facts(role))))


def list_role_facts(role: SheetRole) -> list[str]:
    """What the cast list says after the voice: how the name is said, how much there is to record."""
    said = [f"say “{to_single_line(role.pronunciation)}”"] if role.pronunciation else []
    return [*said, _count(role.lines, "line")]


def format_scene_title(scene: Scene, language: str) -> str:
    """Number, place and time in capitals, such as ``SCENE 1 – THE HALL – NIGHT``."""
    return " – ".join(filter(None, (f"SCENE {scene.n}", to_capitals(scene.heading, language))))


def list_present(scene: Scene, language: str) -> str:
    """The names of who is there, joined by commas."""
    return ", ".join(format_speaker(name, language) for name in scene.present)


def format_sound_label(sheet: ScriptSheet, cue: Cue) -> str:
    """The kind of a sound and its index in the list of sounds: ``SFX [4]``."""
    return f"{cue.kind.value.upper()} [{sheet.sound_numbers[cue.n]}]"


def format_sound(cue: Cue, language: str) -> str:
    """A sound in capitals with its direction: ``A DOOR CREAKS – ESTABLISH AND UNDER``."""
    return " – ".join(filter(None, (to_capitals(cue.text, language), to_capitals(cue.direction, language))))


def has_altered_lines(cues: Sequence[Cue]) -> bool:
    """Whether a person has changed the author's words in one of the cues."""
    return any(cue.is_altered for cue in cues)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
