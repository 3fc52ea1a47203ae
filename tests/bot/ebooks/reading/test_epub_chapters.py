"""Which chapters an EPUB has, from its table of contents, its headings and its documents."""

from pathlib import Path

import pytest

from tests.bot.ebooks.reading.epubs import PROSE, SENTENCE, Epub, chapter_titles, kinds, only_chapter

THREE = {f"{name}.xhtml": f"<h2>{name.title()}</h2>{PROSE}" for name in ("one", "two", "three")}
LINES = [("The Key", "one.xhtml"), ("The Door", "two.xhtml"), ("The Stairs", "three.xhtml")]


@pytest.mark.parametrize("source", ["contents", "ncx_contents"])
def test_chapters_come_in_reading_order_under_the_titles_of_the_contents(tmp_path: Path, source: str) -> None:
    """The navigation document and the NCX of EPUB 2 give the same chapters."""
    book = Epub(pages=THREE, **{source: LINES}).read(tmp_path)  # type: ignore[arg-type]
    assert chapter_titles(book) == ["The Key", "The Door", "The Stairs"]
    assert (book.title, book.author, book.language) == ("The Long Night", "Ada Quill", "en")
    assert book.warnings == ()


def test_headings_divide_a_book_without_a_table_of_contents(tmp_path: Path) -> None:
    """Three documents with a heading each are three chapters."""
    assert chapter_titles(Epub(pages=THREE).read(tmp_path)) == ["One", "Two", "Three"]


def test_documents_divide_a_book_without_contents_and_headings(tmp_path: Path) -> None:
    """Each document is a chapter; nothing is lost."""
    book = Epub(pages={"a.xhtml": f"<p>First. {SENTENCE * 40}</p>", "b.xhtml": f"<p>Second. {SENTENCE * 40}</p>"}).read(
        tmp_path
    )
    assert [section.text.split(".")[0] for section in book.sections] == ["First", "Second"]


def test_chapter_patterns_divide_a_book_that_marks_nothing(tmp_path: Path) -> None:
    """A plain text that was poured into one document."""
    body = "".join(f"<p>Chapter {number}</p>" + PROSE * 4 for number in range(1, 6))
    book = Epub(pages={"all.xhtml": body}).read(tmp_path)
    assert [(section.title, section.number) for section in book.sections] == [(f"Chapter {n}", n) for n in range(1, 6)]


def test_several_chapters_in_one_document_are_cut_at_their_fragments(tmp_path: Path) -> None:
    """The cut is where the named element begins, and the text before the first one is kept."""
    alpha, beta = f"<h2 id='a'>A</h2><p>Alpha. {SENTENCE * 30}</p>", f"<div id='b'><p>Beta. {SENTENCE * 30}</p></div>"
    body = f"<p>Once upon a time.</p>{alpha}{beta}"
    book = Epub(pages={"one.xhtml": body}, contents=[("A", "one.xhtml#a"), ("B", "one.xhtml#b")]).read(tmp_path)
    assert [(section.title, section.text.split(".")[0]) for section in book.sections] == [
        ("A Night", "Once upon a time"),
        ("A", "Alpha"),
        ("B", "Beta"),
    ]


def test_a_chapter_over_several_documents_is_one_chapter(tmp_path: Path) -> None:
    """A document that the contents do not name and that has no heading goes on with the chapter before it."""
    pages = {"one.xhtml": PROSE, "one-b.xhtml": "<p>And so it went on.</p>", "two.xhtml": PROSE, "three.xhtml": PROSE}
    book = Epub(pages=pages, contents=LINES).read(tmp_path)
    assert chapter_titles(book) == ["The Key", "The Door", "The Stairs"]
    assert book.sections[0].text.endswith("And so it went on.")


def test_an_unlisted_document_with_its_own_heading_is_a_section(tmp_path: Path) -> None:
    """A chapter that somebody forgot in the table of contents does not vanish in the one before it."""
    pages = {"one.xhtml": PROSE, "extra.xhtml": f"<h2>The Cellar</h2>{PROSE}", "two.xhtml": PROSE, "three.xhtml": PROSE}
    book = Epub(pages=pages, contents=LINES).read(tmp_path)
    assert chapter_titles(book) == ["The Key", "The Cellar", "The Door", "The Stairs"]


def test_the_level_of_the_contents_that_yields_chapters_is_chosen(tmp_path: Path) -> None:
    """Parts are no chapters, and the scenes of a chapter are none either."""
    pages = {
        f"c{number}.xhtml": f"<h2>Chapter {number}</h2><h3 id='s'>Morning</h3>{PROSE * 4}" for number in range(1, 7)
    }
    scenes = [[(f"Chapter {n}", f"c{n}.xhtml", [("Morning", f"c{n}.xhtml#s")])] for n in range(1, 7)]
    contents = [
        ("Part One", "c1.xhtml", [line for each in scenes[:3] for line in each]),
        ("Part Two", "c4.xhtml", [line for each in scenes[3:] for line in each]),
    ]
    book = Epub(pages=pages, contents=contents).read(tmp_path)
    assert chapter_titles(book) == [f"Chapter {number}" for number in range(1, 7)]
    assert [section.number for section in book.sections] == [1, 2, 3, 4, 5, 6]
    assert [heading.title for heading in book.sections[0].headings] == ["Morning"]


