"""``/ebook list``, ``show``, ``edit`` and ``remove``."""

import pytest

from tests.bot.ebooks.books import make_book, make_numbered_book, make_section
from tests.cogs.ebook_files import add_file, confirm, use_reader
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog


async def add_book(stage: Stage, chapters: int = 3) -> None:
    """The book ``the-lantern`` is stored."""
    use_reader(stage, make_numbered_book(chapters))
    await confirm(stage, await add_file(stage))


async def run(stage: Stage, subcommand: str, ebook: str = "the-lantern") -> InteractionLog:
    """Runs a subcommand about one book; its answer is private."""
    log = await stage.discord.wait_for_answer(await stage.hana.slash(f"ebook {subcommand}", ebook=ebook))
    assert log.ephemeral
    return log


async def test_books_are_listed_with_how_far_they_are(stage: Stage) -> None:
    """Chapters, words and scripts are counted."""
    empty = await stage.discord.wait_for_answer(await stage.hana.slash("ebook list"))
    assert "Add one with `/ebook add`" in empty.text
    await add_book(stage)
    log = await stage.discord.wait_for_answer(await stage.hana.slash("ebook list"))
    assert "**The Lantern** (`the-lantern`) · 3 chapters, 300 words · 0 drafted, 0 approved, 0 released" in log.text


async def test_a_book_shows_its_chapters_page_by_page(stage: Stage) -> None:
    """Twenty chapters are on a page, with their words and the state of their scripts."""
    await add_book(stage, 25)
    log = await run(stage, "show")
    assert "○ 20 · Chapter 20 · 100 words" in log.text
    assert "Chapter 21" not in log.text
    await stage.hana.click(log, "Page 2 ›")
    await stage.discord.wait_until(lambda: "○ 25 · Chapter 25" in log.text)
    await stage.hana.click(log, "‹ Page 1")
    await stage.discord.wait_until(lambda: "○ 1 · Chapter 1 ·" in log.text)


async def test_a_chapter_is_written_from_the_book(stage: Stage) -> None:
    """Choosing it in the menu posts its card, and the book then shows its draft; a changed text is said to be changed."""
    await add_book(stage)
    log = await run(stage, "show")
    await stage.hana.select(log, "2 · Chapter 2", placeholder="Write the script")
    await stage.wait_for_finished_script()
    assert "✎ 2 · Chapter 2 · 100 words" in (await run(stage, "show")).text
    sections = make_numbered_book(3).sections
    use_reader(stage, make_book(sections[0], make_section("Chapter 2", "All of it is new.", 2), sections[2]))
    await confirm(stage, await add_file(stage, b"PK 2"), "Update 1 chapter")
    assert "✎ 2 · Chapter 2 · 5 words · *its text has changed since its script*" in (await run(stage, "show")).text


async def test_the_next_chapter_without_a_script_is_offered(stage: Stage) -> None:
    """Chapter 1 is written with one press; then it is chapter 2's turn."""
    await add_book(stage)
    await stage.hana.click(await run(stage, "show"), "Write chapter 1")
    await stage.wait_for_finished_script()
    assert (await run(stage, "show")).buttons == ["Write chapter 2", "Edit"]


async def test_a_book_is_edited_with_forms_that_show_what_is_stored(stage: Stage) -> None:
    """Two forms cover all fields; a refused one opens again with what was typed."""
    await add_book(stage)
    log = await run(stage, "edit")
    fields = {"title": "The Lamp", "theme": "sea horror", "language": "en", "planned": "12", "link": "nonsense"}
    refused = await stage.hana.submit_modal(await stage.hana.click(log, "Title, theme"), fields)
    await stage.discord.wait_until(lambda: "Edit what I typed" in refused.buttons)
    again = await stage.hana.click(refused, "Edit what I typed")
    assert "nonsense" in str(again.modal)
    await stage.discord.wait_for_answer(await stage.hana.submit_modal(again, {"link": "https://example.com/lamp"}))
    form = await stage.hana.click(log, "Audience")
    await stage.hana.submit_modal(form, {"audience": "adults", "tone": "dry", "hook": "Stay awake.", "target": "25"})
    await stage.discord.wait_until(lambda: "Saved." in log.text)
    for line in (
        "**Title:** The Lamp",
        "**Planned chapters:** 12",
        "**Link:** https://example.com/lamp",
        "**Tone:** dry",
        "**Target length:** 25 min a chapter",
    ):
        assert line in log.text
    assert "3 of 12 planned chapters" in (await run(stage, "show")).text


@pytest.mark.parametrize(("planned", "sentence"), [("many", "is not a whole number"), ("2", "has 3 chapters already")])
async def test_an_impossible_number_of_planned_chapters_is_refused(stage: Stage, planned: str, sentence: str) -> None:
    """The sentence says why."""
    await add_book(stage)
    form = await stage.hana.click(await run(stage, "edit"), "Title, theme")
    refused = await stage.hana.submit_modal(form, {"planned": planned})
    await stage.discord.wait_until(lambda: sentence in refused.text)


async def test_a_book_is_removed_after_a_question(stage: Stage) -> None:
    """It names what goes and what stays; scripts stay."""
    await add_book(stage)
    await stage.run_script(ebook="the-lantern", source=None)
    await stage.wait_for_finished_script()
    question = await run(stage, "remove")
    assert "**Goes:** the text of 3 chapters" in question.text
    assert "**Stays:** the scripts of 1 chapter" in question.text
    kept = await run(stage, "remove")
    await stage.hana.click(kept, "Keep it")
    await stage.discord.wait_until(lambda: kept.text == "Nothing was removed.")
    await stage.hana.click(question, "Remove the book")
    await stage.discord.wait_until(lambda: "Removed The Lantern. Its scripts are still there." in question.text)
    assert "was removed" in (await run(stage, "show")).text
    assert await stage.bot.services.ebook_library.list_ebooks() == ()


async def test_a_book_that_does_not_exist_is_not_shown(stage: Stage) -> None:
    """The answer says where the books are listed."""
    assert (
        "There is no book called “nothing”. `/ebook list` shows the books."
        in (await run(stage, "show", "nothing")).text
    )
