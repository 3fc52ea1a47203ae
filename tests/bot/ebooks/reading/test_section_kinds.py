"""What is a chapter, and what stands before, behind and below the story."""

from pathlib import Path

import pytest

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.section_kinds import find_kind_of_file, find_kind_of_title
from tests.bot.ebooks.reading.epubs import PROSE, Epub, kinds, page


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        *(("Contents", "front matter"), ("COPYRIGHT", "front matter"), ("Title Page", "front matter")),
        *(
            ("Praise for The Long Night", "front matter"),
            ("目次", "front matter"),
            ("Inhaltsverzeichnis", "front matter"),
        ),
        *(("Table des matières", "front matter"), ("Предисловие", "front matter"), ("版权页", "front matter")),
        *(
            ("About the Author", "back matter"),
            ("Acknowledgements", "back matter"),
            ("Also by Ada Quill", "back matter"),
        ),
        *(
            ("Colophon", "back matter"),
            ("Danksagung", "back matter"),
            ("あとがき", "back matter"),
            ("Об авторе", "back matter"),
        ),
        *(("Appendix B: Maps", "back matter"), ("A propos de l’auteur", "back matter")),
        *(
            ("Notes", "notes"),
            ("Footnotes", "notes"),
            ("Anmerkungen", "notes"),
            ("注釈", "notes"),
            ("الهوامش", "notes"),
        ),
        *(("Prologue", "chapter"), ("Epilogue: Home", "chapter"), ("プロローグ", "chapter"), ("Пролог", "chapter")),
        *(
            ("The Index", None),
            ("Notes from Underground", None),
            ("Cover Me", None),
            ("The Map of Night", None),
            ("", None),
        ),
    ],
)
def test_a_title_by_itself_says_what_is_no_chapter(title: str, kind: str | None) -> None:
    """Only whole titles count, so that a story may be called "Notes from Underground"."""
    assert find_kind_of_title(title) == (SectionKind(kind) if kind else None)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("OPS/titlepage.xhtml", SectionKind.FRONT_MATTER),
        ("text/00_Cover.xhtml", SectionKind.FRONT_MATTER),
        ("copyright-page-1.html", SectionKind.FRONT_MATTER),
        ("index.html", None),
        ("chapter-3.xhtml", None),
        ("prologue.xhtml", None),
    ],
)
def test_a_files_name_says_what_is_left_out(path: str, kind: SectionKind | None) -> None:
    """Programs name files so; "index.html" is the whole book in many."""
    assert find_kind_of_file(path) is kind


def test_the_books_own_marks_decide_what_is_left_out(tmp_path: Path) -> None:
    """Standard Ebooks and others mark each document; titles could not tell all of these."""
    pages = {
        "a.xhtml": page(PROSE, attributes='epub:type="frontmatter"'),
        "b.xhtml": page(f'<section epub:type="preface">{PROSE}</section>', attributes='epub:type="frontmatter"'),
        "c.xhtml": page(f'<section epub:type="prologue">{PROSE}</section>', attributes='epub:type="bodymatter"'),
        "d.xhtml": page(PROSE, attributes='epub:type="bodymatter"'),
        "e.xhtml": page(f'<section epub:type="copyright-page">{PROSE}</section>', attributes='epub:type="backmatter"'),
    }
    names = ("To Readers", "Before", "A Beginning", "The Key", "Uncopyright")
    book = Epub(pages=pages, contents=[*zip(names, pages, strict=True)]).read(tmp_path)
    assert kinds(book) == [
        ("To Readers", "front matter"),
        ("Before", "front matter"),
        ("A Beginning", "chapter"),
        ("The Key", "chapter"),
        ("Uncopyright", "back matter"),
    ]


def test_a_dedication_inside_a_chapter_does_not_make_it_front_matter(tmp_path: Path) -> None:
    """A mark speaks for a section where it covers most of its text."""
    body = f'<h2>The Key</h2><p epub:type="dedication">For Bo.</p>{PROSE}'
    assert kinds(Epub(pages={"a.xhtml": body}).read(tmp_path)) == [("The Key", "chapter")]


def test_unlisted_pages_around_the_story_are_left_out(tmp_path: Path) -> None:
    """Title page and dedication are often missing in the table of contents, advertisements too."""
    pages = {
        "title.xhtml": "<h1>The Long Night</h1><p>by Ada Quill</p>",
        "for.xhtml": "<p>For Bo.</p>",
        **{f"{n}.xhtml": PROSE for n in (1, 2, 3)},
        "more.xhtml": "<h1>Read on</h1><p>Buy the next book.</p>",
    }
    book = Epub(pages=pages, contents=[(f"Chapter {n}", f"{n}.xhtml") for n in (1, 2, 3)]).read(tmp_path)
    assert [kind for _, kind in kinds(book)] == ["front matter"] * (len(book.sections) - 4) + ["chapter"] * 3 + [
        "back matter"
    ]
    assert "For Bo." in " ".join(section.text for section in book.sections[:-4])
    assert book.sections[-1].text == "Buy the next book."


def test_landmarks_name_the_cover_and_the_contents(tmp_path: Path) -> None:
    """The ``guide`` of EPUB 2 has them, too."""
    pages = {"x1.xhtml": PROSE, "x2.xhtml": PROSE, "x3.xhtml": PROSE}
    epub = Epub(pages=pages, ncx_contents=[("Welcome", "x1.xhtml"), ("One", "x2.xhtml"), ("Two", "x3.xhtml")])
    package = epub._package().replace(
        "</package>", '<guide><reference type="title-page" href="x1.xhtml"/></guide></package>'
    )
    epub.files = {"OPS/book.opf": package}
    assert kinds(epub.read(tmp_path)) == [("Welcome", "front matter"), ("One", "chapter"), ("Two", "chapter")]
