"""Notes in EPUB files: they leave the running text and are kept beside it."""

from pathlib import Path

import pytest

from bot.ebooks.parsed_book import SectionKind
from tests.bot.ebooks.reading.epubs import PROSE, SENTENCE, Epub, kinds

LINES = [("The Key", "one.xhtml"), ("The Door", "two.xhtml"), ("The Stairs", "three.xhtml")]


@pytest.mark.parametrize(
    "note",
    [
        '<p><a id="n1" href="#r1">[1]</a> Of brass.</p>',
        '<div id="n1"><p>1. Of brass.</p></div>',
        '<ol><li id="n1"><p>Of brass. <a href="#r1">↩</a></p></li></ol>',
    ],
)
def test_a_note_is_known_by_the_link_to_it(tmp_path: Path, note: str) -> None:
    """Its markup need not say what it is; the line above it goes with it."""
    body = f'<p>The key<a id="r1" href="#n1">1</a> turned. {SENTENCE * 40}</p><hr/><h4>Remarks</h4>{note}'
    book = Epub(pages={"one.xhtml": body, "two.xhtml": PROSE, "three.xhtml": PROSE}, contents=LINES).read(tmp_path)
    assert book.sections[0].text.startswith("The key turned.")
    assert "brass" not in book.sections[0].text
    assert "Remarks" not in book.sections[0].text
    assert (book.sections[-1].title, book.sections[-1].kind) == ("Notes", SectionKind.NOTES)
    assert "Of brass." in book.sections[-1].text


def test_notes_in_a_document_of_their_own_are_a_section_of_notes(tmp_path: Path) -> None:
    """They are not shown twice."""
    pages = {
        "one.xhtml": f'<p>The key<sup><a href="end.xhtml#n1">1</a></sup> turned. {SENTENCE * 40}</p>',
        "two.xhtml": PROSE,
        "three.xhtml": PROSE,
        "end.xhtml": '<h2>Sources</h2><p id="n1">1. Of brass.</p>',
    }
    book = Epub(pages=pages, contents=[*LINES, ("Sources", "end.xhtml")]).read(tmp_path)
    assert kinds(book)[3:] == [("Sources", "notes")]
    assert book.sections[3].text == "1. Of brass."


def test_numbers_in_an_index_do_not_make_notes_of_the_story(tmp_path: Path) -> None:
    """An index refers to paragraphs by their page, which is a number with a link as well."""
    pages = {
        "one.xhtml": f'<p id="p1">The key turned. {SENTENCE * 40}</p>',
        "two.xhtml": PROSE,
        "three.xhtml": PROSE,
        "end.xhtml": '<h2>Index</h2><p>key, <a href="one.xhtml#p1">12</a></p>',
    }
    book = Epub(pages=pages, contents=[*LINES, ("Index", "end.xhtml")]).read(tmp_path)
    assert book.sections[0].text.startswith("The key turned.")


def test_a_reference_to_a_whole_chapter_is_no_note(tmp_path: Path) -> None:
    """A raised number may lead to another chapter."""
    pages = {
        "one.xhtml": f'<p>See there<sup><a href="two.xhtml#c2">2</a></sup>. {SENTENCE * 40}</p>',
        "two.xhtml": f'<section id="c2"><h2>The Door</h2><p>2 doors. {SENTENCE * 40}</p></section>',
        "three.xhtml": PROSE,
    }
    book = Epub(pages=pages, contents=LINES).read(tmp_path)
    assert book.sections[1].text.startswith("2 doors.")
