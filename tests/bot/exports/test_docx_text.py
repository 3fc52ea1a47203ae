"""Lines of Word documents in which texts of both directions meet."""

from dataclasses import replace

import docx
import pytest
from docx.text.paragraph import Paragraph

from bot.exports.docx import build_download, render_docx
from bot.exports.docx_text import Piece, join_with, write_line
from bot.exports.options import ExportOptions
from bot.scripts.models import CastMember
from tests.bot.exports.sample_script import SCRIPT, build_full_sheet, build_sample_sheet

LEFT, RIGHT = "\u200e", "\u200f"


def write(*pieces: Piece, right_to_left: bool) -> Paragraph:
    """A paragraph of the pieces."""
    paragraph = docx.Document().add_paragraph()
    write_line(paragraph, pieces, right_to_left=right_to_left)
    return paragraph


def list_runs(paragraph: Paragraph) -> list[tuple[str, bool]]:
    """Its runs, and which of them run from right to left."""
    return [(run.text, bool(run.font.rtl)) for run in paragraph.runs]


def test_an_entry_of_a_cast_keeps_its_order_in_a_script_from_right_to_left() -> None:
    """English words are marked off, and the punctuation between the parts runs as the paragraph does."""
    line = write(
        Piece("הנה"), join_with(": "), Piece("low (tired)"), join_with("; "), Piece("2 lines"), right_to_left=True
    )
    assert list_runs(line) == [
        (f"הנה{RIGHT}: ", True),
        (f"{LEFT}low (tired){LEFT}", False),
        (f"{RIGHT}; ", True),
        (f"{LEFT}2 lines{LEFT}", False),
    ]


def test_a_title_keeps_its_own_punctuation_in_a_line_from_left_to_right() -> None:
    """The exclamation mark of a Hebrew title stays at its end."""
    line = write(Piece("חצות!"), join_with(", "), Piece("version 2"), right_to_left=False)
    assert list_runs(line) == [(f"{RIGHT}חצות!{RIGHT}", True), (f"{LEFT}, version 2", False)]


def test_a_line_of_one_direction_has_no_marks() -> None:
    """Texts that need no order have none imposed."""
    assert write(Piece("Anna"), join_with(": "), Piece("2 lines"), right_to_left=False).text == "Anna: 2 lines"
    assert write(Piece("הנה"), join_with(": "), Piece("כן"), right_to_left=True).text == "הנה: כן"


@pytest.mark.parametrize(
    ("text", "right_to_left", "runs"),
    [
        ("ב-12 במאי!", True, [("ב-12 במאי!", True)]),
        ("כן OK!", True, [("כן ", True), ("OK", False), ("!", True)]),
        ("חָ", False, [(f"{RIGHT}חָ{RIGHT}", True)]),
        ("كتاب ۱۲", True, [("كتاب ۱۲", True)]),
        ("…?", True, [("…?", True)]),
        ("0:10–0:12", True, [(f"{LEFT}0:10–0:12{LEFT}", False)]),
        ("12", False, [("12", False)]),
        ("", True, []),
    ],
)
def test_every_run_has_one_direction(text: str, right_to_left: bool, runs: list[tuple[str, bool]]) -> None:
    """Vowel signs and digits stay with their letters; punctuation goes with the text as a whole."""
    assert list_runs(write(Piece(text), right_to_left=right_to_left)) == runs


def test_all_paragraphs_of_a_script_from_right_to_left_begin_at_the_right_edge() -> None:
    """Title page, lists, headings and cues; the texts are all there, marks of direction apart."""
    document = render_docx(build_full_sheet("שלום, עולם!"), ExportOptions())
    texts = [each.text.replace(LEFT, "").replace(RIGHT, "").rstrip("\n") for each in document.paragraphs]
    assert texts[:2] == ["שלום, עולם!", "שלום, עולם!, by שלום, עולם!"]
    assert "שלום, עולם!: שלום, עולם!; 2 lines" in texts
    assert texts[texts.index("Scenes") + 1].startswith("SCENE 1 – שלום, עולם! – שלום, עולם!: ")
    assert all(each._p.pPr is not None and each._p.pPr.xpath("w:bidi") for each in document.paragraphs)


def test_characters_without_a_font_are_named_beside_the_document() -> None:
    """A Word document is shown in the fonts of another computer, so the characters stay in it."""
    names = ("𒀀", "字")
    sheet = build_sample_sheet(
        script=SCRIPT.model_copy(update={"cast": tuple(CastMember(name=name) for name in names)})
    )
    download = build_download(sheet, ExportOptions())
    (note,) = download.notes
    assert note == (
        "No font here has the character 𒀀 (U+12000); "
        "Word shows it where the computer that opens the document has a font for it."
    )
    assert build_download(replace(sheet, script=SCRIPT, roles=()), ExportOptions()).notes == ()
