"""``takes.csv``: every take of a script's lines, and the lines that have none."""

from collections.abc import Iterator
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.tables import Cell, build_table
from bot.exports.sheet import ScriptSheet
from bot.scripts.takes import digest_spoken, list_recordings

COLUMNS: Final = (
    "chapter",
    "scene",
    "cue",
    "character",
    "text",
    "status",
    "take",
    "verdict",
    "note",
    "same words",
    "logged",
    "cue id",
)


def build_take_table(sheet: ScriptSheet) -> Download:
    """The table; lines without a take have one row, the others one for each take."""
    return build_table("takes.csv", COLUMNS, _list_rows(sheet))


def _list_rows(sheet: ScriptSheet) -> Iterator[tuple[Cell, ...]]:
    for recording in list_recordings(sheet.script, sheet.takes):
        cue = recording.cue
        line = (sheet.stored.chapter_number, max(cue.scene, 1), cue.n, cue.speaker, cue.text, recording.status.value)
        for take in recording.takes:
            same = "yes" if take.spoken_digest == digest_spoken(cue) else "no"
            logged = take.created_at.isoformat(timespec="seconds")
            yield (*line, take.number, take.verdict.value, take.note, same, logged, f"cue_{cue.id}")
        if not recording.takes:
            yield (*line, "", "", "", "", "", f"cue_{cue.id}")
