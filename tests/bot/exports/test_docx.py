"""Scripts as Word documents, opened again with python-docx."""

import io
import re
from dataclasses import replace
from typing import Final

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.exports.capitals import to_capitals
from bot.exports.conventions import format_speaker
from bot.exports.docx import build_download
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import CastMember, Cue, CueKind, Scene
from bot.scripts.text_units import to_single_line
from bot.settings.paper import Paper
from tests.bot.exports.hostile_texts import WILD_TEXT
from tests.bot.exports.sample_script import SCRIPT, TEMPLATE, build_full_sheet, build_sample_sheet

PROPERTIES_IN_ORDER: Final = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs"),
    *("suppressAutoHyphens", "bidi", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr", "sectPr"),
)
"""A paragraph's properties in the order that Office Open XML requires, as far as our documents have them."""


def reopen(sheet: ScriptSheet, paper: Paper = Paper.A4) -> Document:
    """The document as a program reads it from the file."""
    return docx.Document(io.BytesIO(build_download(sheet, ExportOptions(paper)).content))


def list_cues(document: Document) -> list[Paragraph]:
    """The paragraphs with cues."""
    return [each for each in document.paragraphs if each.style is not None and each.style.name == "Cue"]


def is_right_to_left(paragraph: Paragraph) -> bool:
    """Whether the paragraph begins at the right edge."""
    return next(paragraph._p.iter(qn("w:bidi")), None) is not None


def sheet_of(text: str, speaker: str = "HANA") -> ScriptSheet:
    """A script of one line."""
    cue = Cue(n=1, kind=CueKind.DIALOGUE, speaker=speaker, text=text)
    return build_sample_sheet(
        script=SCRIPT.model_copy(update={"title": text[:20], "cues": (cue,), "cast": (CastMember(name=speaker),)})
    )


def read_fonts(document: Document) -> dict[str, str]:
    """The fonts of the text by kind of writing."""
    fonts = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    return {etree.QName(str(key)).localname: str(value) for key, value in fonts.attrib.items()}


def test_a_document_follows_the_conventions_of_radio_drama() -> None:
    """Title page, cast, numbered lists of sounds, scenes, and every cue with its number; sounds in capitals, underlined."""
    scenes = (Scene(n=1, place="The hall", time="night", present=("HANA",)),)
    cues = tuple(cue.model_copy(update={"scene": 1, "is_altered": cue.n == 2}) for cue in SCRIPT.cues)
    document = reopen(build_sample_sheet(TEMPLATE, SCRIPT.model_copy(update={"cues": cues, "scenes": scenes})))
    assert [each.text.rstrip("\n") for each in document.paragraphs] == [
        "The *Midnight* Summoning",
        "The Fox",
        "Chapter 1",
        "Draft of 2026-11-22, version 2, draft",
        "Runs 4:00–5:00 (estimate), 4 cues",
        f"Id {TEMPLATE.id}",
        "",
        "Template script. The *quota* is used up.",
        "",
        "† marks lines that were changed or added by hand: their words are not the author's.",
        "A bell too many.",
        "Cast",
        "HANA: low, tired; 1 line",
        "THE_FOX: 0 lines",
        "NARRATOR: 1 line",
        "Sound effects",
        "[1] A door creaks. (cue 3)",
        "Music",
        "[1] A drone. (cue 1)",
        "Scenes",
        document.paragraphs[20].text.rstrip("\n"),
        "SCENE 1 – THE HALL – NIGHT",
        document.paragraphs[22].text,
        "1.\tMUSIC [1]: A DRONE. – UNDER",
        "2.\tNARRATOR †: The lantern guttered.",
        "3.\tSFX [1]: A DOOR CREAKS.",
        "4.\tHANA (close): You came back.",
    ]
    time = document.paragraphs[22].text.removeprefix("Runs ").removesuffix("; present: HANA")
    assert document.paragraphs[20].text.rstrip("\n") == (f"SCENE 1 – THE HALL – NIGHT: {time}, cues 1–4; present: HANA")
    music, narration, _, dialogue = list_cues(document)
    assert [run.underline for run in music.runs] == [None, True]
    assert not any(run.underline for run in narration.runs)
    assert [run.text for run in dialogue.runs if run.bold] == ["HANA"]


