"""A script as a Word document by the conventions of radio drama: title page, lists, numbered cues with a hanging indent."""

import io
from collections.abc import Iterator

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.exports.conventions import (
    ALTERED_MARK,
    ALTERED_NOTE,
    SOUND_LISTS,
    describe_role,
    describe_version,
    find_template_reason,
    format_range,
    format_scene_title,
    format_sound,
    format_sound_label,
    format_speaker,
    has_altered_lines,
    list_present,
    list_title_lines,
)
from bot.exports.docx_layout import CUE, LIST, add_field, add_text, build_layout, fit_on_page, set_right_to_left
from bot.exports.files import Download, build_file_name
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet, SheetScene
from bot.scripts.models import Cue
from bot.scripts.text_units import to_single_line

_MAX_PROPERTY = 255
"""Characters of a document's title or author, by Office Open XML."""


def build_download(sheet: ScriptSheet, options: ExportOptions) -> Download:
    """The script as a ``.docx`` file."""
    stored, title = sheet.stored, sheet.script.title
    name = build_file_name(stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", title, ending="docx")
    content = io.BytesIO()
    render_docx(sheet, options).save(content)
    return Download(name, content.getvalue())


def render_docx(sheet: ScriptSheet, options: ExportOptions) -> Document:
    """The script as a document that is not saved yet."""
    document = build_layout(options.paper, sheet.script.language, _list_spoken(sheet))
    properties = document.core_properties
    properties.title = to_single_line(sheet.script.title)[:_MAX_PROPERTY]
    properties.author = to_single_line(sheet.author)[:_MAX_PROPERTY]
    properties.comments = f"Script {sheet.stored.id}"
    _add_header_and_footer(document, sheet)
    _add_title_page(document, sheet)
    _add_lists(document, sheet)
    _add_script(document, sheet)
    if sheet.is_right_to_left:
        for paragraph in _find_directed(document):
            set_right_to_left(paragraph)
    return document


def _list_spoken(sheet: ScriptSheet) -> str:
    return "".join(cue.text for cue in sheet.script.cues if cue.kind.is_spoken)


def _find_directed(document: Document) -> Iterator[Paragraph]:
    """The paragraphs that hold the script's own words; what we say about it runs from left to right."""
    return (
        each
        for each in document.paragraphs
        if each.style is not None and each.style.name in {CUE, "Title", "Subtitle", "Heading 2"}
    )


def _add_header_and_footer(document: Document, sheet: ScriptSheet) -> None:
    """Title and version above, "page n of m" below; the title page has neither."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    add_text(header, f"{to_single_line(sheet.script.title)}, {describe_version(sheet)}")
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_text(footer, "page ")
    add_field(footer, "PAGE")
    add_text(footer, " of ")
    add_field(footer, "NUMPAGES")


def _add_title_page(document: Document, sheet: ScriptSheet) -> None:
    add_text(document.add_paragraph(style="Title"), to_single_line(sheet.script.title))
    lines = [*list_title_lines(sheet), f"Id {sheet.stored.id}"]
    reason = find_template_reason(sheet)
    lines += ["", f"Template script. {reason}".strip()] if reason is not None else []
    lines += ["", ALTERED_NOTE] if has_altered_lines(sheet.script.cues) else []
    for line in lines:
        add_text(document.add_paragraph(style=LIST), line)
    add_text(document.add_paragraph(style="Subtitle"), to_single_line(sheet.script.logline))
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)


def _add_lists(document: Document, sheet: ScriptSheet) -> None:
    """Cast, effects, music and pronunciations, on pages of their own before the script."""
    before = len(document.paragraphs)
    if sheet.roles:
        add_text(document.add_paragraph(style="Heading 1"), "Cast")
        for role in sheet.roles:
            _add_entry(document, format_speaker(role.name), describe_role(role))
    for kind, heading in SOUND_LISTS:
        sounds = sheet.list_sounds(kind)
        if sounds:
            add_text(document.add_paragraph(style="Heading 1"), heading)
            for number, cue in sounds:
                add_text(document.add_paragraph(style=LIST), f"[{number}] {to_single_line(cue.text)} (cue {cue.n})")
    if sheet.lexicon:
        add_text(document.add_paragraph(style="Heading 1"), "Pronunciation")
        for word in sheet.lexicon:
            _add_entry(document, to_single_line(word.spelling), to_single_line(word.pronunciation))
    if len(document.paragraphs) > before:
        document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)


def _add_entry(document: Document, name: str, about: str) -> None:
    paragraph = document.add_paragraph(style=LIST)
    add_text(paragraph, name, bold=True)
    add_text(paragraph, f": {about}")


def _add_script(document: Document, sheet: ScriptSheet) -> None:
    for scene in sheet.scenes:
        if sheet.script.scenes:
            add_text(document.add_paragraph(style="Heading 2"), format_scene_title(scene.scene))
            about = document.add_paragraph(style=LIST)
            about.paragraph_format.keep_with_next = True
            about.paragraph_format.space_after = Pt(6)
            add_text(about, _describe_scene(scene))
        for cue in scene.cues:
            _add_cue(document, sheet, cue)


def _describe_scene(scene: SheetScene) -> str:
    present = f"; present: {list_present(scene.scene)}" if scene.scene.present else ""
    return f"Runs {format_range(scene.running_time)}{present}"


def _add_cue(document: Document, sheet: ScriptSheet, cue: Cue) -> None:
    paragraph = document.add_paragraph(style=CUE)
    add_text(paragraph, f"{cue.n}.\t")
    if not cue.kind.is_spoken:
        add_text(paragraph, f"{format_sound_label(sheet, cue)}: {format_sound(cue)}", underline=True)
        return
    add_text(paragraph, format_speaker(cue.speaker), bold=True)
    mark = f" {ALTERED_MARK}" if cue.is_altered else ""
    direction = to_single_line(cue.direction)
    add_text(paragraph, f"{f' ({direction})' if direction else ''}{mark}: ")
    add_text(paragraph, to_single_line(cue.text))
    fit_on_page(paragraph)