def test_parts_make_titles_unique_where_the_numbering_begins_again(tmp_path: Path) -> None:
    """ "Chapter 1" of the second part can be told from that of the first."""
    chapters = {"a": (1, 2), "b": (1, 2, 3)}
    pages = {f"{part}{number}.xhtml": PROSE * 3 for part, numbers in chapters.items() for number in numbers}
    contents = [
        (f"Book {part.upper()}", "", [(f"Chapter {number}", f"{part}{number}.xhtml") for number in numbers])
        for part, numbers in chapters.items()
    ]
    assert chapter_titles(Epub(pages=pages, contents=contents).read(tmp_path)) == [
        "Book A · Chapter 1",
        "Book A · Chapter 2",
        "Book B · Chapter 1",
        "Book B · Chapter 2",
        "Book B · Chapter 3",
    ]


def test_parts_and_chapters_may_be_listed_at_one_level(tmp_path: Path) -> None:
    """The parts are then known by their words and their empty pages."""
    pages, contents = {}, []
    for part in ("Part One", "Part Two"):
        pages[f"{part[-3:]}.xhtml"] = f"<h1>{part}</h1>"
        contents.append((part, f"{part[-3:]}.xhtml"))
        for number in (1, 2):
            pages[f"{part[-3:]}{number}.xhtml"] = PROSE * 3
            contents.append((f"Chapter {number}", f"{part[-3:]}{number}.xhtml"))
    assert chapter_titles(Epub(pages=pages, contents=contents).read(tmp_path)) == [
        "Part One · Chapter 1",
        "Part One · Chapter 2",
        "Part Two · Chapter 1",
        "Part Two · Chapter 2",
    ]


def test_a_number_and_a_title_that_are_listed_one_by_one_are_one_chapter(tmp_path: Path) -> None:
    """Some programs list every heading."""
    pages = {f"{n}.xhtml": f"<h2 id='a'>{n}</h2><h3 id='b'>The Key {n}</h3>{PROSE}" for n in (1, 2, 3)}
    contents = [line for n in (1, 2, 3) for line in ((f"{n}", f"{n}.xhtml#a"), (f"The Key {n}", f"{n}.xhtml#b"))]
    book = Epub(pages=pages, contents=contents).read(tmp_path)
    assert [(section.title, section.number) for section in book.sections] == [
        (f"{n}: The Key {n}", n) for n in (1, 2, 3)
    ]


def test_the_words_on_a_parts_own_page_are_kept(tmp_path: Path) -> None:
    """An epigraph below "Part One" is left out of the chapters, but it is in the book."""
    pages = {"p.xhtml": "<h1>Part One</h1><p>All is night.</p>", **{f"c{n}.xhtml": PROSE * 4 for n in range(3)}}
    contents = [("Part One", "p.xhtml", [(f"Chapter {n + 1}", f"c{n}.xhtml") for n in range(3)])]
    book = Epub(pages=pages, contents=contents).read(tmp_path)
    assert kinds(book)[0] == ("Part One", "front matter")
    assert book.sections[0].text == "All is night."


def test_a_title_is_joined_from_label_and_heading_and_not_repeated_in_the_text(tmp_path: Path) -> None:
    """The contents say "Chapter 1", the page adds what it is called."""
    pages = {f"{n}.xhtml": f"<h2>Chapter {n}</h2><h2>The Lantern</h2>{PROSE}" for n in (1, 2, 3)}
    book = Epub(pages=pages, contents=[(f"Chapter {n}", f"{n}.xhtml") for n in (1, 2, 3)]).read(tmp_path)
    assert chapter_titles(book)[0] == "Chapter 1: The Lantern"
    assert book.sections[0].text.startswith("The lamp went out")
    assert book.sections[0].number == 1


def test_a_line_such_as_start_reading_is_no_title(tmp_path: Path) -> None:
    """The heading on the page is the chapter's real title."""
    book = Epub(pages={"one.xhtml": f"<h1>The Well</h1>{PROSE}"}, contents=[("Start Reading", "one.xhtml")]).read(
        tmp_path
    )
    assert only_chapter(book).title == "The Well"


def test_documents_outside_of_the_reading_order_are_left_out(tmp_path: Path) -> None:
    """``linear="no"`` marks what a reader only sees when they follow a link."""
    pages = {**THREE, "map.xhtml": "<p>A secret map.</p>"}
    contents = [*LINES, ("Map", "map.xhtml")]
    book = Epub(pages=pages, contents=contents, not_linear=["map.xhtml"]).read(tmp_path)
    assert book.warnings == ()
    assert "secret map" not in "".join(section.text for section in book.sections)


def test_headings_replace_contents_that_only_name_the_beginning(tmp_path: Path) -> None:
    """A table of contents with one line says nothing where ten documents begin with "Chapter"."""
    pages = {f"{n}.xhtml": f"<h1>Chapter {n}</h1>{PROSE * 3}" for n in range(1, 5)}
    book = Epub(pages=pages, contents=[("The Long Night", "1.xhtml")]).read(tmp_path)
    assert chapter_titles(book) == ["Chapter 1", "Chapter 2", "Chapter 3", "Chapter 4"]


def test_a_lower_heading_above_the_only_title_does_not_hide_it(tmp_path: Path) -> None:
    """A label in small type above the first title is common, and so are books of one chapter."""
    book = Epub(pages={"one.xhtml": f"<h3>A story</h3><h1>The Well</h1>{PROSE}"}).read(tmp_path)
    assert [(section.title, PROSE[3:60] in section.text) for section in book.sections] == [("The Well", True)]
