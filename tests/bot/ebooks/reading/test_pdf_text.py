"""The text of a PDF's pages: words, paragraphs, poems, columns and notes; and the files that cannot be read."""

from pathlib import Path

import pytest

from bot.ebooks.parsed_book import SCENE_BREAK, ParsedBook, SectionKind
from bot.ebooks.reading import limits, pdf
from bot.ebooks.reading.pdf import read_pdf
from bot.errors import InputError
from tests.bot.ebooks.reading.pdfs import LEADING, Page, build_pdf

FILLER = [
    "The lantern had gone out again, and nobody in the",
    "village knew why. She waited by the well until it",
    "was dark, and then she heard the slow steps again",
]


def set_lines(lines: list[str], x: float = 60, y: float = 500, size: float = 10) -> Page:
    page = Page()
    for number, line in enumerate(lines):
        page.write(x + len(line) - len(line.lstrip()), y - number * LEADING, line.strip(), size)
    return page


def read(tmp_path: Path, *pages: Page) -> ParsedBook:
    path = tmp_path / "book.pdf"
    path.write_bytes(build_pdf(pages))
    return read_pdf(path)


def read_paragraphs(tmp_path: Path, *pages: Page) -> list[str]:
    return read(tmp_path, *pages).sections[0].text.split("\n\n")


def test_words_that_are_broken_at_a_lines_end_are_whole_again(tmp_path: Path) -> None:
    """A hyphen stays where the book writes the word with one elsewhere."""
    page = set_lines(
        [
            "The well-known lantern had gone out, and no expla-",
            "nation was found for it. It was the well-",
            "known story again.",
        ]
    )
    text = " ".join(read_paragraphs(tmp_path, page))
    assert (
        text
        == "The well-known lantern had gone out, and no explanation was found for it. It was the well-known story again."
    )


def test_words_are_whole_across_pages(tmp_path: Path) -> None:
    lines = [*FILLER, "for which nobody had an expla-", "nation at all, and so she went on to wait for it, "]
    pages = [
        set_lines([*lines, *FILLER, "and then there came the sound of somebody unfor-"]),
        set_lines(["tunate who fell."]),
    ]
    assert read_paragraphs(tmp_path, *pages)[-1].endswith("somebody unfortunate who fell.")


def test_poems_in_a_pdf_keep_their_lines(tmp_path: Path) -> None:
    poem = ["Tyger Tyger, burning bright,", "In the forests of the night;", "What immortal hand or eye,"]
    page = set_lines([*FILLER, "and went home.", "", *poem, "", *FILLER])
    assert "\n".join(poem) in read_paragraphs(tmp_path, page)


def test_signs_between_scenes_are_kept_as_scene_breaks(tmp_path: Path) -> None:
    page = set_lines([*FILLER, "and went home.", "", " " * 120 + "* * *", "", *FILLER])
    assert SCENE_BREAK in read_paragraphs(tmp_path, page)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    page = Page()
    for x, name in ((40, "left"), (230, "right")):
        for number in range(12):
            page.write(x, 500 - number * LEADING, f"{name} column line {number:02}")
    text = read(tmp_path, page).sections[0].text
    assert text.index("left column line 11") < text.index("right column line 00")


def test_notes_at_the_foot_of_pages_leave_the_text(tmp_path: Path) -> None:
    pages = []
    for number in (1, 2):
        page = set_lines([*FILLER, *FILLER])
        page.write(60, 500 - 6 * LEADING, "and then she went.")
        page.write(168, 504 - 6 * LEADING, str(number), 6)
        page.write(60, 80, f"{number} A note about the lantern, which is", 7)
        page.write(60, 71, "as long as two lines.", 7)
        pages.append(page)
    book = read(tmp_path, *pages)
    assert "and then she went." in book.sections[0].text
    assert "note" not in book.sections[0].text
    assert "went.1" not in book.sections[0].text
    assert (book.sections[-1].kind, book.sections[-1].text.split("\n\n")) == (
        SectionKind.NOTES,
        [f"{number} A note about the lantern, which is as long as two lines." for number in (1, 2)],
    )


def test_a_large_initial_belongs_to_its_word(tmp_path: Path) -> None:
    page = Page()
    page.write(60, 486, "T", 28)
    for number, line in enumerate(["he lantern had gone out again, and", "nobody in the village knew why. She"]):
        page.write(80, 500 - number * LEADING, line)
    for number, line in enumerate(FILLER):
        page.write(60, 472 - number * LEADING, line)
    assert read_paragraphs(tmp_path, page)[0].startswith("The lantern had gone out")


def test_pages_that_are_pictures_are_named(tmp_path: Path) -> None:
    """An empty page is not."""
    pages = [set_lines(FILLER), Page(has_picture=True), Page(), set_lines(FILLER)]
    assert read(tmp_path, *pages).warnings[0] == "Page 2 has no text; it may be a picture."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (build_pdf([Page(has_picture=True)] * 3), "This PDF has no text; its pages are pictures."),
        (build_pdf([set_lines(FILLER)], is_encrypted=True), "This PDF is protected with a password."),
        (b"%PDF-1.7\nnothing", "This PDF is damaged and cannot be opened."),
    ],
    ids=["scanned", "encrypted", "damaged"],
)
def test_a_pdf_that_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_pdf(path)
    assert error.value.sentence == sentence
    assert error.value.hint


@pytest.mark.parametrize(("limit", "words"), [("MAX_PAGES", "2 pages"), ("MAX_TEXT_CHARS", "more than 1 characters")])
def test_a_pdf_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    assert getattr(pdf, limit) == getattr(limits, limit)
    monkeypatch.setattr(pdf, limit, 1)
    with pytest.raises(InputError, match=words):
        read(tmp_path, set_lines(FILLER), set_lines(FILLER))
