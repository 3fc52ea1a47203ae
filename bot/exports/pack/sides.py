"""``sides/``: the side of each role that speaks, with a file name that is safe everywhere."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from bot.exports.files import Download
from bot.exports.options import ExportOptions
from bot.exports.pdf_side import render_side
from bot.exports.sheet import ScriptSheet, SheetScene

FOLDER: Final = "sides/"
_MAX_NAME_CHARS: Final = 24


def build_sides(sheet: ScriptSheet, role_names: Mapping[str, str], options: ExportOptions) -> Iterator[Download]:
    """The sides of one script."""
    for role in sheet.roles:
        if role.lines:
            yield build_side([sheet], role.name, role_names[role.name], options)


def build_side(sheets: Sequence[ScriptSheet], role: str, file_name: str, options: ExportOptions) -> Download:
    """The side of a role over these chapters. ``file_name`` is the role's name in files.

    A name in another writing system stands behind it as well, so that an actor finds the side: ``ROLE_B0A1_花.pdf``.
    """
    own = ""
    if file_name.startswith("ROLE_") and not role.isascii():
        own = re.sub(r"\W+", "_", unicodedata.normalize("NFC", role)).strip("_")[:_MAX_NAME_CHARS]
    printed = render_side(sheets, role, options)
    return Download(f"{FOLDER}{'_'.join(filter(None, (file_name, own)))}.pdf", printed.content, printed.notes)


def trim_to_role(sheet: ScriptSheet, role: str) -> ScriptSheet:
    """The sheet with only what the role's side prints: its cues, and the cue before each of them."""
    scenes = []
    for each in sheet.scenes:
        needed = {cue.n for cue in each.cues if cue.speaker == role}
        needed |= {before.n for before, cue in pairwise(each.cues) if cue.n in needed}
        scenes.append(SheetScene(each.scene, tuple(cue for cue in each.cues if cue.n in needed), each.running_time))
    kept = {cue.id for each in scenes for cue in each.cues}
    return replace(
        sheet,
        script=sheet.script.model_copy(update={"cues": tuple(cue for each in scenes for cue in each.cues), "cuts": ()}),
        stored=replace(sheet.stored, body=""),
        scenes=tuple(scenes),
        roles=tuple(each for each in sheet.roles if each.name == role),
        takes=tuple(take for take in sheet.takes if take.cue_id in kept),
    )
