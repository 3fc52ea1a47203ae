"""Markup and headings in a chapter's text."""

import pytest

from bot.ebooks.chapter_text import ChapterText
from bot.ebooks.text import read_chapter_file, read_pasted_chapter

LIMIT = 5_000


def read_markdown(text: str) -> ChapterText:
    """The only text of a Markdown file."""
    (chapter,) = read_chapter_file("chapter.md", text.encode(), LIMIT)
    return chapter


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *Midnight* Summoning\n\nIt rang.", "The Midnight Summoning"),
        ("The Bell\n========\n\nIt rang.", "The Bell"),
        ("# The Drowned Valley\n\n## The Bell\n\nIt rang.", "The Bell"),
        ("# Chapter 3\n## The Bell\nIt rang.", "Chapter 3: The Bell"),
        ("---\nauthor: Hana\ntitle: 'The Bell'\n---\nIt rang.", "The Bell"),
        ("It rang.", ""),
    ],
)
def test_the_first_heading_of_a_markdown_file_is_its_title(text: str, title: str) -> None:
    """It is not part of the text any more, so that nobody reads it aloud."""
    assert read_markdown(text) == ChapterText("It rang.", title)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("“Go,” said **Oku**, and *she* __went__.", "“Go,” said Oku, and she went."),
        ("See [the bell](https://example.org) &amp; <b>wait</b>.", "See the bell & wait."),
        ("One.\n\n## II\n\nTwo.", "One.\n\nII\n\nTwo."),
        ("> Quoted.\n\n    Indented.", "Quoted.\n\nIndented."),
        (
            "1984. A year.\n\n- Oui ?\n\n2 * 3 * 4 and a_b_c",
            "1984. A year.\n\n- Oui ?\n\n2 * 3 * 4 and a_b_c",
        ),
        ("A.<!-- a note\n\nto the editor -->\n\n***\n\nB <whispers> 3 < 4.", "A.\n\n* * *\n\nB <whispers> 3 < 4."),
        ("A line\nand another.  \nA third. \\*star\\*", "A line\nand another.\nA third. *star*"),
        ("# Only a heading", "Only a heading"),
    ],
)
def test_markdown_is_taken_away_and_every_word_stays(markdown: str, plain: str) -> None:
    """Emphasis, links and tags disappear; numbers, dashes and words in angle brackets are the author's."""
    assert read_markdown(markdown) == ChapterText(plain)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Chapter One: The Bell\n\nIt rang.", "Chapter One: The Bell"),
        ("CHAPTER IV.\nIt rang.", "CHAPTER IV"),
        ("Chapter 3 The Bell\n\nIt rang.", "Chapter 3 The Bell"),
        ("第一章　鐘\n\nIt rang.", "第一章 鐘"),
    ],
)
def test_a_plain_text_that_begins_with_a_heading_has_it_as_its_title(text: str, title: str) -> None:
    """A chapter's number as books print it is recognised in a text file and in pasted text."""
    assert read_chapter_file("a.txt", text.encode(), LIMIT) == (ChapterText("It rang.", title),)
    assert read_pasted_chapter(text, LIMIT) == ChapterText("It rang.", title)


@pytest.mark.parametrize(
    "text",
    ["Chapter one was over, he thought.\n\nIt rang.", "Chapter ivory\nIt rang.", "Chapter 3", "*** It\n\n# rang"],
)
def test_a_plain_text_that_only_looks_like_a_heading_stays_as_it_is(text: str) -> None:
    """A sentence is no heading, a heading alone is the text, and a text file is not Markdown."""
    assert read_chapter_file("a.txt", text.encode(), LIMIT) == (ChapterText(text),)


def test_pasted_markdown_is_recognised() -> None:
    """What was copied from a Markdown editor is cleaned like a file; other pasted text is left alone."""
    assert read_pasted_chapter("# The Bell\n\n**Oku** ran.", LIMIT) == ChapterText("Oku ran.", "The Bell")
    assert read_pasted_chapter("It ~~rang~~ fell.", LIMIT) == ChapterText("It rang fell.")
    assert read_pasted_chapter("* salt\n* a bell", LIMIT) == ChapterText("salt.\na bell.")
    assert read_pasted_chapter("a | b\n--- | ---\n1 | 2", LIMIT) == ChapterText("a, b.\n1, 2.")
    assert read_pasted_chapter("5 * 3 * 2 & a_b_c", LIMIT) == ChapterText("5 * 3 * 2 & a_b_c")
