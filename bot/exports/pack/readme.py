"""``README.txt`` of a production pack: what each file is for, in plain words."""

import textwrap
from collections.abc import Collection, Sequence
from typing import Final

from bot.exports.files import Download

FILES: Final = {
    "script.pdf": (
        "everybody",
        "The whole script to print: cast, sounds, pronunciations, scenes and numbered cues.",
    ),
    "sides/": (
        "actors",
        "One script for each role: its own lines in full, before each the cue that comes before it, and a list of its scenes.",
    ),
    "schedule.csv": (
        "director, production",
        """The read-through, then the recording days, at most 30 finished minutes each, with scenes grouped so that few actors
        have to come. "arrive" are the actors whose first scene of the day it is, "may leave" those whose last one it is.""",
    ),
    "cast.csv": (
        "director, production",
        """How many lines, words, minutes and scenes each role has, its voice, how its name is said, and its name in file
        names.""",
    ),
    "lines.csv": (
        "actors at home, editor",
        """Every spoken line with the name of its audio file. Save each line as FOLDER/FILE NAME and an ending such as .wav,
        with _T1, _T2 … before the ending for several takes. "cue id" stays the same in later versions, cue numbers may not.""",
    ),
    "pickups.csv": (
        "director, actors",
        """Only the lines that have to be recorded once more: flagged as a pick-up in Discord, or changed since their last take.
        Empty but for its header when there are none.""",
    ),
    "spotting.csv": (
        "sound designer",
        """Every sound effect and music: start, end, length in seconds, loop or spot (a loop runs until the cue in the note),
        and how loud it is beside the voices.""",
    ),
    "markers_audacity.txt": ("editor", "Labels for Audacity: File, Import, Labels."),
    "markers_reaper.csv": (
        "editor",
        "Markers and regions for Reaper: set the ruler to minutes and seconds, then Region/Marker Manager, Import.",
    ),
    "session.rpp": (
        "editor",
        """A project for Reaper: a track for each role and for sounds, an empty item for each cue, with its text as a note.
        Put the recordings in place of the empty items.""",
    ),
    "lexicon.pls": (
        "voice software",
        "How the book's words are said, for speech programs that read W3C PLS lexicons.",
    ),
}
"""Who uses a file, and what for; a name that ends with a slash is a folder."""

_ABOUT_TABLES: Final = """\
The tables (.csv) open in Excel, LibreOffice Calc, Numbers and Google Sheets (UTF-8, separated by commas). A cell that would be
taken for a formula has an apostrophe before it. Times are estimates from the length of the text, until something is recorded.
Names in file names have only the letters A to Z: other alphabets are spelled in them, and a name in Chinese, Japanese, Arabic,
Hebrew or Thai becomes ROLE_ and four signs; cast.csv says who that is.
"""


def build_readme(heading: Sequence[str], names: Sequence[str], notes: Sequence[str]) -> Download:
    """The file: the heading, what each of these files is for, and notes such as how good the schedule is."""
    lines = [*heading, "", *describe_files(names)]
    for note in notes:
        lines += [*textwrap.wrap(note, 118), ""]
    return Download("README.txt", "\r\n".join(lines).encode("utf-8-sig"))


def describe_files(names: Collection[str]) -> list[str]:
    """Who uses each of these files and what for, and what all tables have in common."""
    lines: list[str] = []
    for file, (users, purpose) in FILES.items():
        if any(_matches(name, file) for name in names):
            lines += [f"{file}  (for: {users})", *_wrap(purpose), ""]
    return [*lines, *_ABOUT_TABLES.splitlines(), ""]


def _matches(name: str, file: str) -> bool:
    return name.startswith(file) if file.endswith("/") else name == file


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), 110, initial_indent="    ", subsequent_indent="    ")
