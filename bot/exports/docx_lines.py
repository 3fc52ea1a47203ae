"""What each line of a Word document consists of: people's texts and ours, each of which runs in its own direction."""

from collections.abc import Iterable, Sequence

from bot.exports.capitals import to_capitals
from bot.exports.conventions import (
    ALTERED_MARK,
    format_range,
    format_sound_label,
    format_speaker,
    list_role_facts,
)
from bot.exports.docx_text import Piece, join_with
from bot.exports.sheet import ScriptSheet, SheetRole, SheetScene
from bot.scripts.models import Cue, Scene
from bot.scripts.text_units import to_single_line


def describe_book(sheet: ScriptSheet) -> list[Piece]:
    """The book's title and its author."""
    by = [join_with(", "), Piece("by"), join_with(" "), Piece(to_single_line(sheet.author))] if sheet.author else []
    return [Piece(to_single_line(sheet.ebook_title)), *by]


def describe_role(role: SheetRole, language: str) -> list[Piece]:
    """An entry of the cast list."""
    about = _join("; ", [to_single_line(role.voice), *list_role_facts(role)])
    return describe_entry(format_speaker(role.name, language), about)


def describe_entry(name: str, about: Sequence[Piece]) -> list[Piece]:
    """A name and what is said about it."""
    return [Piece(name, bold=True), join_with(": "), *about]


def describe_sound(number: int, cue: Cue) -> list[Piece]:
    """An entry of a list of sounds."""
    return [Piece(f"[{number}]"), join_with(" "), Piece(to_single_line(cue.text)), join_with(" "), _cite(cue)]


def title_scene(scene: Scene, language: str, *, bold: bool = False) -> list[Piece]:
    """Number, place and time of a scene."""
    place, time = to_capitals(scene.place, language), to_capitals(scene.time, language)
    return _join(" – ", [f"SCENE {scene.n}", place, time], bold=bold)


def describe_scene(scene: SheetScene, language: str) -> list[Piece]:
    """How long a scene runs, and who is there."""
    return [Piece(f"Runs {format_range(scene.running_time)}"), *_list_present(scene.scene, language)]


def list_scene(scene: SheetScene, language: str) -> list[Piece]:
    """An entry of the list of scenes."""
    first, last = scene.cues[0].n, scene.cues[-1].n
    cues = f"cue {first}" if first == last else f"cues {first}–{last}"
    about = Piece(f"{format_range(scene.running_time)}, {cues}")
    return [
        *title_scene(scene.scene, language, bold=True),
        join_with(": "),
        about,
        *_list_present(scene.scene, language),
    ]


def describe_cue(sheet: ScriptSheet, cue: Cue) -> list[Piece]:
    """A cue with its number."""
    number = join_with(f"{cue.n}.\t")
    if not cue.kind.is_spoken:
        label = Piece(format_sound_label(sheet, cue), underline=True)
        words = _join(" – ", [to_capitals(text, sheet.language) for text in (cue.text, cue.direction)], underline=True)
        return [number, label, join_with(": ", underline=True), *words]
    direction = to_single_line(cue.direction)
    how = [join_with(" ("), Piece(direction), join_with(")")] if direction else []
    mark = [join_with(f" {ALTERED_MARK}")] if cue.is_altered else []
    return [
        *(number, Piece(format_speaker(cue.speaker, sheet.language), bold=True)),
        *how,
        *mark,
        join_with(": "),
        _say(cue),
    ]


def _say(cue: Cue) -> Piece:
    return Piece(to_single_line(cue.text))


def _cite(cue: Cue) -> Piece:
    return Piece(f"(cue {cue.n})")


def _list_present(scene: Scene, language: str) -> list[Piece]:
    if not scene.present:
        return []
    names = _join(", ", [format_speaker(name, language) for name in scene.present])
    return [join_with("; "), Piece("present"), join_with(": "), *names]


def _join(separator: str, texts: Iterable[str], *, bold: bool = False, underline: bool = False) -> list[Piece]:
    pieces: list[Piece] = []
    for text in filter(None, texts):
        if pieces:
            pieces.append(join_with(separator, bold=bold, underline=underline))
        pieces.append(Piece(text, bold=bold, underline=underline))
    return pieces
