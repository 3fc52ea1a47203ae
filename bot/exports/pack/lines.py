"""``lines.csv`` and ``pickups.csv``: what an actor speaks, with the name of its audio file and how far its recording is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.tables import Cell, build_table, format_time
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue
from bot.scripts.takes import CueStatus, list_recordings
from bot.scripts.text_units import find_units

COLUMNS: Final = (
    "chapter",
    "scene",
    "cue",
    "character",
    "text",
    "direction",
    "words",
    "seconds",
    "start",
    "folder",
    "file name",
    "take",
    "status",
    "cue id",
)

PICKUP_COLUMNS: Final = (
    "chapter",
    "scene",
    "cue",
    "character",
    "text",
    "direction",
    "why",
    "note",
    "next take",
    "folder",
    "file name",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken cue: the folder and the name (without an ending) of its audio file."""

    cue: Cue
    scene: int
    folder: str
    file_name: str


def list_lines(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Iterator[Line]:
    """The spoken cues of a script in its order. A file name occurs once in a script, a folder has one chapter."""
    folder = name_folder(sheet)
    digits = max(3, len(str(len(sheet.script.cues))))
    for cue in sheet.script.cues:
        if cue.kind.is_spoken:
            scene = max(cue.scene, 1)
            yield Line(cue, scene, folder, f"S{scene:02}_{cue.n:0{digits}}_{role_names[cue.speaker]}")


def name_folder(sheet: ScriptSheet) -> str:
    """The folder for a chapter's audio files, such as ``CH03``."""
    return f"CH{sheet.stored.chapter_number:02}"


def list_line_rows(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    """The rows of ``lines.csv`` for one script."""
    recordings = {each.cue.n: each for each in list_recordings(sheet.script, sheet.takes)}
    for line in list_lines(sheet, role_names):
        cue, recording = line.cue, recordings[line.cue.n]
        yield (
            sheet.stored.chapter_number,
            line.scene,
            cue.n,
            cue.speaker,
            cue.text,
            cue.direction,
            len(find_units(cue.text)),
            f"{cue.seconds:.1f}",
            format_time(cue.start),
            line.folder,
            line.file_name,
            recording.number or "",
            recording.status.value,
            f"cue_{cue.id}",
        )


def list_pickup_rows(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    """The rows of ``pickups.csv`` for one script: what has to be recorded once more, and why."""
    recordings = {each.cue.n: each for each in list_recordings(sheet.script, sheet.takes)}
    for line in list_lines(sheet, role_names):
        cue, recording = line.cue, recordings[line.cue.n]
        if recording.status in {CueStatus.PICKUP, CueStatus.CHANGED}:
            yield (
                sheet.stored.chapter_number,
                line.scene,
                cue.n,
                cue.speaker,
                cue.text,
                cue.direction,
                recording.status.value,
                recording.note,
                max(take.number for take in recording.takes) + 1,
                line.folder,
                line.file_name,
            )


def build_pickups(rows: Iterator[tuple[Cell, ...]]) -> Download:
    """The table of these rows."""
    return build_table("pickups.csv", PICKUP_COLUMNS, rows)


def build_lines(rows: Iterator[tuple[Cell, ...]]) -> Download:
    """The table of these rows."""
    return build_table("lines.csv", COLUMNS, rows)
