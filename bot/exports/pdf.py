"""A script to print, by the conventions of radio drama: title page, lists, and numbered cues that no page breaks."""

from typing import Any, Final

from bot.exports.conventions import (
    ALTERED_NOTE,
    SOUND_LISTS,
    describe_version,
    find_template_reason,
    format_range,
    format_scene_title,
    format_sound,
    format_sound_label,
    format_speaker,
    has_altered_lines,
    list_present,
    list_role_details,
    list_title_lines,
)
from bot.exports.files import Download, build_file_name
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet, SheetScene
from bot.exports.typesetting import PrintedDocument, isolate, join_parts, typeset
from bot.scripts.models import Cue
from bot.scripts.text_units import to_single_line

_MAYBE_LONGER_THAN_A_PAGE: Final = 600
"""Characters; only longer lines are measured, because measuring takes as long as setting them."""


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
        "author": to_single_line(sheet.author),
        "header": f"{isolate(title)}, {describe_version(sheet)}",
        "lines": [*list_title_lines(sheet), f"Id {sheet.stored.id}"],
        "remarks": [*remarks, *([ALTERED_NOTE] if has_altered_lines(sheet.script.cues) else [])],
        "logline": to_single_line(sheet.script.logline),
        "lists": [each for each in _list_front_matter(sheet) if each["items"]],
        "scenes": [
            describe_scene(sheet, scene) | {"cues": [describe_cue(sheet, cue) for cue in scene.cues]}
            for scene in sheet.scenes
        ],
    }
    return typeset(data, sheet.script.language, options)


def describe_scene(sheet: ScriptSheet, scene: SheetScene) -> dict[str, Any]:
    """A scene's heading for the template; empty where the script has no scenes."""
    if not sheet.script.scenes:
        return {"title": "", "about": ""}
    present = f"; present: {isolate(list_present(scene.scene))}" if scene.scene.present else ""
    about = f"Runs {format_range(scene.running_time)}{present}"
    return {"title": format_scene_title(scene.scene), "about": about}


def describe_cue(sheet: ScriptSheet, cue: Cue) -> dict[str, Any]:
    """A cue for the template."""
    text = to_single_line(cue.text) if cue.kind.is_spoken else format_sound(cue)
    return {
        "key": f"{sheet.stored.chapter_number}-{cue.n}",
        "n": cue.n,
        "spoken": cue.kind.is_spoken,
        "speaker": format_speaker(cue.speaker),
        "direction": to_single_line(cue.direction),
        "altered": cue.is_altered,
        "label": "" if cue.kind.is_spoken else format_sound_label(sheet, cue),
        "text": text,
        "long": len(text) + len(cue.direction) > _MAYBE_LONGER_THAN_A_PAGE,
    }


def _list_front_matter(sheet: ScriptSheet) -> list[dict[str, Any]]:
    """Cast, sounds, pronunciations and scenes, as the template prints them before the script."""

    def join(separator: str, *parts: str) -> str:
        return join_parts(parts, separator, right_to_left=sheet.is_right_to_left)

    cast = [_build_item(format_speaker(role.name), join("; ", *list_role_details(role))) for role in sheet.roles]
    sounds = [
        {
            "title": heading,
            "items": [
                _build_item(f"[{number}]", join(" ", to_single_line(cue.text), f"(cue {cue.n})"))
                for number, cue in sheet.list_sounds(kind)
            ],
        }
        for kind, heading in SOUND_LISTS
    ]
    words = [_build_item(to_single_line(word.spelling), to_single_line(word.pronunciation)) for word in sheet.lexicon]
    scenes = [
        _build_item(
            format_scene_title(scene.scene), join(", ", format_range(scene.running_time), _describe_cues(scene))
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


def _build_item(name: str, about: str) -> dict[str, str]:
    return {"name": name, "about": about}


def _describe_cues(scene: SheetScene) -> str:
    first, last = scene.cues[0].n, scene.cues[-1].n
    return f"cue {first}" if first == last else f"cues {first}–{last}"
