"""The chapters of PDF files, from their outline, from the size of headings, or from what the headings say."""

import random
from pathlib import Path

import pytest

from bot.ebooks.parsed_book import ParsedBook, SectionKind
from bot.ebooks.reading.pdf import read_pdf
from tests.bot.ebooks.reading.pdfs import SIZE, Page, Press, build_pdf

WORDS = [
    "the",
    "lantern",
    "had",
    "gone",
    "out",
    "again",
    "and",
    "nobody",
    "in",
    "village",
    "knew",
    "why",
    "she",
    "waited",
    "by",
    "well",
    "until",
    "dark",
    "then",
    "heard",
    "steps",
]
TITLES = ["The Well", "A Lantern", "Dusk", "Two Letters", "The Road", "Rain"] * 5


def write_paragraphs(seed: int, count: int = 12) -> list[str]:
    """Sentences of many lengths."""
    chance = random.Random(seed)
    sentences = [
        " ".join(chance.choices(WORDS, k=chance.randint(4, 30))).capitalize() + "." for index in range(count * 2)
    ]
    return [f"{sentences[index]} {sentences[index + 1]}" for index in range(0, count * 2, 2)]


def read(tmp_path: Path, content: bytes) -> ParsedBook:
    path = tmp_path / "book.pdf"
    path.write_bytes(content)
    return read_pdf(path)


def list_chapters(book: ParsedBook) -> list[str]:
    return [section.title for section in book.sections if section.kind is SectionKind.CHAPTER]


def set_book(press: Press, headings: list[list[str]]) -> list[list[str]]:
    chapters = [write_paragraphs(seed) for seed in range(len(headings))]
    for heading, paragraphs in zip(headings, chapters, strict=True):
        press.set_chapter(heading, paragraphs)
    return chapters


@pytest.mark.parametrize(
    "press",
    [
        Press(),
        Press(is_indented=False),
        Press(heading_size=SIZE),
        Press(has_heads=False),
        Press(has_heads=False, heading_size=SIZE),
    ],
    ids=["indented", "gaps", "small headings", "no running heads", "nothing but text"],
)
def test_a_book_without_an_outline_is_read_paragraph_by_paragraph(tmp_path: Path, press: Press) -> None:
    """Running heads and page numbers are left out, and paragraphs go on across pages."""
    headings = [[f"Chapter {number}", title] for number, title in enumerate(TITLES[:28], 1)]
    chapters = set_book(press, headings)
    book = read(tmp_path, build_pdf(press.pages, info={"Title": "The Lantern", "Author": "A. Writer"}))
    assert list_chapters(book) == [f"{number}: {title}" for number, title in headings]
    assert [section.number for section in book.sections] == list(range(1, 29))
    texts = [section.text.split("\n\n") for section in book.sections]
    if press.is_indented:
        assert texts == chapters
    assert " ".join(" ".join(text) for text in texts) == " ".join(" ".join(chapter) for chapter in chapters)
    assert (book.title, book.author, book.warnings) == ("The Lantern", "A. Writer", ())


def test_the_outline_names_the_chapters(tmp_path: Path) -> None:
    """Its level with the chapters is chosen, also where the pages write the titles in another way."""
    press = Press()
    titles = ["THE WELL", "A LANTERN", "DUSK", "TWO LETTERS", "THE ROAD", "RAIN"]
    chapters = set_book(press, [[*title.split(" ", 1)] for title in titles])
    names = [f"{number}. {title.title()}" for number, title in enumerate(titles, 1)]
    entries = [(name, 1, page) for name, page in zip(names, press.starts, strict=True)]
    parts = [("First Part", 0, press.starts[0]), ("Second Part", 0, press.starts[3])]
    book = read(tmp_path, build_pdf(press.pages, [parts[0], *entries[:3], parts[1], *entries[3:]]))
    assert list_chapters(book) == names
    assert [section.title for section in book.sections if section.kind is not SectionKind.CHAPTER] == [
        "First Part",
        "Second Part",
    ]
    assert [each.text.split("\n\n") for each in book.sections if each.kind is SectionKind.CHAPTER] == chapters


def test_an_outline_that_only_names_pages_is_not_used(tmp_path: Path) -> None:
    press = Press()
    set_book(press, [["Chapter 1"], ["Chapter 2"], ["Chapter 3"]])
    outline = [(f"Page {number + 1}", 0, number) for number in range(len(press.pages))]
    assert list_chapters(read(tmp_path, build_pdf(press.pages, outline))) == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_a_title_page_and_a_table_of_contents_are_front_matter(tmp_path: Path) -> None:
    title = Page()
    title.write(120, 400, "THE LANTERN", 24)
    contents = Page()
    contents.write(150, 480, "Contents", 16)
    press = Press(pages=[title, contents])
    headings = [f"Chapter {number}" for number in range(1, 7)]
    for number, heading in enumerate(headings):
        contents.write(80, 440 - number * 14, f"{heading} ........................ {number * 3 + 1}")
    set_book(press, [[heading] for heading in headings])
    book = read(tmp_path, build_pdf(press.pages, language="de-AT"))
    assert list_chapters(book) == headings
    assert [section.title for section in book.sections[:2]] == ["THE LANTERN", "Contents"]
    assert (book.title, book.language) == ("THE LANTERN", "de-AT")
