"""A script as JSON: the predecessor's document, with our versioned cue list after it."""

import json
from typing import Any

from bot.exports.conventions import format_clock
from bot.exports.files import Download, build_file_name
from bot.exports.sheet import ScriptSheet
from bot.exports.timestamps import spell_out_timestamps
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from storage.stores.scripts import StoredScript

SCHEMA = "midnight-myth/script"
SCHEMA_VERSION = 1
"""Raised when a reader of the present format would misread a new one."""


def build_download(sheet: ScriptSheet) -> Download:
    """The script as a ``.json`` file."""
    stored, script = sheet.stored, sheet.script
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="json"
    )
    text = json.dumps(build_document(stored, script, sheet.ebook_title), ensure_ascii=False, indent=2)
    return Download(name, text.encode())


def build_seed_download(sheet: ScriptSheet) -> Download:
    """The predecessor's document alone, as a ``.json`` file."""
    stored, script = sheet.stored, sheet.script
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, "seed", ending="json"
    )
    text = json.dumps(build_seed_document(stored, script), ensure_ascii=False, indent=2)
    return Download(name, text.encode())


def build_seed_document(stored: StoredScript, script: Script) -> dict[str, Any]:
    """The script with exactly the keys that the predecessor wrote. Only a template script has ``error``."""
    minutes = round((script.running_time.low + script.running_time.high) / 120)
    document: dict[str, Any] = {
        "id": stored.id,
        "title": script.title,
        "script": [_build_predecessor_line(cue) for cue in script.cues],
        "estimated_duration": f"{max(minutes, 1)} minutes",
        "theme": stored.theme,
        "ebookId": stored.ebook_id,
        "chapterNumber": stored.chapter_number,
        "created_at": stored.created_at.isoformat(),
    }
    if stored.writer == WriterKind.TEMPLATE:
        document["error"] = spell_out_timestamps(stored.error)
    return document


def build_document(stored: StoredScript, script: Script, ebook_title: str) -> dict[str, Any]:
    """The script in the exchange format, ready for ``json.dumps``: the predecessor's keys first, then ours."""
    return build_seed_document(stored, script) | {
        "schema": SCHEMA,
        "version": SCHEMA_VERSION,
        "ebookTitle": ebook_title,
        "scriptVersion": stored.version,
        "state": stored.state.value,
        "writer": stored.writer,
        "model": stored.model,
        "logline": script.logline,
        "language": script.language,
        "cast": [member.model_dump() for member in script.cast],
        "cues": [cue.model_dump(mode="json") for cue in script.cues],
        "running_time": script.running_time.model_dump(),
    }


def _build_predecessor_line(cue: Cue) -> dict[str, str]:
    match cue.kind:
        case CueKind.NARRATION:
            timing = f"{format_clock(cue.start)}-{format_clock(cue.start + cue.seconds)}"
            return {"type": "narration", "text": cue.text, "timing": timing}
        case CueKind.DIALOGUE:
            return {"type": "dialogue", "character": cue.speaker, "text": cue.text, "emotion": cue.direction}
        case _:
            return {"type": cue.kind.value, "description": cue.text}
