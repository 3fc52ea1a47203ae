"""Sides in the production pack."""

import pypdfium2

from bot.exports.options import ExportOptions
from bot.exports.pack.role_names import name_roles
from bot.exports.pack.sides import build_side, build_sides, trim_to_role
from bot.exports.sheet import ScriptSheet
from tests.bot.exports.pack.packs import make_sheet

SHEET = make_sheet(
    ["SFX: DOOR", "ANNA: First.", "BEN: Second.", "花: Third."],
    ["BEN: Fourth.", "BEN: Fifth."],
    ["BEN: Sixth.", "ANNA: Last."],
)


def read_text(content: bytes) -> str:
    """The text of all pages of a PDF."""
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def build(sheet: ScriptSheet, role: str) -> bytes:
    """The side of a role."""
    return build_side([sheet], role, "X", ExportOptions()).content


def test_every_role_has_a_side_that_it_finds_by_its_name() -> None:
    """A name that cannot be spelled stands behind the signs that stand for it."""
    names = name_roles(role.name for role in SHEET.roles)
    files = [side.name for side in build_sides(SHEET, names, ExportOptions())]
    assert files == ["sides/ANNA.pdf", "sides/BEN.pdf", f"sides/{names['花']}_花.pdf"]


def test_a_side_from_the_few_cues_that_it_needs_is_the_same() -> None:
    """Whole books are printed from sheets without the cues that no line of the role follows."""
    trimmed = trim_to_role(SHEET, "ANNA")
    assert [cue.text for cue in trimmed.script.cues] == ["DOOR", "First.", "Sixth.", "Last."]
    text = read_text(build(SHEET, "ANNA"))
    assert "Last." in text
    assert "Fifth." not in text
    assert read_text(build(trimmed, "ANNA")) == text
