"""Scripts and packs that the tests of the production pack share."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace

from bot.exports.files import Download
from bot.exports.sheet import ScriptSheet, build_sheet
from bot.scripts.cue_lists import arrange
from bot.scripts.models import NARRATOR, CastMember, Cue, CueKind, RunningTime, Scene, Script
from storage.states import ScriptState
from storage.stores.takes import Take
from tests.bot.exports.sample_script import STORED

APPROVED = replace(STORED, state=ScriptState.APPROVED)


def make_cue(line: str, scene: int = 1) -> Cue:
    """A cue from ``ANNA: text``, ``SFX: text | direction`` or ``MUSIC: text``."""
    who, _, rest = line.partition(": ")
    text, _, direction = rest.partition(" | ")
    kinds = {"SFX": CueKind.SFX, "MUSIC": CueKind.MUSIC, NARRATOR: CueKind.NARRATION}
    kind = kinds.get(who, CueKind.DIALOGUE)
    return Cue(n=0, kind=kind, speaker=who if kind.is_spoken else "", text=text, direction=direction, scene=scene)


def make_sheet(*scenes: Iterable[str], takes: Iterable[Take] = (), chapter: int = 1) -> ScriptSheet:
    """The sheet of an approved script with these scenes; cue ids are ``cue1``, ``cue2`` …."""
    cues = [make_cue(line, number) for number, lines in enumerate(scenes, 1) for line in lines]
    speakers = dict.fromkeys(cue.speaker for cue in cues if cue.kind.is_spoken)
    script = Script(
        title="Summoning",
        logline="",
        cast=tuple(CastMember(name=name, voice=f"voice of {name}") for name in speakers),
        cues=(),
        running_time=RunningTime(low=0, high=0),
        scenes=tuple(Scene(n=number, place=f"PLACE {number}", time="NIGHT") for number in range(1, len(scenes) + 1)),
    )
    ids = iter(f"cue{number}" for number in range(1, len(cues) + 1))
    stored = replace(APPROVED, chapter_number=chapter)
    return build_sheet(stored, arrange(script, cues, lambda: next(ids)), takes=tuple(takes))


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP archive by name; it must be sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_table(table: Download | bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by the names of its columns."""
    content = table if isinstance(table, bytes) else table.content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
