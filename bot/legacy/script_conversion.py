"""Converts the document of a script, the predecessor's or our own export, into a script of the studio."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.exports.script_document import read_script
from bot.generation.request import MAX_TITLE
from bot.legacy.decoding import remove_unstorable
from bot.scripts import timing
from bot.scripts.models import (
    MAX_CUE_CHARS,
    NARRATOR,
    UNKNOWN_SPEAKER,
    CastMember,
    Cue,
    CueKind,
    RunningTime,
    Script,
    WriterKind,
)
from bot.scripts.text_splitting import split_text
from bot.scripts.text_units import to_single_line
from storage.stores.scripts import NewScript

UNKNOWN_EBOOK: Final = "imported"
"""The ebook of documents that name none."""
_MAX_EBOOK_ID: Final = 100
_MAX_SPEAKER: Final = 60
_MAX_DIRECTION: Final = 240
_MAX_CHAPTER_NUMBER: Final = 9_999
_MAX_NUMBER_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class ConvertedScript:
    """A script and the values that are stored beside it."""

    script: Script
    ebook_id: str
    chapter_number: int
    theme: str
    writer: WriterKind
    model: str
    error: str

    def to_new_script(self, script_id: str, version: int, created_at: datetime) -> NewScript:
        """The script as a row to add, with the middle of its estimated running time as its length."""
        running_time: RunningTime = self.script.running_time
        return NewScript(
            id=script_id,
            ebook_id=self.ebook_id,
            chapter_number=self.chapter_number,
            version=version,
            title=self.script.title[:MAX_TITLE],
            theme=self.theme,
            writer=self.writer.value,
            model=self.model,
            body=self.script.model_dump_json(),
            error=self.error,
            seconds=(running_time.low + running_time.high) // 2,
            created_at=created_at,
        )


def parse_ebook_id(document: dict[str, Any]) -> str:
    """The ebook's id; ``UNKNOWN_EBOOK`` if the document has none that can be used."""
    value = document.get("ebookId")
    ebook_id = remove_unstorable(value).strip() if isinstance(value, str) else ""
    return ebook_id if 0 < len(ebook_id) <= _MAX_EBOOK_ID else UNKNOWN_EBOOK


def parse_chapter_number(value: object) -> int:
    """The chapter's number from a number or its text; 0 if it is neither or out of range."""
    if isinstance(value, str):
        digits = value.strip()
        value = int(digits) if digits.isascii() and digits.isdigit() and len(value) <= _MAX_NUMBER_DIGITS else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value <= _MAX_CHAPTER_NUMBER else 0


def convert_document(document: dict[str, Any]) -> ConvertedScript | None:
    """The document as a script; None if it has no lines."""
    chapter_number = parse_chapter_number(document.get("chapterNumber"))
    script = _convert_own_export(document) or _convert_lines(document, chapter_number)
    if script is None:
        return None
    error = remove_unstorable(_to_text(document.get("error"))).strip()
    is_template = bool(error) or document.get("writer") == WriterKind.TEMPLATE
    return ConvertedScript(
        script,
        parse_ebook_id(document),
        chapter_number,
        theme=to_single_line(_to_text(document.get("theme"))),
        writer=WriterKind.TEMPLATE if is_template else WriterKind.GEMINI,
        model=to_single_line(_to_text(document.get("model"))),
        error=error or ("It was a template already when it was imported." if is_template else ""),
    )


def _convert_own_export(document: dict[str, Any]) -> Script | None:
    """This studio's own export, cue by cue; None if it is not one, or if its cues are damaged."""
    try:
        script = read_script(document)
        body = script.model_dump_json()
    except ValueError:  # pydantic's errors are such, and half of a surrogate pair cannot be written
        return None
    return script if script.cues and remove_unstorable(body) == body else None


def _convert_lines(document: dict[str, Any], chapter_number: int) -> Script | None:
    """The predecessor's list of lines as cues with new timing; None if there are none."""
    lines = document.get("script")
    if isinstance(lines, str):
        lines = lines.splitlines()
    cues: list[Cue] = []
    cast: dict[str, CastMember] = {}
    for line in lines if isinstance(lines, list) else ():
        for cue in _convert_line(line, len(cues) + 1):
            cues.append(cue)
            if cue.speaker:
                cast.setdefault(cue.speaker, CastMember(name=cue.speaker))
    if not cues:
        return None
    timed_cues, running_time = timing.add_timing(cues)
    title = to_single_line(_to_text(document.get("title")))[:MAX_TITLE] or f"Chapter {chapter_number}"
    return Script(title=title, logline="", cast=tuple(cast.values()), cues=timed_cues, running_time=running_time)


def _convert_line(line: object, first_number: int) -> list[Cue]:
    """One of the predecessor's lines; several cues if it is too long for one, none if it is empty."""
    fields: dict[str, Any] = line if isinstance(line, dict) else {"type": "narration", "text": line}
    text = to_single_line(_to_text(fields.get("text")))
    description = to_single_line(_to_text(fields.get("description")))
    character = to_single_line(_to_text(fields.get("character"))).upper()[:_MAX_SPEAKER].strip()
    kind = _find_cue_kind(fields.get("type"), character, text)
    content = (text or description) if kind.is_spoken else (description or text)
    speaker = {CueKind.NARRATION: NARRATOR, CueKind.DIALOGUE: character or UNKNOWN_SPEAKER}.get(kind, "")
    direction = to_single_line(_to_text(fields.get("emotion")))[:_MAX_DIRECTION]
    return [
        Cue(
            n=first_number + number,
            kind=kind,
            text=part,
            speaker=speaker,
            direction="" if number else direction,  # for the first part only
        )
        for number, part in enumerate(split_text(content, MAX_CUE_CHARS))
    ]


def _find_cue_kind(name: object, character: str, text: str) -> CueKind:
    """The kind by its name; for an unknown name by whether somebody speaks."""
    try:
        return CueKind(to_single_line(_to_text(name)).lower())
    except ValueError:
        if character:
            return CueKind.DIALOGUE
        return CueKind.NARRATION if text else CueKind.SFX


def _to_text(value: object) -> str:
    """The text, or a number as text; empty for everything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
