"""``/script`` with a whole book: it is offered to be added, and stored chapters need no file."""

import pytest

from bot.ebooks.chapter_text import ChapterText
from tests.bot.ebooks.books import make_book, make_numbered_book, make_section
from tests.cogs.ebook_files import add_file, confirm, use_reader
from tests.stage import Stage

THREE_CHAPTERS = "\n\n".join(
    f"Chapter {number}\n\nThe bell rang {number} times over the valley." for number in (1, 2, 3)
)


async def test_a_book_given_to_script_is_offered_to_be_added(stage: Stage) -> None:
    """Nothing is stored or written; the button shows the picker, under the name that was typed."""
    use_reader(stage, make_numbered_book(4))
    log = await stage.run_script(source=("the-lantern.epub", b"PK"), ebook="The Lantern at Sea")
    assert "the-lantern.epub is a whole book: 4 chapters." in log.text
    assert await stage.event_names() == []
    await stage.hana.click(log, "Add it as a book")
    await stage.discord.wait_until(lambda: "### The Lantern at Sea" in log.text)
    assert "Confirm: add 4 chapters" in log.buttons


async def test_a_text_with_several_chapters_is_a_book_or_one_chapter(stage: Stage) -> None:
    """The person decides; here it is one chapter, which is written with all of the text."""
    use_reader(stage, make_numbered_book(3))
    log = await stage.run_script(source=("all.txt", THREE_CHAPTERS.encode()), chapter=7, title=None)
    assert log.buttons == ["Add it as a book", "It is all chapter 7"]
    await stage.hana.click(log, "It is all chapter 7")
    await stage.wait_for_finished_script()
    text = await stage.bot.services.generation.find_chapter_text("ebook_001", 7)
    assert text is not None
    assert "Chapter 2\n\nThe bell rang 2 times" in text.content


async def test_a_text_that_is_too_long_for_a_chapter_is_read_as_a_book(stage: Stage) -> None:
    """The refusal of a single long chapter becomes an offer where it is several."""
    use_reader(stage, make_numbered_book(3))
    log = await stage.run_script(source=("all.txt", b"The bell rang. " * 20_000))
    assert "all.txt is a whole book: 3 chapters." in log.text
    assert log.buttons == ["Add it as a book"]


async def test_a_document_with_one_chapter_is_that_chapter(stage: Stage) -> None:
    """A chapter as a Word file needs no detour."""
    use_reader(stage, make_book(make_section("The Drowned Bell", "“Go,” said Oku.\n\nIt rang.")))
    await stage.run_script(source=("chapter.docx", b"PK"), title=None)
    assert "The Drowned Bell" in (await stage.wait_for_finished_script()).text
    text = await stage.bot.services.generation.find_chapter_text("ebook_001", 1)
    assert text == ChapterText("“Go,” said Oku.\n\nIt rang.", "The Drowned Bell")


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("", ["1 · The Lantern", "2 · The Crow", "12 · The Lantern Again"]),
        ("12", ["12 · The Lantern Again"]),
        ("lantern", ["1 · The Lantern", "12 · The Lantern Again"]),
        ("well", []),
    ],
)
async def test_stored_chapters_are_found_by_number_or_word(stage: Stage, typed: str, labels: list[str]) -> None:
    """The choices are those of the chosen book, and their values are numbers."""
    sections = [
        make_section(title, number=n) for n, title in ((1, "The Lantern"), (2, "The Crow"), (12, "The Lantern Again"))
    ]
    use_reader(stage, make_book(*sections, title="Lights"))
    await confirm(stage, await add_file(stage))
    log = await stage.hana.autocomplete("script", "chapter", typed, ebook="lights")
    assert [choice["name"] for choice in log.choices or ()] == labels
    assert all(isinstance(choice["value"], int) for choice in log.choices or ())


async def test_a_stored_chapter_is_written_without_a_file(stage: Stage) -> None:
    """Its own text and title are used."""
    use_reader(stage, make_book(make_section("The Lantern", "It went out.", 1), title="Lights"))
    await confirm(stage, await add_file(stage))
    await stage.run_script(ebook="lights", source=None, title=None)
    assert "The Lantern" in (await stage.wait_for_finished_script()).text
