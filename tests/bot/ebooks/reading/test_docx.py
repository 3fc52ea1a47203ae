"""Word documents: chapters by headings, and what is left out of their text."""

import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from bot.ebooks.parsed_book import SCENE_BREAK, ParsedBook
from bot.ebooks.reading.docx import read_docx
from bot.errors import InputError
from tests.bot.ebooks.reading.epubs import SENTENCE, chapter_titles, kinds

PROSE = SENTENCE * 40


def save(document: Document, folder: Path) -> Path:
    """The document as a file."""
    path = folder / "book.docx"
    document.save(str(path))
    return path


def read(document: Document, folder: Path) -> ParsedBook:
    """The book as the reader finds it."""
    return read_docx(save(document, folder))


def add_raw(document: Document, content: str) -> None:
    """Adds a paragraph with this XML in it."""
    document.element.body.insert(-1, parse_xml(f"<w:p {nsdecls('w')}>{content}</w:p>"))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def add_chapters(document: Document, *titles: str) -> None:
    """Chapters with a heading and prose."""
    for title in titles:
        document.add_heading(title, 1)
        document.add_paragraph(PROSE)


def test_headings_are_chapters_and_lower_headings_stay_in_the_text(tmp_path: Path) -> None:
    """Title and author come from the document's properties."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "The Long Night", "Ada Quill"
    add_chapters(document, "Chapter 1: The Key")
    document.add_heading("Later", 2)
    document.add_paragraph(PROSE)
    add_chapters(document, "Chapter 2: The Door", "Chapter 3: The Stairs")
    book = read(document, tmp_path)
    assert (book.title, book.author) == ("The Long Night", "Ada Quill")
    assert chapter_titles(book) == ["Chapter 1: The Key", "Chapter 2: The Door", "Chapter 3: The Stairs"]
    assert [heading.title for heading in book.sections[0].headings] == ["Later"]


def test_headings_are_known_by_id_and_outline_level_in_any_language(tmp_path: Path) -> None:
    """A German Word names the style "Überschrift 1"; an author's own style and a single paragraph state a level."""
    document = docx.Document()
    document.styles["Heading 1"].name = "Überschrift 1"
    own = document.styles.add_style("Kapitelname", WD_STYLE_TYPE.PARAGRAPH)
    own.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    document.add_paragraph("Kapitel 1", style="Überschrift 1")
    document.add_paragraph(PROSE)
    document.add_paragraph("Kapitel 2", style="Kapitelname")
    document.add_paragraph(PROSE)
    add_raw(document, f'<w:pPr><w:outlineLvl w:val="0"/></w:pPr>{run("Kapitel 3")}')
    document.add_paragraph(PROSE)
    assert chapter_titles(read(document, tmp_path)) == ["Kapitel 1", "Kapitel 2", "Kapitel 3"]


def test_titles_are_headings_where_each_chapter_has_one(tmp_path: Path) -> None:
    """One title, or one on several lines at the start, is that of the book."""
    document = docx.Document()
    document.add_paragraph("The Long Night", style="Title")
    document.add_paragraph("by Ada Quill", style="Subtitle")
    add_chapters(document, "One", "Two")
    assert read(document, tmp_path).title == "The Long Night"
    document = docx.Document()
    for name in ("The Key", "The Door", "The Stairs"):
        document.add_paragraph(name, style="Title")
        for _ in range(10):
            document.add_paragraph(SENTENCE * 4)
    assert chapter_titles(read(document, tmp_path)) == ["The Key", "The Door", "The Stairs"]


def test_an_authors_own_style_for_chapter_titles_is_known_by_its_name(tmp_path: Path) -> None:
    """Templates for novels have one, often without a level."""
    document = docx.Document()
    document.styles.add_style("Chapter Title", WD_STYLE_TYPE.PARAGRAPH)
    for name in ("The Key", "The Door", "The Stairs"):
        document.add_paragraph(name, style="Chapter Title")
        document.add_paragraph(PROSE)
    assert chapter_titles(read(document, tmp_path)) == ["The Key", "The Door", "The Stairs"]


