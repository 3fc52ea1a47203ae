"""Markers for audio programs: every scene and every cue where it is expected on the time line."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.lines import list_lines
from bot.exports.pack.spotting import name_index, spot_sounds
from bot.exports.pack.tables import format_time
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue
from bot.scripts.text_units import to_single_line

_MAX_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Marker:
    """A named stretch of the time line, in seconds. The name is on one line and never begins like a formula."""

    name: str
    start: float
    end: float


def list_scene_markers(sheet: ScriptSheet) -> Iterator[Marker]:
    """Each scene from its first cue to the end of its last one."""
    for each in sheet.scenes:
        first, last = each.cues[0], each.cues[-1]
        yield Marker(_shorten(f"S{each.scene.n:02} {each.scene.heading}"), first.start, last.start + last.seconds)


def list_cue_markers(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Iterator[tuple[Cue, Marker]]:
    """Each cue: a line under the name of its audio file, a sound under its index and, if it is a loop, until its end."""
    ends = {sound.cue.n: sound.end for sound in spot_sounds(sheet)}
    files = {line.cue.n: line.file_name for line in list_lines(sheet, role_names)}
    for cue in sheet.script.cues:
        name = files.get(cue.n) or f"{cue.n:03} {name_index(sheet, cue)}"
        yield cue, Marker(_shorten(f"{name} {cue.text}"), cue.start, ends.get(cue.n, cue.start + cue.seconds))


def build_audacity_labels(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Download:
    """``markers_audacity.txt``: start, end and text, separated by tabs, in seconds; for File, Import, Labels."""
    markers = [*list_scene_markers(sheet), *(marker for _, marker in list_cue_markers(sheet, role_names))]
    markers.sort(key=lambda marker: marker.start)
    lines = (f"{marker.start:.6f}\t{marker.end:.6f}\t{marker.name}\n" for marker in markers)
    return Download("markers_audacity.txt", "".join(lines).encode())


def build_reaper_markers(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Download:
    """``markers_reaper.csv`` for Reaper's Region/Marker Manager: cues are markers, scenes are regions.

    Reaper reads times as the project's ruler shows them, so the ruler must show minutes and seconds; it takes a byte order
    mark for a part of the header, so there is none.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("#", "Name", "Start", "End", "Length"))
    for number, marker in enumerate(list_scene_markers(sheet), 1):
        length = format_time(marker.end - marker.start)
        writer.writerow((f"R{number}", marker.name, format_time(marker.start), format_time(marker.end), length))
    for number, (_, marker) in enumerate(list_cue_markers(sheet, role_names), 1):
        writer.writerow((f"M{number}", marker.name, format_time(marker.start), "", ""))
    return Download("markers_reaper.csv", table.getvalue().encode())


def _shorten(name: str) -> str:
    plain = to_single_line(name)
    return plain if len(plain) <= _MAX_NAME else f"{plain[: _MAX_NAME - 1]}…"