def test_pronunciations_stand_before_the_script() -> None:
    """The words of the lexicon have a list of their own; the script begins on the page after the lists."""
    word = LexiconWord(spelling="lantern", pronunciation="LAN-tern")
    document = reopen(replace(build_sample_sheet(), lexicon=(word,)))
    texts = [paragraph.text for paragraph in document.paragraphs]
    at = texts.index("Pronunciation")
    assert texts[at + 1 : at + 3] == ["lantern: LAN-tern", "1.\tMUSIC [1]: A DRONE. – UNDER"]


def test_a_script_without_lists_has_no_empty_page() -> None:
    """Where there is nobody to cast and nothing to hear, the script follows the title page."""
    document = reopen(build_sample_sheet(script=SCRIPT.model_copy(update={"cues": (), "cast": (), "logline": ""})))
    breaks = list(document.element.iter(qn("w:br")))
    assert len(breaks) == 1
    assert [paragraph.text for paragraph in document.paragraphs][-1] == ""


@settings(max_examples=12, deadline=None)
@given(st.lists(WILD_TEXT, min_size=12, max_size=20))
def test_every_line_is_in_the_document_word_for_word(texts: list[str]) -> None:
    """Whatever the texts contain, each cue is one paragraph with number, speaker and words."""
    sheet = build_full_sheet(*texts)
    shown = list_cues(reopen(sheet))
    assert len(shown) == len(sheet.script.cues)
    for cue, paragraph in zip(sheet.script.cues, shown, strict=True):
        words, text = to_single_line(cue.text), re.sub("[\u200e\u200f]", "", paragraph.text)
        if cue.kind.is_spoken:
            assert text.startswith(f"{cue.n}.\t{format_speaker(cue.speaker, sheet.language)}")
            assert text.endswith(f": {words}")
        else:
            assert to_capitals(words, sheet.language) in text
            assert text.startswith(f"{cue.n}.\t{cue.kind.value.upper()} [1]: ")


def test_no_line_is_broken_over_two_pages_or_hyphenated() -> None:
    """Cues hang beside their numbers and stay together; headings stay with what follows; nothing is hyphenated."""
    document = reopen(build_sample_sheet())
    layout = document.styles["Cue"].paragraph_format
    assert layout.keep_together
    assert layout.first_line_indent is not None
    assert layout.left_indent == -layout.first_line_indent
    assert document.styles["Heading 2"].paragraph_format.keep_with_next
    assert document.styles["Normal"].element.pPr.find(qn("w:suppressAutoHyphens")) is not None


@pytest.mark.parametrize(
    ("characters", "letter", "spacing", "points"),
    [(1_400, "a", None, None), (1_600, "a", 1.1, None), (2_000, "a", 1.1, None), (2_000, "字", 1.1, 9.0)],
)
def test_a_long_line_is_set_so_that_it_fits_on_a_page(
    characters: int, letter: str, spacing: float | None, points: float | None
) -> None:
    """The longest cue that there may be is set more closely, and smaller where its letters are wide."""
    (cue,) = list_cues(reopen(sheet_of(letter * characters)))
    assert cue.paragraph_format.line_spacing == spacing
    assert {run.font.size.pt if run.font.size else None for run in cue.runs} == {points}


