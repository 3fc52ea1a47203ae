"""A script in Fountain, the plain text that screenwriting programs read (fountain.io/syntax).

Fountain knows no radio drama: sounds are forced action in capitals, underlined, the narrator is a voice-over, and cue numbers
have no place. It knows one escape, the backslash before ``*`` and ``_``. A line that would begin another element begins with a
word joiner instead, which prints nothing; another one parts the two brackets that would begin a note.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.exports.conventions import (
    describe_version,
    find_template_reason,
    format_range,
    format_scene_title,
    format_sound,
    format_sound_label,
    format_speaker,
    list_present,
)
from bot.exports.files import Download, build_file_name
from bot.exports.sheet import ScriptSheet, SheetScene
from bot.scripts.models import NARRATOR, Cue
from bot.scripts.text_units import to_single_line

WORD_JOINER: Final = "\u2060"
"""Invisible, no space, and never in a cue's text: ``to_single_line`` removes it."""

_EMPHASIS: Final = re.compile(r"[*_]|\\(?=[*_\\]|$)")
_NOTE: Final = re.compile(r"\[(?=\[)")
_ELEMENT: Final = re.compile(r"[.!@#>~=(]|(?:INT|EXT|EST|I/E)\b|FADE (?:IN|OUT|TO)\b|$", re.IGNORECASE)
_PLAIN_NAME: Final = re.compile(r"(?!(?:INT|EXT|EST)\b|FADE )[A-Z][A-Z0-9' -]*")
_UNUSABLE_IN_NAMES: Final = str.maketrans("()^", "[]ˆ")  # what follows a round bracket is no part of the name


def build_download(sheet: ScriptSheet) -> Download:
    """The script as a ``.fountain`` file."""
    stored, title = sheet.stored, sheet.script.title
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", title, ending="fountain"
    )
    return Download(name, render_fountain(sheet).encode())


def render_fountain(sheet: ScriptSheet) -> str:
    """The script as Fountain text, which ends in an empty line."""
    title_page = [f"{key}: {escape_fountain(value)}" for key, value in _list_title_entries(sheet) if value]
    blocks = [block for scene in sheet.scenes for block in _render_scene(sheet, scene)]
    return "\n\n".join(["\n".join(title_page), *blocks, ""])


def escape_fountain(text: str) -> str:
    """The text on one line, in which nothing is emphasis, a note or a comment."""
    return _NOTE.sub(f"[{WORD_JOINER}", _EMPHASIS.sub(r"\\\g<0>", to_single_line(text)))


def escape_line(text: str) -> str:
    """The text as a line of its own, which begins no other element and is not empty."""
    escaped = escape_fountain(text)
    return f"{WORD_JOINER}{escaped}" if _ELEMENT.match(escaped) else escaped


def _list_title_entries(sheet: ScriptSheet) -> Iterator[tuple[str, str]]:
    """The title page: the keys of the standard first, then those that only our scripts have."""
    reason = find_template_reason(sheet)
    yield ("Title", to_single_line(sheet.script.title))
    yield ("Author", to_single_line(sheet.author))
    yield ("Source", f"{to_single_line(sheet.ebook_title)}, chapter {sheet.stored.chapter_number}")
    yield ("Draft date", f"{sheet.drafted_at:%Y-%m-%d}")
    yield ("Revision", describe_version(sheet))
    yield ("Script id", sheet.stored.id)
    yield ("Running time", f"{format_range(sheet.script.running_time)} (estimate)")
    yield ("Notes", "" if reason is None else f"Template script. {reason}".strip())


def _render_scene(sheet: ScriptSheet, scene: SheetScene) -> Iterator[str]:
    if sheet.script.scenes:
        present = f", present: {list_present(scene.scene, sheet.language)}" if scene.scene.present else ""
        yield f".{escape_fountain(format_scene_title(scene.scene, sheet.language))} #{scene.scene.n}#"
        yield f"= Runs {format_range(scene.running_time)}{escape_fountain(present)}"
    for cue in scene.cues:
        yield _render_cue(sheet, cue)


def _render_cue(sheet: ScriptSheet, cue: Cue) -> str:
    if not cue.kind.is_spoken:
        return f"!_{escape_fountain(f'{format_sound_label(sheet, cue)}: {format_sound(cue, sheet.language)}')}_"
    direction = escape_fountain(cue.direction)
    return "\n".join(
        [_render_name(cue.speaker, sheet.language), *([f"({direction})"] if direction else []), escape_line(cue.text)]
    )


def _render_name(speaker: str, language: str) -> str:
    """The character line. A name that programs would not take for one is forced by ``@``."""
    name = format_speaker(speaker, language).translate(_UNUSABLE_IN_NAMES)
    extension = " (V.O.)" if name == NARRATOR else ""
    if _PLAIN_NAME.fullmatch(name):
        return f"{name}{extension}"
    end = WORD_JOINER if name.endswith(":") else ""  # "…TO:" would be a transition
    return f"@{escape_fountain(name)}{end}{extension}"
