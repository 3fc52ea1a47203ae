"""A script as JSON: the predecessor's document, with our versioned cue list after it."""

import json
from typing import Any

from bot.exports.conventions import format_clock
from bot.exports.files import Download, build_file_name
from bot.exports.script_document import SCHEMA, SCHEMA_VERSION, ScriptDocument, TakeEntry, read_script
from bot.exports.sheet import ScriptSheet
from bot.exports.timestamps import spell_out_timestamps
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from storage.stores.scripts import StoredScript
from storage.stores.takes import Take


def build_download(sheet: ScriptSheet) -> Download:
    """The script as a ``.json`` file."""
    stored, script = sheet.stored, sheet.script
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, ending="json"
    )
    document = build_document(
        stored,
        script,
        sheet.ebook_title,
        author=sheet.author,
        edit=sheet.edit,
        drafted_at=sheet.drafted_at,
        lexicon=sheet.lexicon,
        takes=tuple(map(_build_take, sheet.takes)),
    )
    return Download(name, json.dumps(document, ensure_ascii=False, indent=2).encode())


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


def build_document(stored: StoredScript, script: Script, ebook_title: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """The script in our format, ready for ``json.dumps``: the predecessor's keys first, then ours.

    ``more`` are fields of ``ScriptDocument`` that the script alone does not have.
    """
    fields = build_seed_document(stored, script) | {name: getattr(script, name) for name in Script.model_fields} | more
    return ScriptDocument(
        **fields,
        schema_name=SCHEMA,
        version=SCHEMA_VERSION,
        ebook_title=ebook_title,
        script_version=stored.version,
        parent_id=stored.parent_id,
        notes=stored.notes,
        state=stored.state.value,
        writer=stored.writer,
        model=stored.model,
    ).to_json()


def read_document(text: str | bytes) -> Script:
    """The script in the file that ``build_download`` made, exactly as it was.

    Raises:
        ValueError: it is none of our documents, is of a later version of the schema, or is damaged.
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("this is no script document")  # noqa: TRY004 - the caller need not tell them apart
    return read_script(document)


def _build_take(take: Take) -> TakeEntry:
    return TakeEntry(
        cue_id=take.cue_id,
        script_id=take.script_id,
        number=take.number,
        verdict=take.verdict.value,
        note=take.note,
        created_at=take.created_at,
    )


def _build_predecessor_line(cue: Cue) -> dict[str, str]:
    match cue.kind:
        case CueKind.NARRATION:
            timing = f"{format_clock(cue.start)}-{format_clock(cue.start + cue.seconds)}"
            return {"type": "narration", "text": cue.text, "timing": timing}
        case CueKind.DIALOGUE:
            return {"type": "dialogue", "character": cue.speaker, "text": cue.text, "emotion": cue.direction}
        case _:
            return {"type": cue.kind.value, "description": cue.text}
