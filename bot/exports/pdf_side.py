"""One actor's side: a cover to fill in, the scenes to tick off, and every line in full after the cue before it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.exports.conventions import (
    ALTERED_NOTE,
    describe_version,
    format_clock,
    format_speaker,
    has_altered_lines,
)
from bot.exports.options import ExportOptions
from bot.exports.pdf import describe_book, describe_cue, describe_scene, print_scene_title, print_text
from bot.exports.sheet import ScriptSheet, SheetRole, SheetScene
from bot.exports.typesetting import PrintedDocument, isolate, isolate_ours, shorten, typeset
from bot.scripts.models import Cue
from bot.scripts.takes import CueRecording, CueStatus, list_recordings
from bot.scripts.text_units import to_single_line

DEFAULT_TAKES_WANTED: Final = 2
"""Takes of each line, where the studio has not said how many it wants."""
_MAX_CHARS_BEFORE: Final = 300
"""Of the cue before a line, an actor needs the end."""
_HEADER_COLUMNS: Final = 40
"""Of the name and of the book's title, so that the header has two lines at most."""
_TO_FILL_IN: Final = ("Actor:", "Recording date and place:", "Send files by:", "Contact:")


def render_side(
    sheets: Sequence[ScriptSheet],
    role: str,
    options: ExportOptions,
    *,
    takes_wanted: int = DEFAULT_TAKES_WANTED,
) -> PrintedDocument:
    """The side of the speaker ``role`` over one or more chapters of a book, in the order of the sheets.

    Raises:
        ValueError: ``role`` speaks in none of the sheets.
    """
    spoken = [(sheet, part) for sheet in sheets for part in sheet.roles if part.name == role and part.lines]
    if not spoken:
        raise ValueError(f"{role!r} speaks in none of the scripts")
    chapters = [sheet for sheet, _ in spoken]
    first = chapters[0]
    name, book = format_speaker(role, first.language), to_single_line(first.ebook_title)
    short_name, short_book = (isolate(shorten(text, _HEADER_COLUMNS)) for text in (name, book))
    data = {
        "kind": "side",
        "right_to_left": first.is_right_to_left,
        "title": name,
        "shown_title": isolate(name),
        "author": to_single_line(first.author),
        "header": f"{short_name}: {short_book}, {_describe_chapters(chapters)}",
        "about": list(_describe_role(chapters, [part for _, part in spoken], takes_wanted)),
        "to_fill_in": _TO_FILL_IN,
        "checklist_title": "Scenes",
        "checklist": [item for sheet in chapters for item in _build_checklist(sheet, role)],
        "scenes": [scene for sheet in chapters for scene in _build_scenes(sheet, role)],
    }
    return typeset(data, first.language, options)


def _describe_chapters(sheets: Sequence[ScriptSheet]) -> str:
    numbers = [sheet.stored.chapter_number for sheet in sheets]
    if len(numbers) == 1:
        return f"chapter {numbers[0]}, {describe_version(sheets[0])}"
    return f"{len(numbers)} chapters, {min(numbers)}–{max(numbers)}"


def _describe_role(
    sheets: Sequence[ScriptSheet], parts: Sequence[SheetRole], takes_wanted: int
) -> Iterator[dict[str, str]]:
    """The cover's lines: what is produced, the voice, how much there is to record."""
    yield _build_item("Production", describe_book(sheets[0]))
    for sheet in sheets:
        title = to_single_line(sheet.script.title)
        yield _build_item(f"Chapter {sheet.stored.chapter_number}", f"{isolate(title)}, {describe_version(sheet)}")
    for label, notes in (
        ("Voice", [part.voice for part in parts]),
        ("Say the name", [part.pronunciation for part in parts]),
    ):
        different = dict.fromkeys(filter(None, map(to_single_line, notes)))
        if different:
            yield _build_item(label, "; ".join(map(isolate, different)))
    lines, words = sum(part.lines for part in parts), sum(part.words for part in parts)
    seconds = sum(part.seconds for part in parts)
    count = f"{lines} line{'' if lines == 1 else 's'}, {words} word{'' if words == 1 else 's'}"
    yield _build_item("To record", f"{count}, about {format_clock(seconds)}")
    yield _build_item("Takes wanted", f"{takes_wanted} of each line")
    said = {word.spelling: word for sheet in sheets for word in sheet.lexicon}.values()
    if said:
        words_said = "; ".join(
            f"{isolate(to_single_line(word.spelling))} = {isolate(to_single_line(word.pronunciation))}" for word in said
        )
        yield _build_item("Pronunciation", words_said)
    if any(has_altered_lines(_list_own_cues(sheet, part.name)) for sheet, part in zip(sheets, parts, strict=True)):
        yield _build_item("Mark", ALTERED_NOTE)


