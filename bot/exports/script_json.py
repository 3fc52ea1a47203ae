"""A script as JSON: the seed's document with the versioned cue list beside it."""

import json
from typing import Any

from bot.exports import Download, file_name
from bot.exports.markdown import clock_time
from bot.generation.error_messages import in_utc
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from storage.stores.scripts import StoredScript

SCHEMA = "midnight-myth/script"
VERSION = 1


def download(stored: StoredScript, script: Script, ebook_title: str) -> Download:
    """The script as a ``.json`` file."""
    name = file_name(stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="json")
    text = json.dumps(document(stored, script, ebook_title), ensure_ascii=False, indent=2)
    return Download(name, text.encode())


def document(stored: StoredScript, script: Script, ebook_title: str) -> dict[str, Any]:
    """The script as the exchange format has it: the seed's keys first, ours behind them."""
    minutes = round((script.running_time.low + script.running_time.high) / 120)
    found: dict[str, Any] = {
        "id": stored.id,
        "title": script.title,
        "script": [_seed_line(cue) for cue in script.cues],
        "estimated_duration": f"{max(minutes, 1)} minutes",
        "theme": stored.theme,
        "ebookId": stored.ebook_id,
        "chapterNumber": stored.chapter_number,
        "created_at": stored.created_at.isoformat(),
        "schema": SCHEMA,
        "version": VERSION,
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
    if stored.writer == WriterKind.TEMPLATE:
        found["error"] = in_utc(stored.error)
    return found


def _seed_line(cue: Cue) -> dict[str, str]:
    match cue.kind:
        case CueKind.NARRATION:
            timing = f"{clock_time(cue.start)}-{clock_time(cue.start + cue.seconds)}"
            return {"type": "narration", "text": cue.text, "timing": timing}
        case CueKind.DIALOGUE:
            return {"type": "dialogue", "character": cue.speaker, "text": cue.text, "emotion": cue.direction}
        case _:
            return {"type": cue.kind.value, "description": cue.text}
