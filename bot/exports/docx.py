"""A script as a Word document by the conventions of radio drama: title page, lists, numbered cues with a hanging indent."""

import io
from collections.abc import Sequence

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.exports.conventions import (
    ALTERED_NOTE,
    SOUND_LISTS,
    describe_version,
    find_template_reason,
    has_altered_lines,
    list_title_lines,
)
from bot.exports.docx_layout import CUE, LIST, add_field, build_layout
from bot.exports.docx_lines import (
    describe_book,
    describe_cue,
    describe_entry,
    describe_role,
    describe_scene,
    describe_sound,
    list_scene,
    title_scene,
)
from bot.exports.docx_text import Piece, fit_on_page, join_with, write_line
from bot.exports.files import Download, build_file_name
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet
from bot.fonts import describe_unfamiliar
from bot.scripts.text_units import to_single_line

_MAX_PROPERTY = 255
"""Characters of a document's title or author, by Office Open XML."""


def build_download(sheet: ScriptSheet, options: ExportOptions) -> Download:
    """The script as a ``.docx`` file."""
    stored, title = sheet.stored, sheet.script.title
    name = build_file_name(stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", title, ending="docx")
    document = render_docx(sheet, options)
    content = io.BytesIO()
    document.save(content)
    note = describe_unfamiliar("".join(paragraph.text for paragraph in document.paragraphs))
    return Download(name, content.getvalue(), (note,) if note else ())


def render_docx(sheet: ScriptSheet, options: ExportOptions) -> Document:
    """The script as a document that is not saved yet."""
    document = build_layout(options.paper, sheet.language, _list_spoken(sheet))
    properties = document.core_properties
    properties.title = to_single_line(sheet.script.title)[:_MAX_PROPERTY]
    properties.author = to_single_line(sheet.author)[:_MAX_PROPERTY]
    properties.comments = f"Script {sheet.stored.id}"
    writer = _Writer(document, sheet)
    writer.add_header_and_footer()
    writer.add_title_page()
    writer.add_lists()
    writer.add_script()
    return document


def _list_spoken(sheet: ScriptSheet) -> str:
    return "".join(cue.text for cue in sheet.script.cues if cue.kind.is_spoken)


class _Writer:
    """Fills a document. All paragraphs begin at the edge where the script's own lines begin."""

    def __init__(self, document: Document, sheet: ScriptSheet) -> None:
        self._document = document
        self._sheet = sheet
        self._is_right_to_left = sheet.is_right_to_left

    def add_header_and_footer(self) -> None:
        """Title and version above, "page n of m" below; the title page has neither."""
        section = self._document.sections[0]
        section.different_first_page_header_footer = True
        title = to_single_line(self._sheet.script.title)
        self._write(section.header.paragraphs[0], [Piece(title), join_with(", "), Piece(describe_version(self._sheet))])
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        footer.add_run("page ")
        add_field(footer, "PAGE")
        footer.add_run(" of ")
        add_field(footer, "NUMPAGES")

    def add_title_page(self) -> None:
        """Title, book, version, what a reader has to know, and what the script is about."""
        sheet = self._sheet
        self._add("Title", [Piece(to_single_line(sheet.script.title))])
        self._add(LIST, describe_book(sheet))
        lines = [*list_title_lines(sheet)[1:], f"Id {sheet.stored.id}"]
        for line in lines:
            self._add(LIST, [Piece(line)])
        reason = find_template_reason(sheet)
        if reason is not None:
            self._add(LIST, [])
            self._add(LIST, [Piece(f"Template script. {reason}".strip())])
        if has_altered_lines(sheet.script.cues):
            self._add(LIST, [])
            self._add(LIST, [Piece(ALTERED_NOTE)])
        self._add("Subtitle", [Piece(to_single_line(sheet.script.logline))])
        self._end_page()

    def add_lists(self) -> None:
        """Cast, effects, music, pronunciations and scenes, on pages of their own before the script."""
        sheet, language = self._sheet, self._sheet.language
        words = [
            describe_entry(to_single_line(word.spelling), [Piece(to_single_line(word.pronunciation))])
            for word in sheet.lexicon
        ]
        lists = [
            ("Cast", [describe_role(role, language) for role in sheet.roles]),
            *((title, [describe_sound(*each) for each in sheet.list_sounds(kind)]) for kind, title in SOUND_LISTS),
            ("Pronunciation", words),
            ("Scenes", [list_scene(scene, language) for scene in sheet.scenes if sheet.script.scenes]),
        ]
        for title, entries in lists:
            if entries:
                self._add("Heading 1", [Piece(title)])
            for entry in entries:
                self._add(LIST, entry)
        if any(entries for _, entries in lists):
            self._end_page()

    def add_script(self) -> None:
        """Every cue, under the headings of the scenes."""
        language = self._sheet.language
        for scene in self._sheet.scenes:
            if self._sheet.script.scenes:
                self._add("Heading 2", title_scene(scene.scene, language))
                about = self._add(LIST, describe_scene(scene, language))
                about.paragraph_format.keep_with_next = True
                about.paragraph_format.space_after = Pt(6)
            for cue in scene.cues:
                paragraph = self._add(CUE, describe_cue(self._sheet, cue))
                if cue.kind.is_spoken:
                    fit_on_page(paragraph)

    def _add(self, style: str, pieces: Sequence[Piece]) -> Paragraph:
        paragraph = self._document.add_paragraph(style=style)
        self._write(paragraph, pieces)
        return paragraph

    def _write(self, paragraph: Paragraph, pieces: Sequence[Piece]) -> None:
        write_line(paragraph, pieces, right_to_left=self._is_right_to_left)

    def _end_page(self) -> None:
        self._document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
