"""``/ebook add``: nothing is stored before a person confirms the chapters and the right to adapt the book."""

import pytest

from bot.demo.sample_book import build_sample_book
from bot.ebooks.chapter_text import ChapterText
from bot.ebooks.parsed_book import SectionKind
from bot.errors import InputError
from tests.bot.ebooks.books import make_book, make_numbered_book, make_section, make_section_with_headings
from tests.cogs.ebook_files import add_file, confirm, use_reader
from tests.stage import Stage


async def read_titles(stage: Stage, ebook: str = "the-lantern") -> list[str]:
    """The stored chapters as a person sees them in the book."""
    details = await stage.bot.services.ebook_library.show_ebook(ebook)
    return [f"{chapter.number} · {chapter.title}" for chapter in details.chapters]


async def test_a_book_is_added_once_its_chapters_and_the_right_are_confirmed(stage: Stage) -> None:
    """The picker is private, the file's own bytes are read, and the book is stored with title, theme and chapters."""
    reader = use_reader(stage, make_numbered_book(3))
    picker = await add_file(stage, b"PK lantern", theme="drowned horror")
    assert picker.ephemeral
    assert reader.read_files == [("the-lantern.epub", b"PK lantern")]
    assert "**3 chapters**" in picker.text
    assert await stage.event_names() == []
    assert "Added **The Lantern** (`the-lantern`) with 3 chapters" in await confirm(stage, picker)
    assert picker.buttons == []
    details = await stage.bot.services.ebook_library.show_ebook("the-lantern")
    assert details.ebook.theme == "drowned horror"
    assert details.ebook.rights_confirmed_by is not None
    assert await read_titles(stage) == ["1 · Chapter 1", "2 · Chapter 2", "3 · Chapter 3"]


async def test_without_the_right_to_adapt_it_the_book_is_not_added(stage: Stage) -> None:
    """The form can be opened again, and the picker is still there."""
    use_reader(stage)
    picker = await add_file(stage)
    form = await stage.hana.click(picker, "Confirm: add")
    refused = await stage.hana.submit_modal(form, {"right": False})
    assert "Nothing was stored" in refused.text
    assert await stage.event_names() == []
    again = await stage.hana.click(refused, "Edit what I typed")
    await stage.discord.wait_for_answer(await stage.hana.submit_modal(again, {"right": True}))
    assert await read_titles(stage) != []


async def test_chapters_can_be_corrected_before_they_are_stored(stage: Stage) -> None:
    """Rename, merge, split, drop and restore change what is stored."""
    copyright_page = make_section("Copyright", kind=SectionKind.FRONT_MATTER)
    book = make_book(
        copyright_page,
        make_section("One"),
        make_section("Two"),
        make_section_with_headings("Three", "Four"),
        make_section("X"),
    )
    use_reader(stage, book)
    picker, hana = await add_file(stage), stage.hana

    async def act(text: str) -> None:
        await stage.discord.wait_until(lambda: text in picker.text)

    await hana.select(picker, "4 · X", placeholder="Choose a chapter")
    await act("**Chapter 4** begins")
    await hana.click(picker, "Drop")
    await act("Dropped.")
    await hana.select(picker, "3 · Three", placeholder="Choose a chapter")
    await act("**Chapter 3** begins")
    await hana.select(picker, "Four", placeholder="Split it")
    await act("Split.")
    await hana.select(picker, "2 · Two", placeholder="Choose a chapter")
    await act("**Chapter 2** begins")
    await hana.click(picker, "Merge with chapter 1")
    await act("Merged.")
    await hana.submit_modal(await hana.click(picker, "Rename"), {"title": "The Beginning"})
    await act("Renamed.")
    await hana.select(picker, "Copyright", placeholder="Restore")
    await act("Restored.")
    fields = {"title": "The Lamp", "author": "Ada", "first": "0"}
    await hana.submit_modal(await hana.click(picker, "Title and author"), fields)
    await act("### The Lamp")
    assert "with 4 chapters" in await confirm(stage, picker)
    assert await read_titles(stage, "the-lamp") == ["0 · Copyright", "1 · The Beginning", "2 · Three", "3 · Four"]


async def test_a_second_press_on_an_old_list_changes_nothing(stage: Stage) -> None:
    """Two quick presses on Drop drop one chapter."""
    use_reader(stage, make_numbered_book(3))
    picker = await add_file(stage)
    await stage.hana.select(picker, "1 · Chapter 1", placeholder="Choose a chapter")
    await stage.discord.wait_until(lambda: "Drop" in picker.buttons)
    drop = next(c["custom_id"] for c in picker.message.controls if c.get("label") == "Drop")
    await stage.hana.click(picker, "Drop")
    await stage.discord.wait_until(lambda: "Dropped." in picker.text)
    for control in picker.message.controls:  # as on a screen that has not changed yet
        if control.get("label") == "Discard":
            control["custom_id"] = drop
    late = await stage.discord.wait_for_answer(await stage.hana.click(picker, "Discard"))
    assert "has changed since, and nothing was done" in late.text
    assert "**2 chapters**" in picker.text


