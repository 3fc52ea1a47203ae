"""A script as Markdown in radio format: every cue numbered, sounds listed, the running time estimated."""

import re
from typing import Final

from bot.exports.files import Download, build_file_name
from bot.exports.sheet import ScriptSheet
from bot.exports.timestamps import spell_out_timestamps
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from storage.stores.scripts import StoredScript

_SPECIAL_CHARACTERS: Final = re.compile(r"([\\`*_\[\]<>#|~])")


def escape_markdown(text: str) -> str:
    """The text with a backslash before every character that Markdown would interpret."""
    return _SPECIAL_CHARACTERS.sub(r"\\\1", text)


def format_clock(seconds: float) -> str:
    """Minutes and seconds, such as ``4:07``; an hour is ``60:00``."""
    minutes, remainder = divmod(round(seconds), 60)
    return f"{minutes}:{remainder:02}"


def build_download(sheet: ScriptSheet) -> Download:
    """The script as a ``.md`` file."""
    stored, script = sheet.stored, sheet.script
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="md"
    )
    return Download(name, render_markdown(stored, script, sheet.ebook_title).encode())


def render_markdown(stored: StoredScript, script: Script, ebook_title: str) -> str:
    """The script as Markdown text. A template script says that it is one, and why."""
    low, high = format_clock(script.running_time.low), format_clock(script.running_time.high)
    lines = [
        f"# {escape_markdown(script.title)}",
        "",
        f"{escape_markdown(ebook_title)} · chapter {stored.chapter_number} · version {stored.version} · {stored.state.value}",
        f"Drafted {stored.created_at:%Y-%m-%d} · runs {low} to {high} (estimate)",
        "",
    ]
    if stored.writer == WriterKind.TEMPLATE:
        lines += ["> **Template script.** " + escape_markdown(spell_out_timestamps(stored.error)), ""]
    if script.logline:
        lines += [f"*{escape_markdown(script.logline)}*", ""]
    if script.cast:
        lines += ["## Cast", ""]
        lines += [f"- **{escape_markdown(member.name)}**{_render_voice(member.voice)}" for member in script.cast]
        lines.append("")
    for kind, heading in ((CueKind.SFX, "Sound effects"), (CueKind.MUSIC, "Music")):
        cues = [cue for cue in script.cues if cue.kind is kind]
        if cues:
            lines += [f"## {heading}", "", *(f"- [{cue.n}] {escape_markdown(cue.text)}" for cue in cues), ""]
    lines += ["## Script", ""]
    for cue in script.cues:
        lines += [_render_cue(cue), ""]
    return "\n".join(lines)


def _render_voice(voice: str) -> str:
    return f": {escape_markdown(voice)}" if voice else ""


def _render_cue(cue: Cue) -> str:
    start = f"`{format_clock(cue.start)}`"
    direction = f" *({escape_markdown(cue.direction)})*" if cue.direction else ""
    if cue.kind.is_spoken:
        return f"**{cue.n}. {escape_markdown(cue.speaker)}**{direction}: {escape_markdown(cue.text)} {start}"
    return f"**{cue.n}. {cue.kind.value.upper()}:** {escape_markdown(cue.text.upper())}{direction} {start}"
