"""A script's document, the predecessor's or our own, as the studio's script."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from bot.exports.script_json import SCHEMA
from bot.generation.request import MAX_TITLE
from bot.legacy.files import storable
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

UNKNOWN_BOOK: Final = "imported"
_LONGEST_NAME, _LONGEST_NOTE, _LAST_CHAPTER = 60, 240, 9_999
_OURS: Final = ("title", "logline", "cast", "cues", "language", "running_time")


@dataclass(frozen=True, slots=True)
class Converted:
    """A script and the columns that stand beside it."""

    script: Script
    ebook_id: str
    chapter_number: int
    theme: str
    writer: WriterKind
    model: str
    error: str

    def to_new_script(self, script_id: str, version: int, created_at: datetime) -> NewScript:
        """The script as it is added to the store."""
        running: RunningTime = self.script.running_time
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
            seconds=(running.low + running.high) // 2,
            created_at=created_at,
        )


def book_of(document: dict[str, Any]) -> str:
    """The book's id; ``imported`` where the document names none that could be one."""
    name = document.get("ebookId")
    found = storable(name).strip() if isinstance(name, str) else ""
    return found if 0 < len(found) <= 100 else UNKNOWN_BOOK


def chapter_of(value: object) -> int:
    """The chapter's number; 0 where it is none."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LAST_CHAPTER else 0


def converted(document: dict[str, Any]) -> Converted | None:
    """The document as a script; None where it has no lines."""
    chapter = chapter_of(document.get("chapterNumber"))
    script = _own(document) or _seeds(document, chapter)
    if script is None:
        return None
    error = storable(_text(document.get("error"))).strip()
    template = bool(error) or document.get("writer") == WriterKind.TEMPLATE
    return Converted(
        script,
        book_of(document),
        chapter,
        theme=to_single_line(_text(document.get("theme"))),
        writer=WriterKind.TEMPLATE if template else WriterKind.GEMINI,
        model=to_single_line(_text(document.get("model"))),
        error=error or ("It was a template already when it was imported." if template else ""),
    )


def _own(document: dict[str, Any]) -> Script | None:
    """Our own export, cue for cue."""
    if document.get("schema") != SCHEMA:
        return None
    try:
        script = Script.model_validate({name: document[name] for name in _OURS if name in document})
        kept = script.model_dump_json()
    except (ValidationError, ValueError):  # a half surrogate cannot be written
        return None
    return script if script.cues and storable(kept) == kept else None


def _seeds(document: dict[str, Any], chapter: int) -> Script | None:
    """The predecessor's list of lines, timed anew."""
    lines = document.get("script")
    if isinstance(lines, str):
        lines = lines.splitlines()
    cues: list[Cue] = []
    cast: dict[str, CastMember] = {}
    for line in lines if isinstance(lines, list) else ():
        for cue in _cues(line, len(cues) + 1):
            cues.append(cue)
            if cue.speaker:
                cast.setdefault(cue.speaker, CastMember(name=cue.speaker))
    if not cues:
        return None
    timed, running_time = timing.add_timing(cues)
    title = to_single_line(_text(document.get("title")))[:MAX_TITLE] or f"Chapter {chapter}"
    return Script(title=title, logline="", cast=tuple(cast.values()), cues=timed, running_time=running_time)


def _cues(line: object, first: int) -> list[Cue]:
    """One line of the predecessor's script; several cues where it is too long for one."""
    given: dict[str, Any] = line if isinstance(line, dict) else {"type": "narration", "text": line}
    spoken, heard = to_single_line(_text(given.get("text"))), to_single_line(_text(given.get("description")))
    who = to_single_line(_text(given.get("character"))).upper()[:_LONGEST_NAME].strip()
    kind = _kind(given.get("type"), who, spoken)
    text = (spoken or heard) if kind.is_spoken else (heard or spoken)
    speaker = {CueKind.NARRATION: NARRATOR, CueKind.DIALOGUE: who or UNKNOWN_SPEAKER}.get(kind, "")
    direction = to_single_line(_text(given.get("emotion")))[:_LONGEST_NOTE]
    return [
        Cue(n=first + number, kind=kind, text=piece, speaker=speaker, direction="" if number else direction)
        for number, piece in enumerate(split_text(text, MAX_CUE_CHARS))
    ]


def _kind(name: object, who: str, spoken: str) -> CueKind:
    """The kind by its name, else by who speaks and whether anybody does."""
    try:
        return CueKind(to_single_line(_text(name)).lower())
    except ValueError:
        return CueKind.DIALOGUE if who else CueKind.NARRATION if spoken else CueKind.SFX


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
