"""Requests for chapters of books that were imported or edited, and scripts whose chapter has changed since."""

import pytest

from bot.ebooks.ebook_fields import EbookChanges
from bot.errors import StateError
from bot.generation.request import ScriptRequest
from storage import Database
from storage.states import RunState
from storage.stores.chapters import digest_text
from storage.stores.runs import Run
from tests.bot.ebooks.books import make_book, make_section
from tests.bot.ebooks.imports import HANA, add, make_library
from tests.bot.generation.run_stage import CHANNEL, KEPT, RunStage
from tests.bot.generation.story import CHAPTER
from tests.conftest import FakeClock


async def write_script(runs: RunStage, number: int = 1, writer: str = "gemini", progress: str = "") -> Run:
    """A finished run, whose card shows that it is."""
    run = await runs.finish(await runs.request(number), writer, progress)
    await runs.database.write(lambda tx: tx.run_cards.set_card(run.id, *CHANNEL))
    await runs.service.run_cards.refresh_card(run.id)
    return run


async def has_changed_source(runs: RunStage, run: Run) -> bool:
    finished = (await runs.service.run_cards.get_view(run.id)).finished
    assert finished is not None
    return finished.has_changed_source


async def find_outdated(database: Database) -> list[str]:
    async with database.read() as tx:
        return await tx.run_cards.find_outdated_cards(10)


async def test_what_a_request_leaves_open_is_what_the_book_says(sqlite: Database) -> None:
    library, runs = make_library(sqlite), RunStage(sqlite)
    ebook = (await add(library, make_book(make_section("The Bell"), title="ebook_001"))).ebook
    changes = EbookChanges(theme="fog", hook="Stay awake.", language="ja")
    await library.edit_ebook(ebook.id, changes, HANA)
    request = ScriptRequest.from_run(await runs.request())
    assert (request.title, request.theme, request.hook, request.language) == ("The Bell", "fog", "Stay awake.", "ja")
    typed = {"title": "T", "theme": "sun", "hook": "Sleep.", "language": "en"}
    request = ScriptRequest.from_run(await runs.request(2, **typed))
    assert {name: getattr(request, name) for name in typed} == typed


async def test_a_script_knows_the_text_that_it_was_written_from(sqlite: Database) -> None:
    runs = RunStage(sqlite)
    run = await write_script(runs)
    async with sqlite.read() as tx:
        stored = await tx.scripts.get(run.script_id or "")
    assert stored.source_digest == digest_text(CHAPTER)
    assert not await has_changed_source(runs, run)


async def test_a_card_is_brought_up_to_date_when_its_chapter_gets_another_text(
    sqlite: Database, clock: FakeClock
) -> None:
    """This holds for old scripts too, and for no other chapter's."""
    runs = RunStage(sqlite)
    run, other = await write_script(runs), await write_script(runs, 2)
    clock.advance(days=30)
    book = make_book(make_section("One", "Another text.", 1), make_section("Two", CHAPTER, 2), title="ebook_001")
    await add(make_library(sqlite), book)
    assert await find_outdated(sqlite) == [run.id]
    assert await has_changed_source(runs, run)
    assert not await has_changed_source(runs, other)
    await runs.service.run_cards.refresh_card(run.id)
    assert await find_outdated(sqlite) == []


@pytest.mark.parametrize(("stored", "after"), [("Bells", "Bells"), ("Chapter 1", "Typed"), ("", "Typed")])
async def test_the_same_text_leaves_a_named_chapter_and_the_cards_alone(
    sqlite: Database, clock: FakeClock, stored: str, after: str
) -> None:
    """Only a chapter that nobody has named takes the title that was typed."""
    runs = RunStage(sqlite)
    await write_script(runs)
    await sqlite.write(lambda tx: tx.chapters.save("ebook_001", 1, stored, CHAPTER, 3))
    async with sqlite.read() as tx:
        before = await tx.chapters.find("ebook_001", 1)
    clock.advance(days=30)
    await runs.request(title="Typed")
    async with sqlite.read() as tx:
        chapter = await tx.chapters.find("ebook_001", 1)
    assert chapter
    assert (chapter.title, chapter == before) == (after, after == stored)
    assert await find_outdated(sqlite) == []


async def test_a_request_with_another_text_outdates_the_earlier_script(sqlite: Database) -> None:
    runs = RunStage(sqlite)
    run = await write_script(runs)
    runs.text = "Another text."
    await runs.request()
    assert await has_changed_source(runs, run)
    assert await find_outdated(sqlite) == [run.id]


async def test_a_retry_does_not_bring_back_the_old_text_of_a_chapter(sqlite: Database) -> None:
    runs = RunStage(sqlite)
    run = await write_script(runs, writer="template", progress=KEPT.to_column())
    await sqlite.write(lambda tx: tx.chapters.save("ebook_001", 1, "One", "The new edition."))
    await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    (retried,) = await runs.list_runs(RunState.READY)
    assert retried.content == CHAPTER
    async with sqlite.read() as tx:
        chapter = await tx.chapters.find("ebook_001", 1)
    assert chapter
    assert chapter.content == "The new edition."


async def test_no_chapter_of_a_removed_book_is_written(sqlite: Database) -> None:
    runs, library = RunStage(sqlite), make_library(sqlite)
    await write_script(runs)
    await library.remove_ebook("ebook_001", HANA)
    with pytest.raises(StateError, match="The book “ebook_001” was removed"):
        await runs.request(2)
