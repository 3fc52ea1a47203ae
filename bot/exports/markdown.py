"""A script as Markdown, in the radio format: every cue numbered, sounds listed, an estimate of the running time."""

import re

from bot.exports import Download, file_name
from bot.generation.error_messages import in_utc
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from storage.stores.scripts import StoredScript

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", text)


def clock_time(seconds: float) -> str:
    """``4:07``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def download(stored: StoredScript, script: Script, ebook_title: str) -> Download:
    """The script as a ``.md`` file."""
    name = file_name(stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="md")
    return Download(name, render(stored, script, ebook_title).encode())


def render(stored: StoredScript, script: Script, ebook_title: str) -> str:
    """The script as Markdown text."""
    low, high = clock_time(script.running_time.low), clock_time(script.running_time.high)
    lines = [
        f"# {escaped(script.title)}",
        "",
        f"{escaped(ebook_title)} · chapter {stored.chapter_number} · version {stored.version} · {stored.state.value}",
        f"Drafted {stored.created_at:%Y-%m-%d} · runs {low} to {high} (estimate)",
        "",
    ]
    if stored.writer == WriterKind.TEMPLATE:
        lines += ["> **Template script.** " + escaped(in_utc(stored.error)), ""]
    if script.logline:
        lines += [f"*{escaped(script.logline)}*", ""]
    if script.cast:
        lines += ["## Cast", ""]
        lines += [f"- **{escaped(member.name)}**{_note(member.voice)}" for member in script.cast]
        lines.append("")
    for kind, heading in ((CueKind.SFX, "Sound effects"), (CueKind.MUSIC, "Music")):
        found = [cue for cue in script.cues if cue.kind is kind]
        if found:
            lines += [f"## {heading}", "", *(f"- [{cue.n}] {escaped(cue.text)}" for cue in found), ""]
    lines += ["## Script", ""]
    for cue in script.cues:
        lines += [_line(cue), ""]
    return "\n".join(lines)


def _note(voice: str) -> str:
    return f": {escaped(voice)}" if voice else ""


def _line(cue: Cue) -> str:
    at = f"`{clock_time(cue.start)}`"
    direction = f" *({escaped(cue.direction)})*" if cue.direction else ""
    if cue.kind.spoken:
        return f"**{cue.n}. {escaped(cue.speaker)}**{direction}: {escaped(cue.text)} {at}"
    return f"**{cue.n}. {cue.kind.value.upper()}:** {escaped(cue.text.upper())}{direction} {at}"
