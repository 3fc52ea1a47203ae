"""A script as Markdown in radio format: title page, lists, and every cue with its number."""

import re
from collections.abc import Iterator
from typing import Final

from bot.exports.conventions import (
    ALTERED_MARK,
    ALTERED_NOTE,
    SOUND_LISTS,
    describe_role,
    find_template_reason,
    format_clock,
    format_range,
    format_scene_title,
    format_sound,
    format_sound_label,
    format_speaker,
    has_altered_lines,
    list_present,
    list_title_lines,
)
from bot.exports.files import Download, build_file_name
from bot.exports.sheet import ScriptSheet, SheetScene
from bot.scripts.models import Cue
from bot.scripts.text_units import to_single_line

_SPECIAL_CHARACTERS: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_LIST_MARK: Final = re.compile(r"^([-+]|\d+[.)])(?=\s|$)|^(=+|-+)$")


def escape_markdown(text: str) -> str:
    """The text on one line, with a backslash before every character that Markdown would interpret."""
    return _ENTITY.sub(r"\\&", _SPECIAL_CHARACTERS.sub(r"\\\1", to_single_line(text)))


def build_download(sheet: ScriptSheet) -> Download:
    """The script as a ``.md`` file."""
    stored, script = sheet.stored, sheet.script
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="md"
    )
    return Download(name, render_markdown(sheet).encode())


def render_markdown(sheet: ScriptSheet) -> str:
    """The script as Markdown text. A template script says that it is one, and why."""
    return "\n".join([*_render_title_page(sheet), *_render_lists(sheet), "## Script", "", *_render_scenes(sheet)])


def _render_title_page(sheet: ScriptSheet) -> Iterator[str]:
    yield from (f"# {escape_markdown(sheet.script.title)}", "")
    yield from (f"{_escape_line(line)}\\" for line in list_title_lines(sheet))
    yield from (f"Id `{sheet.stored.id}`", "")
    reason = find_template_reason(sheet)
    if reason is not None:
        yield from (f"> **Template script.** {escape_markdown(reason)}", "")
    if sheet.script.logline:
        yield from (f"*{escape_markdown(sheet.script.logline)}*", "")
    if has_altered_lines(sheet.script.cues):
        yield from (ALTERED_NOTE, "")


def _render_lists(sheet: ScriptSheet) -> Iterator[str]:
    if sheet.roles:
        yield from ("## Cast", "")
        for role in sheet.roles:
            yield f"- **{escape_markdown(format_speaker(role.name, sheet.language))}**: {escape_markdown(describe_role(role))}"
        yield ""
    for kind, heading in SOUND_LISTS:
        sounds = sheet.list_sounds(kind)
        if sounds:
            yield from (f"## {heading}", "")
            yield from (f"- [{number}] {escape_markdown(cue.text)} (cue {cue.n})" for number, cue in sounds)
            yield ""
    if sheet.lexicon:
        yield from ("## Pronunciation", "")
        for word in sheet.lexicon:
            yield f"- **{escape_markdown(word.spelling)}**: {escape_markdown(word.pronunciation)}"
        yield ""


def _render_scenes(sheet: ScriptSheet) -> Iterator[str]:
    for scene in sheet.scenes:
        if sheet.script.scenes:
            yield from (
                f"### {escape_markdown(format_scene_title(scene.scene, sheet.language))}",
                "",
                _describe_scene(scene, sheet.language),
                "",
            )
        for cue in scene.cues:
            yield from (_render_cue(sheet, cue), "")


def _describe_scene(scene: SheetScene, language: str) -> str:
    present = f" · present: {escape_markdown(list_present(scene.scene, language))}" if scene.scene.present else ""
    return f"Runs {format_range(scene.running_time)}{present}"


def _render_cue(sheet: ScriptSheet, cue: Cue) -> str:
    start = f"`{format_clock(cue.start)}`"
    if not cue.kind.is_spoken:
        return f"**{cue.n}. {format_sound_label(sheet, cue)}:** {escape_markdown(format_sound(cue, sheet.language))} {start}"
    mark = f" {ALTERED_MARK}" if cue.is_altered else ""
    direction = f" *({escape_markdown(cue.direction)})*" if cue.direction else ""
    speaker = escape_markdown(format_speaker(cue.speaker, sheet.language))
    return f"**{cue.n}. {speaker}**{direction}{mark}: {escape_markdown(cue.text)} {start}"


def _escape_line(text: str) -> str:
    """A line that begins a paragraph; what looks like a list's mark or an underline at its start is escaped too."""
    return _LIST_MARK.sub(r"\\\g<0>", escape_markdown(text))
