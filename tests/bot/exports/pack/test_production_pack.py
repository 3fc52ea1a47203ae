"""The production pack of one script."""

from dataclasses import replace

import pytest

from bot.errors import StateError
from bot.exports.files import Download
from bot.exports.options import ExportOptions
from bot.exports.pack import production_pack
from bot.exports.sheet import ScriptSheet
from storage.states import ScriptState
from tests.bot.exports.pack.packs import make_sheet, read_archive, read_table
from tests.bot.exports.sample_script import build_full_sheet

SHEET = make_sheet(
    ["MUSIC: OPENING THEME – ESTABLISH AND UNDER", "NARRATOR: The lantern guttered.", "ANNA: You came back. | close"],
    ["SFX: DOOR CREAKS", "BEN: I never left.", "花: 帰ってきた。", "MUSIC: THEME – OUT"],
)


def build_download(sheet: ScriptSheet) -> Download:
    """The pack with the usual options."""
    return production_pack.build_download(sheet, ExportOptions())


def test_a_pack_has_a_file_for_each_purpose_and_says_what_it_is_for() -> None:
    """Every file of the archive is named in its README, with who uses it."""
    download = build_download(SHEET)
    files = read_archive(download.content)
    assert download.name == "ebook_001-ch1-v2-summoning-pack.zip"
    readme = files["README.txt"].decode("utf-8-sig")
    assert readme.startswith("ebook_001: chapter 1, Summoning\r\nProduction pack of version 2 (approved)")
    assert {"lines.csv", "cast.csv", "schedule.csv", "spotting.csv", "session.rpp"} < files.keys()
    for name in files.keys() - {"README.txt"}:
        heading = f"{name.partition('/')[0]}/" if "/" in name else name
        assert f"\r\n{heading}  (for: " in readme


def test_the_same_script_gives_the_same_bytes() -> None:
    """Two packs of one script can be compared by their digest; a released script has a pack as well."""
    assert build_download(SHEET).content == build_download(SHEET).content
    released = replace(SHEET, stored=replace(SHEET.stored, state=ScriptState.RELEASED))
    assert b"PK" in build_download(released).content


def test_a_draft_has_no_pack() -> None:
    """The sentence says what to do first."""
    draft = replace(SHEET, stored=replace(SHEET.stored, state=ScriptState.DRAFT))
    with pytest.raises(StateError, match="approved script, and this one is a draft"):
        build_download(draft)


@pytest.mark.parametrize("text", ["=1+1", '"; DROP', "a\r\n>\n|b", "`'\"", "\u2028x\x00\x1b", "tab\tand, comma", ">"])
def test_every_table_stays_whole_whatever_the_text_is(text: str) -> None:
    """A cell is one line, is no formula, and has its own column."""
    sheet = build_full_sheet(text)
    files = read_archive(build_download(replace(sheet, stored=SHEET.stored)).content)
    for name in (name for name in files if name.endswith(".csv") and name != "markers_reaper.csv"):
        for row in read_table(files[name]):
            assert None not in row
            assert None not in row.values()
            assert not any(cell.startswith("=") or "\n" in cell or "\r" in cell for cell in row.values())
    assert len(read_table(files["lines.csv"])) == 3
