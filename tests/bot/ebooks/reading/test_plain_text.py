"""Books in text and Markdown files: paragraphs, poems, scene breaks, encodings, and what is not the book itself."""

import textwrap

import pytest

from bot.ebooks.parsed_book import SCENE_BREAK, ParsedBook, SectionKind
from bot.ebooks.reading.plain_text import read_text_book
from bot.errors import InputError

PROSE = (
    "The lantern had gone out again, and nobody in the village knew why. She waited by the well until it was dark, and then "
    "she heard somebody's steps on the gravel behind her, slow and uneven, as if he carried something heavy."
)
POEM = (
    "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame thy symmetry?"
)


def read(text: str, name: str = "book.txt") -> ParsedBook:
    return read_text_book(text.encode(), name)


def wrap(*paragraphs: str, indent: str = "", between: str = "\n\n", width: int = 70) -> str:
    return between.join(textwrap.fill(each, width, initial_indent=indent) for each in paragraphs)


@pytest.mark.parametrize("width", [50, 60, 72, 80])
def test_lines_that_fill_a_width_become_paragraphs(width: int) -> None:
    [section] = read(wrap(PROSE, PROSE, PROSE, width=width)).sections
    assert section.text == "\n\n".join([PROSE] * 3)


def test_indented_lines_begin_paragraphs_where_no_lines_are_empty() -> None:
    [section] = read(wrap(*[PROSE] * 8, indent="    ", between="\n")).sections
    assert section.text == "\n\n".join([PROSE] * 8)


@pytest.mark.parametrize("prose", [wrap(*[PROSE] * 4), "\n\n".join([PROSE] * 4)], ids=["wrapped", "one line each"])
def test_poems_keep_their_lines_among_prose(prose: str) -> None:
    [section] = read(f"{prose}\n\n{POEM}\n\n{prose}").sections
    assert section.text.split("\n\n")[4] == POEM


def test_a_line_each_is_a_paragraph_each() -> None:
    [section] = read(f"{PROSE}\n“Who is there?”\n“Nobody.”\n{PROSE}").sections
    assert section.text.split("\n\n") == [PROSE, "“Who is there?”", "“Nobody.”", PROSE]


def test_short_lines_that_end_no_sentence_are_verses_among_lines_that_are_paragraphs() -> None:
    [section] = read("\n".join([PROSE, PROSE, *POEM.split("\n"), PROSE])).sections
    assert section.text.split("\n\n") == [PROSE, PROSE, POEM, PROSE]


def test_wrapped_japanese_is_joined_without_spaces() -> None:
    prose = "山路を登りながら、こう考えた。智に働けば角が立つ。" * 3
    wrapped = "\n".join(prose[start : start + 25] for start in range(0, len(prose), 25))
    [section] = read("\n\n".join([wrapped] * 4)).sections
    assert section.text == "\n\n".join([prose] * 4)


@pytest.mark.parametrize("signs", ["***", "* * *", "---", "⁂", "#", "• • •", "~~~", "＊　＊　＊"])
def test_signs_between_scenes_are_a_scene_break(signs: str) -> None:
    [section] = read(f"{PROSE}\n\n{signs}\n\n{PROSE}").sections
    assert section.text.split("\n\n") == [PROSE, SCENE_BREAK, PROSE]


def test_headings_of_markdown_are_chapters() -> None:
    book = read(f"# The Lantern\n\n## The Well\n\n{PROSE}\n\n***\n\n*{PROSE}*\n\n## Dusk\n\n{PROSE}\n", "a.md")
    assert [(each.title, each.kind) for each in book.sections] == [
        ("The Lantern", SectionKind.FRONT_MATTER),
        ("The Well", SectionKind.CHAPTER),
        ("Dusk", SectionKind.CHAPTER),
    ]
    assert book.title == "The Lantern"
    assert book.sections[1].text.split("\n\n") == [PROSE, SCENE_BREAK, PROSE]


def test_notes_of_markdown_are_moved_out_of_the_text() -> None:
    book = read(f"# One\n\nA well.[^1] {PROSE}\n\n[^1]: It was dry.\n\n# Two\n\n{PROSE}\n", "a.md")
    assert book.sections[0].text.startswith("A well. The lantern")
    assert (book.sections[-1].kind, book.sections[-1].text) == (SectionKind.NOTES, "1. It was dry.")


def test_the_metadata_of_markdown_names_the_book() -> None:
    book = read(f'---\ntitle: "The Lantern"\nauthor: A. Writer\nlang: de-AT\n---\n\n{PROSE}', "a.md")
    assert (book.title, book.author, book.language) == ("The Lantern", "A. Writer", "de-AT")


def test_the_licence_of_project_gutenberg_is_no_chapter() -> None:
    book = read(
        "The Project Gutenberg eBook of The Lantern\n\nTitle: The Lantern\n\nAuthor: A. Writer\n\nLanguage: English\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK THE LANTERN ***\n\nCHAPTER I\n\n{wrap(PROSE, PROSE)}\n\nCHAPTER II\n\n"
        f"{wrap(PROSE, PROSE)}\n\nTHE END\n\n*** END OF THE PROJECT GUTENBERG EBOOK THE LANTERN ***\n\nFull licence"
    )
    assert (book.title, book.author, book.language) == ("The Lantern", "A. Writer", "en")
    assert [(each.title, each.kind.value) for each in book.sections] == [
        ("Project Gutenberg", "front matter"),
        ("CHAPTER I", "chapter"),
        ("CHAPTER II", "chapter"),
        ("Project Gutenberg licence", "back matter"),
    ]


def test_the_first_lines_can_name_the_book() -> None:
    book = read(f"THE LANTERN\n\nby A. Writer\n\n\nChapter 1\n\n{PROSE}\n\nChapter 2\n\n{PROSE}", "x.txt")
    assert (book.title, book.author) == ("THE LANTERN", "A. Writer")


def test_a_text_without_headings_is_one_chapter_under_the_name_of_the_file() -> None:
    book = read(PROSE, "the_lantern.txt")
    assert [(each.title, each.text) for each in book.sections] == [("the lantern", PROSE)]
    assert book.warnings == ("No chapter headings were found; the whole text is one chapter.",)


def test_an_uncertain_encoding_gives_the_book_in_both_readings() -> None:
    book = read_text_book("Все счастливые семьи похожи друг на друга.".encode("cp866"), "a.txt")
    assert book.other_reading is not None
    assert book.other_reading.other_reading is None
    assert book.sections[0].text != book.other_reading.sections[0].text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a.txt has no text."),
        (bytes(range(1, 32)) * 9, "a.txt is not readable text."),
        (b"\n\n***\n", "a.txt has no text."),
    ],
)
def test_a_file_without_text_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read_text_book(content, "a.txt")
    assert error.value.sentence == sentence