@pytest.mark.parametrize("value", ["a", "-1", "", "1" * 99, "²"])
async def test_a_made_up_choice_changes_nothing(stage: Stage, value: str) -> None:
    """A value that the menu does not offer is answered with a sentence, not with the reference of an error."""
    use_reader(stage)
    picker = await add_file(stage)
    menu = next(c for c in picker.message.controls if c.get("placeholder") == "Choose a chapter to change it")
    menu["options"].append({"label": "Made up", "value": value})
    answer = await stage.discord.wait_for_answer(await stage.hana.select(picker, "Made up"))
    assert "This choice is not in the list, and nothing was done." in answer.text
    assert "begins and ends with" not in picker.text


async def test_a_chapter_that_does_not_exist_cannot_be_renamed(stage: Stage) -> None:
    """A made-up id of a button is answered with a sentence."""
    use_reader(stage)
    picker = await add_file(stage)
    discard = next(c for c in picker.message.controls if c.get("label") == "Discard")
    token, _, seen = discard["custom_id"].split(":", 2)[2].split(":")
    discard["custom_id"] = f"import:rename:{token}:0.99999:{seen}"
    answer = await stage.discord.wait_for_answer(await stage.hana.click(picker, "Discard"))
    assert "This chapter is no longer in the list." in answer.text


async def test_a_press_after_a_restart_says_that_nothing_was_stored(stage: Stage) -> None:
    """The proposal is gone from memory, and the person reads what to do."""
    use_reader(stage)
    picker = await add_file(stage)
    stage.bot.services.ebook_library.open_imports._imports.clear()
    answer = await stage.discord.wait_for_answer(await stage.hana.click(picker, "Confirm: add"))
    assert "Add the file again; nothing was stored." in answer.text


async def test_a_discarded_book_is_forgotten(stage: Stage) -> None:
    """Nothing of it is stored or kept."""
    use_reader(stage)
    picker = await add_file(stage)
    await stage.discord.wait_for_answer(await stage.hana.click(picker, "Discard"))
    await stage.discord.wait_until(lambda: picker.text == "Discarded. Nothing was stored.")
    assert picker.buttons == []
    assert await stage.event_names() == []


async def test_a_refused_file_leaves_only_the_reason(stage: Stage) -> None:
    """The message with the progress is gone."""
    use_reader(stage, error=InputError("the-lantern.epub is protected by DRM.", "Attach a file without it."))
    log = await stage.hana.slash("ebook add", file=("the-lantern.epub", b"PK"))
    await stage.discord.wait_until(lambda: "DRM" in log.text)
    assert log.text == "the-lantern.epub is protected by DRM. Attach a file without it."


@pytest.mark.parametrize(("name", "content", "sentence"), [("a.zip", b"PK", "a.zip"), ("a.epub", b"", "is empty")])
async def test_a_file_that_can_be_no_book_is_not_downloaded(
    stage: Stage, name: str, content: bytes, sentence: str
) -> None:
    """Its name or size says so before anything is read."""
    reader = use_reader(stage)
    log = await stage.discord.wait_for_answer(await stage.hana.slash("ebook add", file=(name, content)))
    assert sentence in log.text
    assert reader.read_files == []


async def test_a_doubtful_encoding_is_asked_about_before_the_picker(stage: Stage) -> None:
    """The chosen reading is proposed, and the other one is forgotten."""
    right, wrong = (make_book(make_section("One", f"The {word} bell.")) for word in ("grünen", "grьnen"))
    use_reader(stage, wrong.model_copy(update={"other_reading": right}))
    picker = await add_file(stage)
    assert "1. The grьnen bell.\n2. The grünen bell." in picker.text
    await stage.discord.wait_for_answer(await stage.hana.click(picker, "The second"))
    await stage.discord.wait_until(lambda: "**1 chapter**" in picker.text)
    await confirm(stage, picker)
    assert await stage.bot.services.generation.find_chapter_text("the-lantern", 1) == ChapterText(
        "The grünen bell.", "One"
    )


async def test_real_files_are_read_in_a_child_process(stage: Stage) -> None:
    """An EPUB, and a text whose encoding is uncertain, go the whole way from the upload to the picker."""
    picker = await add_file(stage, build_sample_book())
    assert "### The Ferry at Black Reeds" in picker.text
    assert "**6 chapters**" in picker.text
    russian = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."
    log = await stage.hana.slash("ebook add", file=("book.txt", russian.encode("cp866")))
    await stage.discord.wait_until(lambda: "Which line is right?" in log.text)
    assert russian[:20] in log.text


async def test_adding_the_book_again_updates_what_has_changed(stage: Stage) -> None:
    """One chapter of three has changed and one is gone; the form asks about the one that is gone."""
    use_reader(stage, make_numbered_book(3))
    await confirm(stage, await add_file(stage))
    sections = make_numbered_book(2).sections
    use_reader(stage, make_book(sections[0], sections[1].model_copy(update={"text": "Another text altogether."})))
    picker = await add_file(stage, b"PK 2")
    assert "This updates **The Lantern** (`the-lantern`): 1 unchanged, 1 changed, 1 no longer there." in picker.text
    text = await confirm(stage, picker, "Update 1 chapter", drop=True)
    assert "1 stored, 1 unchanged, 1 removed" in text
    assert await read_titles(stage) == ["1 · Chapter 1", "2 · Chapter 2"]