def test_pages_have_a_header_and_are_counted() -> None:
    """Title and version above, "page n of m" below as fields; the title page has neither."""
    document = reopen(build_sample_sheet())
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "The *Midnight* Summoning, version 2, draft"
    footer = section.footer.paragraphs[0]._p
    fields = [str(field.get(qn("w:instr"))) for field in footer.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert "".join(str(text.text) for text in footer.iter(qn("w:t"))) == "page 1 of 1"


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (210.0, 297.0)), (Paper.LETTER, (215.9, 279.4))])
def test_the_paper_is_that_of_the_studio(paper: Paper, size: tuple[float, float]) -> None:
    """A4 or Letter."""
    section = reopen(build_sample_sheet(), paper).sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm, 1), round(section.page_height.mm, 1)) == size


@pytest.mark.parametrize(("speaker", "text"), [("هناء", "لقد عدت في 12 مايو!"), ("הנה", "חזרת, (בשקט).")])
def test_scripts_that_run_from_right_to_left_do(speaker: str, text: str) -> None:
    """Their paragraphs begin at the right edge, their runs are marked, and every property is where the standard wants it."""
    document = reopen(sheet_of(text, speaker))
    (cue,) = list_cues(document)
    assert [(run.text, run.font.rtl, run.font.complex_script) for run in cue.runs] == [
        (words, True, True) for words in ("1.\t", speaker, f": {text}")
    ]
    assert cue.runs[1].font.cs_bold
    assert all(is_right_to_left(paragraph) for paragraph in document.paragraphs)
    assert is_right_to_left(document.sections[0].header.paragraphs[0])
    holders = [paragraph._p for paragraph in document.paragraphs] + [style.element for style in document.styles]
    for holder in holders:
        for properties in holder.iter(qn("w:pPr")):
            names = [etree.QName(child).localname for child in properties]
            assert names == sorted(names, key=PROPERTIES_IN_ORDER.index)


def test_scene_headings_run_in_the_scripts_direction() -> None:
    """The heading of a scene begins at the edge where its lines begin."""
    for text, expected in (("لقد عدت.", True), ("You came back.", False)):
        sheet = sheet_of(text)
        cues = tuple(cue.model_copy(update={"scene": 1}) for cue in sheet.script.cues)
        update = {"cues": cues, "scenes": (Scene(n=1, place="القصر"),)}
        document = reopen(build_sample_sheet(script=sheet.script.model_copy(update=update)))
        (heading,) = [each for each in document.paragraphs if each.style is not None and each.style.name == "Heading 2"]
        assert is_right_to_left(heading) is expected


def test_words_of_both_directions_are_separate_runs() -> None:
    """In a line that runs from left to right a Hebrew word is a run of its own, so that its font is the right one."""
    document = reopen(sheet_of("Say שלום to them."))
    (cue,) = list_cues(document)
    assert [(run.text, bool(run.font.rtl)) for run in cue.runs[-3:]] == [
        (": Say ", False),
        ("שלום", True),
        (" to them.", False),
    ]
    assert not is_right_to_left(cue)


@pytest.mark.parametrize(
    ("text", "east_asian", "complex_script"),
    [
        ("Plain.", "MS Mincho", "Arial"),
        ("こんにちは世界", "MS Mincho", "Arial"),
        ("你好世界", "SimSun", "Arial"),
        ("안녕하세요", "Batang", "Arial"),
        ("สวัสดี", "MS Mincho", "Tahoma"),
        ("नमस्ते", "MS Mincho", "Mangal"),
    ],
)
def test_the_fonts_are_those_of_the_writing_system(text: str, east_asian: str, complex_script: str) -> None:
    """Latin letters are in Courier; other writing systems in a font that has them and that every Word knows."""
    assert read_fonts(reopen(sheet_of(text))) == {
        "ascii": "Courier New",
        "hAnsi": "Courier New",
        "eastAsia": east_asian,
        "cs": complex_script,
    }


def test_a_long_title_does_not_break_the_properties() -> None:
    """A document's properties hold 255 characters."""
    document = reopen(build_sample_sheet(script=SCRIPT.model_copy(update={"title": "T" * 400})))
    assert document.core_properties.title == "T" * 255
    assert document.core_properties.author == ""
