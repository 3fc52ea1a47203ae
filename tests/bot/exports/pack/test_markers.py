"""Markers for Audacity and Reaper, and the Reaper session."""

import csv
import io
import re

import pytest
import rpp

from bot.exports.pack.markers import build_audacity_labels, build_reaper_markers
from bot.exports.pack.reaper_session import build_session, quote
from bot.exports.pack.role_names import name_roles
from bot.exports.sheet import ScriptSheet
from tests.bot.exports.pack.packs import make_sheet

SHEET = make_sheet(["SFX: RAIN – ESTABLISH", "ANNA: You came back."], ["BEN: Never.", "SFX: RAIN – OUT"])
NAMES = {"ANNA": "ANNA", "BEN": "BEN"}


def parse_session(sheet: ScriptSheet) -> rpp.Element:
    """The project as an independent parser reads it."""
    names = name_roles(role.name for role in sheet.roles)
    return rpp.loads(build_session(sheet, names).content.decode())


def test_audacity_gets_scenes_and_cues_as_labels() -> None:
    """Start, end and text in seconds, in the order of the time line; a scene comes before its cues."""
    text = build_audacity_labels(SHEET, NAMES).content.decode()
    assert text == (
        "0.000000\t3.660000\tS01 PLACE 1 – NIGHT\n"
        "0.000000\t4.660000\t001 SFX 1 RAIN – ESTABLISH\n"
        "2.500000\t3.660000\tS01_002_ANNA You came back.\n"
        "4.160000\t7.160000\tS02 PLACE 2 – NIGHT\n"
        "4.160000\t4.660000\tS02_003_BEN Never.\n"
        "4.660000\t7.160000\t004 SFX 2 RAIN – OUT\n"
    )


def test_reaper_gets_scenes_as_regions_and_cues_as_markers() -> None:
    """Its own header, no byte order mark, and times that its ruler shows."""
    content = build_reaper_markers(SHEET, NAMES).content
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert rows[:3] == [
        ["#", "Name", "Start", "End", "Length"],
        ["R1", "S01 PLACE 1 – NIGHT", "0:00:00.000", "0:00:03.660", "0:00:03.660"],
        ["R2", "S02 PLACE 2 – NIGHT", "0:00:04.160", "0:00:07.160", "0:00:03.000"],
    ]
    assert rows[4] == ["M2", "S01_002_ANNA You came back.", "0:00:02.500", "", ""]
    assert len(rows) == 7


def test_a_session_has_a_track_for_each_role_and_an_item_for_each_cue() -> None:
    """Items lie where the cue is expected, a loop until its end, with the words as a note and no sound yet."""
    project = parse_session(SHEET)
    tracks = project.findall("TRACK")
    assert [track.find("NAME")[1] for track in tracks] == ["ANNA", "BEN", "SFX", "MUSIC"]
    assert [len(track.findall("ITEM")) for track in tracks] == [1, 1, 2, 0]
    (item,) = tracks[0].findall("ITEM")
    assert [item.find(key)[1] for key in ("POSITION", "LENGTH", "NAME")] == [
        "2.500000",
        "1.160000",
        "S01_002_ANNA You came back.",
    ]
    assert item.find("SOURCE").attrib == ["EMPTY"]
    assert item.find("NOTES").children == ["|You came back."]
    assert tracks[2].find("ITEM").find("LENGTH")[1] == "4.660000"
    markers = project.findall("MARKER")
    assert [marker[4] for marker in markers] == ["1", "1", "1", "1", "0", "0", "0", "0"]
    assert len({marker[1] for marker in markers}) == 6


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain", '"plain"'),
        ('the "Fox"', "'the \"Fox\"'"),
        ('the "Fox\'s"', '`the "Fox\'s"`'),
        ("`a` \"b\" 'c'", "`'a' \"b\" 'c'`"),
        ("two\nlines\x00", '"two lines"'),
        ("", '""'),
    ],
)
def test_names_are_quoted_as_reaper_does_it(text: str, quoted: str) -> None:
    """By the first mark that does not occur in the name."""
    assert quote(text) == quoted


@pytest.mark.parametrize("text", [">", "<ITEM", "|", "`\"'", "a\n>\nb", "\ttab", "=1", "\u2028>", "x" * 2_000, "🦊"])
def test_no_text_breaks_a_session_or_a_list_of_markers(text: str) -> None:
    """Whatever is said and whoever says it, every program reads as many entries as there are cues."""
    sheet = make_sheet([f"{text}: {text}", f"SFX: {text}"])
    tracks = parse_session(sheet).findall("TRACK")
    assert [len(track.findall("ITEM")) for track in tracks] == [1, 1, 0]
    names = name_roles(role.name for role in sheet.roles)
    labels = build_audacity_labels(sheet, names).content.decode().splitlines()
    assert len(labels) == 3
    assert all(re.fullmatch(r"\d+\.\d{6}\t\d+\.\d{6}\t[^\t]+", label) for label in labels)
    rows = csv.reader(io.StringIO(build_reaper_markers(sheet, names).content.decode(), newline=""))
    assert [len(row) for row in rows] == [5, 5, 5, 5]