@pytest.mark.parametrize(
    ("form", "label", "titles"),
    [
        ("decimal", "Chapter %1", ["Chapter 1: The Key", "Chapter 2: The Door", "Chapter 3"]),
        ("upperRoman", "%1.", ["I. The Key", "II. The Door", "III."]),
        ("cardinalText", "Chapter %1:", ["Chapter One: The Key", "Chapter Two: The Door", "Chapter Three:"]),
        ("bullet", "•", ["The Key", "The Door"]),
    ],
)
def test_automatic_numbers_of_headings_are_in_their_titles(
    tmp_path: Path, form: str, label: str, titles: list[str]
) -> None:
    """Word shows them and does not store them; the third heading is nothing but its number."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{label}"/></w:lvl>'
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{level}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    place = parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="77"/></w:numPr>')
    document.styles["Heading 1"].element.get_or_add_pPr().append(place)
    add_chapters(document, "The Key", "The Door", "")
    assert chapter_titles(read(document, tmp_path)) == titles


def test_without_headings_the_chapter_patterns_decide(tmp_path: Path) -> None:
    """Lines such as "Chapter 2" are enough."""
    document = docx.Document()
    for number in range(1, 5):
        document.add_paragraph(f"Chapter {number}")
        document.add_paragraph(PROSE)
    assert chapter_titles(read(document, tmp_path)) == [f"Chapter {number}" for number in range(1, 5)]


def test_parts_prologue_and_front_matter_are_told_apart(tmp_path: Path) -> None:
    """A dedication is left out, a prologue is a chapter, and a part is neither."""
    document = docx.Document()
    add_chapters(document, "Dedication", "Prologue")
    document.add_heading("Part One", 1)
    for title in ("Chapter 1", "Chapter 2", "Chapter 3"):
        document.add_heading(title, 2)
        document.add_paragraph(PROSE)
    assert kinds(read(document, tmp_path)) == [
        ("Dedication", "front matter"),
        ("Prologue", "chapter"),
        ("Chapter 1", "chapter"),
        ("Chapter 2", "chapter"),
        ("Chapter 3", "chapter"),
    ]


def test_tables_and_lists_stay_in_their_place(tmp_path: Path) -> None:
    """A row is one paragraph."""
    document = docx.Document()
    add_chapters(document, "One")
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    document.add_paragraph("After it.", style="List Bullet")
    [section] = read(document, tmp_path).sections
    assert section.text.split("\n\n")[1:] == ["cell 0 | cell 1", "cell 2 | cell 3", "After it."]


@pytest.mark.parametrize(
    ("content", "text", "warning"),
    [
        (f"<w:del>{run('old')}</w:del><w:ins>{run('new')}</w:ins>{run(' word')}", "new word", "tracked changes"),
        (f'{run("said")}<w:r><w:footnoteReference w:id="2"/></w:r>{run(".")}', "said.", "1 note at the foot"),
        (
            f"{run('Hi')}<w:r><w:pict><w:txbxContent><w:p>{run('box')}</w:p></w:txbxContent></w:pict></w:r>",
            "Hi",
            "1 text box ",
        ),
        ('<w:r><w:t>one</w:t><w:br w:type="page"/></w:r>' + run(" two"), "one two", ""),
        ("<w:r><w:t>Rose</w:t><w:br/><w:t>Thorn</w:t><w:br/><w:t>Leaf</w:t></w:r>", "Rose\nThorn\nLeaf", ""),
        (f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>{run('seen')}", "seen", ""),
        (
            f"<w:r><w:ruby><w:rt>{run('かん')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r>{run('字')}",
            "漢字",
            "",
        ),
    ],
)
def test_what_a_reader_would_not_read_aloud_is_left_out(tmp_path: Path, content: str, text: str, warning: str) -> None:
    """Deleted text, notes, text boxes, hidden text and the readings of ruby; what was left out is said."""
    document = docx.Document()
    add_chapters(document, "One")
    add_raw(document, content)
    book = read(document, tmp_path)
    assert book.sections[0].text.split("\n\n")[1] == text
    assert [each for each in book.warnings if warning in each] == list(book.warnings)
    assert bool(book.warnings) == bool(warning)


def test_lines_of_a_poem_stay_lines(tmp_path: Path) -> None:
    """In a style whose name says so, each paragraph is a line and an empty one ends the stanza."""
    document = docx.Document()
    document.styles.add_style("Verse", WD_STYLE_TYPE.PARAGRAPH)
    add_chapters(document, "One")
    for line in ("Roses", "are red", "", "violets"):
        document.add_paragraph(line, style="Verse")
    assert read(document, tmp_path).sections[0].text.endswith("\n\nRoses\nare red\n\nviolets")


def test_a_rare_empty_paragraph_is_a_change_of_scene(tmp_path: Path) -> None:
    """Where every paragraph has an empty one after it, they only make space."""
    document = docx.Document()
    document.add_heading("One", 1)
    for number in range(20):
        document.add_paragraph(f"Paragraph {number}.")
        if number == 7:
            document.add_paragraph("")
    assert f"Paragraph 7.\n\n{SCENE_BREAK}\n\nParagraph 8." in read(document, tmp_path).sections[0].text


def test_the_contents_that_word_generates_are_no_chapter(tmp_path: Path) -> None:
    """Its lines have styles of their own."""
    document = docx.Document()
    document.styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
    for number in (1, 2, 3):
        document.add_paragraph(f"Chapter {number}\t{number}", style="TOC 1")
    add_chapters(document, "Chapter 1", "Chapter 2", "Chapter 3")
    assert [kind for _, kind in kinds(read(document, tmp_path))] == ["front matter", "chapter", "chapter", "chapter"]


def test_a_document_without_text_is_refused(tmp_path: Path) -> None:
    """The sentence says what cannot be read."""
    with pytest.raises(InputError, match="no running text"):
        read(docx.Document(), tmp_path)


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("word/document.xml", b"<w:body>", b"<w:bo"),
        ("[Content_Types].xml", b"styles+xml", b"other+xml"),
        ("_rels/.rels", b"officeDocument", b"otherDocument"),
    ],
)
def test_a_damaged_document_is_refused_with_a_sentence(tmp_path: Path, part: str, before: bytes, after: bytes) -> None:
    """Its parts exist and cannot be used."""
    document = docx.Document()
    add_chapters(document, "One")
    path = save(document, tmp_path)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "broken.docx", "w") as broken:
        for name in whole.namelist():
            content = whole.read(name)
            broken.writestr(name, content.replace(before, after) if name == part else content)
    with pytest.raises(InputError, match="damaged"):
        read_docx(tmp_path / "broken.docx")
