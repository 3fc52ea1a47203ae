"""A script to print, by the conventions of radio drama: title page, lists, and numbered cues that no page breaks."""

from typing import Any, Final

from bot.exports.capitals import to_capitals
from bot.exports.conventions import (
    ALTERED_NOTE,
    SOUND_LISTS,
    describe_version,
    find_template_reason,
    format_range,
    format_sound,
    format_sound_label,
    format_speaker,
    has_altered_lines,
    list_role_facts,
    list_title_lines,
)
from bot.exports.files import Download, build_file_name
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet, SheetRole, SheetScene
from bot.exports.typesetting import PrintedDocument, isolate, isolate_ours, shorten, typeset
from bot.scripts.models import Cue, Scene
from bot.scripts.text_units import to_single_line

_HEADER_COLUMNS: Final = 80
"""Of a title, so that the header has two lines at most."""


def build_download(sheet: ScriptSheet, options: ExportOptions) -> Download:
    """The script as a ``.pdf`` file."""
    stored = sheet.stored
    parts = (stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", sheet.script.title)
    printed = render_script(sheet, options)
    return Download(build_file_name(*parts, ending="pdf"), printed.content, printed.notes)


def render_script(sheet: ScriptSheet, options: ExportOptions) -> PrintedDocument:
    """The script as a PDF."""
    title = to_single_line(sheet.script.title)
    reason = find_template_reason(sheet)
    remarks = [f"Template script. {reason}".strip()] if reason is not None else []
    data = {
        "kind": "script",
        "right_to_left": sheet.is_right_to_left,
        "title": title,
        "shown_title": isolate(title),
        "author": to_single_line(sheet.author),
        "header": f"{isolate(shorten(title, _HEADER_COLUMNS))}, {describe_version(sheet)}",
        "lines": [describe_book(sheet), *list_title_lines(sheet)[1:], f"Id {sheet.stored.id}"],
        "remarks": [*remarks, *([ALTERED_NOTE] if has_altered_lines(sheet.script.cues) else [])],
        "logline": isolate(to_single_line(sheet.script.logline)),
        "lists": [each for each in _list_front_matter(sheet) if each["items"]],
        "scenes": [
            describe_scene(sheet, scene) | {"cues": [describe_cue(sheet, cue) for cue in scene.cues]}
            for scene in sheet.scenes
        ],
    }
    return typeset(data, sheet.language, options)


def describe_book(sheet: ScriptSheet) -> str:
    """The book's title and its author."""
    book, author = isolate(to_single_line(sheet.ebook_title)), isolate(to_single_line(sheet.author))
    return f"{book}, by {author}" if author else book


def print_scene_title(scene: Scene, language: str) -> str:
    """Number, place and time, each in its own direction."""
    names = [isolate(to_capitals(name, language)) for name in (scene.place, scene.time) if name]
    return " – ".join((isolate_ours(f"SCENE {scene.n}"), *names))


def describe_scene(sheet: ScriptSheet, scene: SheetScene) -> dict[str, Any]:
    """A scene's heading for the template; empty where the script has no scenes."""
    if not sheet.script.scenes:
        return {"title": "", "about": ""}
    names = ", ".join(isolate(format_speaker(name, sheet.language)) for name in scene.scene.present)
    present = f"; present: {isolate(names)}" if names else ""
    about = f"Runs {format_range(scene.running_time)}{present}"
    return {"title": print_scene_title(scene.scene, sheet.language), "about": about}


def describe_cue(sheet: ScriptSheet, cue: Cue) -> dict[str, Any]:
    """A cue for the template."""
    return {
        "key": f"{sheet.stored.chapter_number}-{cue.n}",
        "n": cue.n,
        "spoken": cue.kind.is_spoken,
        "speaker": isolate(format_speaker(cue.speaker, sheet.language)),
        "direction": isolate(to_single_line(cue.direction)),
        "altered": cue.is_altered,
        "label": "" if cue.kind.is_spoken else isolate_ours(format_sound_label(sheet, cue)),
        "text": isolate(print_text(cue, sheet.language)),
    }


def print_text(cue: Cue, language: str) -> str:
    """A cue's words after the speaker's name or after the label of the sound."""
    return to_single_line(cue.text) if cue.kind.is_spoken else format_sound(cue, language)


def _list_front_matter(sheet: ScriptSheet) -> list[dict[str, Any]]:
    """Cast, sounds, pronunciations and scenes, as the template prints them before the script."""
    cast = [
        _build_item(isolate(format_speaker(role.name, sheet.language)), _describe_role(role)) for role in sheet.roles
    ]
    sounds = [
        {
            "title": heading,
            "items": [
                _build_item(
                    isolate_ours(f"[{number}]"), f"{isolate(to_single_line(cue.text))} {isolate_ours(f'(cue {cue.n})')}"
                )
                for number, cue in sheet.list_sounds(kind)
            ],
        }
        for kind, heading in SOUND_LISTS
    ]
    words = [
        _build_item(isolate(to_single_line(word.spelling)), isolate(to_single_line(word.pronunciation)))
        for word in sheet.lexicon
    ]
    scenes = [
        _build_item(
            print_scene_title(scene.scene, sheet.language),
            isolate_ours(f"{format_range(scene.running_time)}, {_describe_cues(scene)}"),
        )
        for scene in sheet.scenes
        if sheet.script.scenes
    ]
    return [
        {"title": "Cast", "items": cast},
        *sounds,
        {"title": "Pronunciation", "items": words},
        {"title": "Scenes", "items": scenes},
    ]


def _describe_role(role: SheetRole) -> str:
    notes = (isolate(to_single_line(role.voice)), *map(isolate_ours, list_role_facts(role)))
    return "; ".join(filter(None, notes))


def _build_item(name: str, about: str) -> dict[str, str]:
    return {"name": name, "about": about}


def _describe_cues(scene: SheetScene) -> str:
    first, last = scene.cues[0].n, scene.cues[-1].n
    return f"cue {first}" if first == last else f"cues {first}–{last}"
