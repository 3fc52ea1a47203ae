"""``session.rpp``: a Reaper project with a track for each role and an empty item for each cue."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.markers import Marker, list_cue_markers, list_scene_markers
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue, CueKind
from bot.scripts.text_units import clean_text, to_single_line

_SOUND_TRACKS: Final = {CueKind.SFX: "SFX", CueKind.MUSIC: "MUSIC"}


def build_session(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Download:
    """The project: scenes are regions, cues are markers and items. An item's notes are the cue's direction and text."""
    lines = ['<REAPER_PROJECT 0.1 "7.0" 0', "  RIPPLE 0", "  SAMPLERATE 48000 0 0", "  TEMPO 120 4 4"]
    placed = list(list_cue_markers(sheet, role_names))
    regions = list(list_scene_markers(sheet))
    for number, region in enumerate(regions, 1):
        lines.append(f"  MARKER {number} {region.start:.6f} {quote(region.name)} 1")
        lines.append(f'  MARKER {number} {region.end:.6f} "" 1')
    for number, (_, marker) in enumerate(placed, len(regions) + 1):
        lines.append(f"  MARKER {number} {marker.start:.6f} {quote(marker.name)} 0")
    for role in filter(lambda role: role.lines, sheet.roles):
        lines += _build_track(role.name, [each for each in placed if each[0].speaker == role.name])
    for kind, name in _SOUND_TRACKS.items():
        lines += _build_track(name, [each for each in placed if each[0].kind is kind])
    lines.append(">")
    return Download("session.rpp", "\r\n".join([*lines, ""]).encode())


def quote(text: str) -> str:
    """The text as one word of a project file: in the first kind of quotation mark that does not occur in it.

    Where all three occur, backticks become apostrophes, as Reaper itself does it.
    """
    plain = to_single_line(text)
    mark = next((mark for mark in "\"'`" if mark not in plain), None)
    return f"`{plain.replace('`', chr(39))}`" if mark is None else f"{mark}{plain}{mark}"


def _build_track(name: str, items: Iterable[tuple[Cue, Marker]]) -> list[str]:
    lines = ["  <TRACK", f"    NAME {quote(name)}"]
    for cue, marker in items:
        lines += [
            "    <ITEM",
            f"      POSITION {marker.start:.6f}",
            f"      LENGTH {marker.end - marker.start:.6f}",
            f"      NAME {quote(marker.name)}",
            "      <NOTES",
            *(
                f"        |{line}"
                for text in (cue.direction, cue.text)
                if text
                for line in clean_text(text).split("\n")
            ),
            "      >",
            "      <SOURCE EMPTY",
            "      >",
            "    >",
        ]
    return [*lines, "  >"]
