"""Paper, fonts and styles of our Word documents, in every writing system."""

import re
from typing import Final, cast

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from lxml.etree import ElementBase

from bot.exports.pls import to_language_tag
from bot.settings.paper import Paper

CUE: Final = "Cue"
LIST: Final = "Script List"

_FONT: Final = "Courier New"
"""For Latin, Greek and Cyrillic; every Word has it."""
_COMPLEX_FONT: Final = "Arial"
"""For Arabic and Hebrew, which are hard to read in a monospaced font; every Word has it."""
_COMPLEX_FONTS: Final = ((r"[\u0e00-\u0e7f]", "Tahoma"), (r"[\u0900-\u097f]", "Mangal"))
_EAST_ASIAN_FONTS: Final = (
    (r"[\u3040-\u30ff]", "MS Mincho"),
    (r"[\u1100-\u11ff\uac00-\ud7ff]", "Batang"),
    (r"[\u3400-\u9fff]", "SimSun"),
)
_DEFAULT_EAST_ASIAN_FONT: Final = "MS Mincho"
_MARGIN: Final = Mm(25)
_INDENT: Final = Mm(16)  # room for a cue's number of four digits

_AFTER_BIDI: Final = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents"),
    *(
        "w:suppressOverlap",
        "w:jc",
        "w:textDirection",
        "w:textAlignment",
        "w:textboxTightWrap",
        "w:outlineLvl",
        "w:divId",
    ),
    *("w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange"),
)
"""What may follow ``w:bidi`` in a paragraph's properties, whose order is fixed."""
_AFTER_HYPHENS: Final = (
    *("w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi"),
    *_AFTER_BIDI,
)
_AFTER_COMPLEX_SIZE: Final = (
    *(
        "w:highlight",
        "w:u",
        "w:effect",
        "w:bdr",
        "w:shd",
        "w:fitText",
        "w:vertAlign",
        "w:rtl",
        "w:cs",
        "w:em",
        "w:lang",
    ),
)
"""What may follow the size of complex scripts in the properties of a run."""


def build_layout(paper: Paper, language: str, spoken: str) -> Document:
    """An empty document with our styles. ``spoken`` is all that is spoken; its writing systems decide on the fonts."""
    document = docx.Document()
    section = document.sections[0]
    width, height = paper.millimetres
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    _set_up_style(document, "Normal", 12, spoken)
    _set_language(document, language)
    _set_up_style(document, "Title", 20, spoken, bold=True)
    _set_up_style(document, "Subtitle", 12, spoken)
    document.styles["Subtitle"].paragraph_format.space_before = Pt(12)
    _set_up_style(document, "Heading 1", 14, spoken, bold=True)
    _set_up_style(document, "Heading 2", 12, spoken, bold=True)
    cue = _add_style(document, CUE, space_after=6, line_spacing=1.5)
    cue.paragraph_format.left_indent = _INDENT
    cue.paragraph_format.first_line_indent = -_INDENT
    cue.paragraph_format.tab_stops.add_tab_stop(_INDENT)
    _add_style(document, LIST, space_after=3, line_spacing=1.15)
    return document


def add_field(paragraph: Paragraph, code: str) -> None:
    """Appends a field that Word computes, such as ``PAGE``."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for fields


def insert_bidi(paragraph: Paragraph) -> None:
    """The paragraph begins at the right edge."""
    paragraph._p.get_or_add_pPr().insert_element_before(_create("w:bidi"), *_AFTER_BIDI)  # noqa: SLF001 - no call for it


def _set_up_style(document: Document, name: str, size: int, spoken: str, *, bold: bool = False) -> None:
    """Black Courier of this size. The fonts of the template's theme would take precedence, so they go."""
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)  # noqa: S101 - tells mypy what the template has
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.cs_bold = bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for attribute, font in (
        *(("w:ascii", _FONT), ("w:hAnsi", _FONT)),
        ("w:eastAsia", _find_font(_EAST_ASIAN_FONTS, spoken, _DEFAULT_EAST_ASIAN_FONT)),
        ("w:cs", _find_font(_COMPLEX_FONTS, spoken, _COMPLEX_FONT)),
    ):
        fonts.set(qn(attribute), font)
    for old in ("w:szCs", "w:spacing", "w:kern"):  # letters of Arabic that are spaced out fall apart
        for element in properties.findall(qn(old)):
            properties.remove(element)
    complex_size = _create("w:szCs")
    complex_size.set(qn("w:val"), str(2 * size))
    properties.insert_element_before(complex_size, *_AFTER_COMPLEX_SIZE)
    paragraph_properties = style.element.get_or_add_pPr()
    paragraph_properties.insert_element_before(_create("w:suppressAutoHyphens"), *_AFTER_HYPHENS)
    for border in paragraph_properties.findall(qn("w:pBdr")):
        paragraph_properties.remove(border)


def _add_style(document: Document, name: str, *, space_after: float, line_spacing: float) -> ParagraphStyle:
    style = document.styles.add_style(name, 1)
    assert isinstance(style, ParagraphStyle)  # noqa: S101 - 1 is the type of paragraph styles
    style.base_style = document.styles["Normal"]
    style.paragraph_format.space_after = Pt(space_after)
    style.paragraph_format.line_spacing = line_spacing
    style.paragraph_format.keep_together = True
    style.paragraph_format.widow_control = True
    return style


def _create(name: str) -> ElementBase:
    """A new element, of the type that ``insert_element_before`` declares. Any element of lxml will do."""
    return cast("ElementBase", OxmlElement(name))


def _find_font(fonts: tuple[tuple[str, str], ...], spoken: str, default: str) -> str:
    return next((font for letters, font in fonts if re.search(letters, spoken)), default)


def _set_language(document: Document, language: str) -> None:
    """The language of the spelling check, for every kind of writing."""
    element = OxmlElement("w:lang")
    for attribute in ("w:val", "w:eastAsia", "w:bidi"):
        element.set(qn(attribute), to_language_tag(language))
    properties = document.styles["Normal"].element.get_or_add_rPr()
    properties.append(element)