def _build_checklist(sheet: ScriptSheet, role: str) -> Iterator[dict[str, str]]:
    for scene in sheet.scenes:
        own = [cue for cue in scene.cues if _is_own(cue, role)]
        if own:
            lines = f"{len(own)} line{'' if len(own) == 1 else 's'}"
            title = f", {print_scene_title(scene.scene, sheet.language)}" if sheet.script.scenes else ""
            name = f"Chapter {sheet.stored.chapter_number}{title}"
            yield _build_item(name, isolate_ours(f"{lines}, {format_clock(sum(cue.seconds for cue in own))}"))


def _build_scenes(sheet: ScriptSheet, role: str) -> Iterator[dict[str, Any]]:
    chapter = f"{isolate_ours(f'Chapter {sheet.stored.chapter_number}')}: {isolate(to_single_line(sheet.script.title))}"
    recordings = {each.cue.n: each for each in list_recordings(sheet.script, sheet.takes)}
    for scene in sheet.scenes:
        cues = list(_build_cues(sheet, scene, role, recordings))
        if cues:
            yield describe_scene(sheet, scene) | {"chapter": chapter, "cues": cues}
            chapter = ""


def _build_cues(
    sheet: ScriptSheet, scene: SheetScene, role: str, recordings: Mapping[int, CueRecording]
) -> Iterator[dict[str, Any]]:
    before: Cue | None = None
    for cue in scene.cues:
        if _is_own(cue, role):
            recording = recordings[cue.n]
            yield describe_cue(sheet, cue) | {
                "before": _describe_before(sheet, before) if before and not _is_own(before, role) else None,
                "status": _describe_recording(recording),
                "pickup": recording.status in {CueStatus.PICKUP, CueStatus.CHANGED},
            }
        before = cue


def _describe_before(sheet: ScriptSheet, cue: Cue) -> dict[str, Any]:
    text = print_text(cue, sheet.language)
    if len(text) > _MAX_CHARS_BEFORE:
        text = "… " + _cut_to_end(text)
    return describe_cue(sheet, cue) | {"text": isolate(text)}


def _describe_recording(recording: CueRecording) -> str:
    """What the take log says about a line, with the note of the take; empty where there is none."""
    take, note = recording.take, to_single_line(recording.note)
    if take is None:
        return ""
    match recording.status:
        case CueStatus.PICKUP:
            status = f"PICK-UP after take {take.number}"
        case CueStatus.CHANGED:
            return isolate_ours(f"NEW WORDS since take {take.number}")
        case _:
            status = f"recorded, take {take.number}"
    return f"{isolate_ours(status)}: {isolate(note)}" if note else isolate_ours(status)


def _list_own_cues(sheet: ScriptSheet, role: str) -> list[Cue]:
    return [cue for cue in sheet.script.cues if _is_own(cue, role)]


def _is_own(cue: Cue, role: str) -> bool:
    return cue.kind.is_spoken and cue.speaker == role


def _build_item(name: str, about: str) -> dict[str, str]:
    return {"name": name, "about": about}


def _cut_to_end(text: str) -> str:
    """The last words; a text without spaces is cut between two characters."""
    end = text[-_MAX_CHARS_BEFORE:]
    return end.partition(" ")[2] or end
