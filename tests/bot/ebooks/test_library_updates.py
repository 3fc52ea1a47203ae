import asyncio

import pytest

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange
from bot.ebooks.import_storing import StoredBook
from bot.ebooks.library import EbookService
from bot.ebooks.parsed_book import ParsedBook
from bot.errors import StateError
from storage import Database
from tests.bot.ebooks.books import make_book, make_numbered_book, make_section
from tests.bot.ebooks.imports import HANA, add, get_chapters, list_reports, make_library, propose
from tests.conftest import FakeClock


@pytest.fixture
def library(sqlite: Database) -> EbookService:
    return make_library(sqlite)


def change_chapter(book: ParsedBook, index: int, text: str) -> ParsedBook:
    sections = list(book.sections)
    sections[index] = sections[index].model_copy(update={"text": text})
    return book.model_copy(update={"sections": tuple(sections)})


async def test_an_update_stores_only_the_chapters_that_changed(database: Database, clock: FakeClock) -> None:
    library = make_library(database)
    await add(library, make_numbered_book(3))
    first = await get_chapters(database, "the-lantern")
    clock.advance(hours=1)
    edition = change_chapter(make_numbered_book(4), 1, "Chapter two was rewritten.")
    proposed = await propose(library, edition, "d2", title="the LANTERN")
    assert proposed.existing
    assert [change.kind for change in proposed.changes] == [
        ChangeKind.UNCHANGED,
        ChangeKind.CHANGED,
        ChangeKind.UNCHANGED,
        ChangeKind.NEW,
    ]
    added = await library.confirm_import(proposed.token, HANA, rights_confirmed=True)
    assert (added.is_new, added.stored, added.unchanged, added.removed) == (False, 2, 2, 0)
    assert (added.ebook.id, added.ebook.title, added.ebook.source_digest) == ("the-lantern", "The Lantern", "d2")
    second = await get_chapters(database, "the-lantern")
    assert [second[0], second[2]] == [first[0], first[2]]  # not even their times have changed
    assert second[1].content == "Chapter two was rewritten."
    assert [each.updated_at for each in second] == [first[0].updated_at, clock.now, first[2].updated_at, clock.now]
    name, data = (await list_reports(database))[-1]
    assert (name, data["stored"], data["removed"]) == ("Book updated", [2, 4], [])


async def test_two_presses_on_confirm_update_the_book_once(sqlite: Database, library: EbookService) -> None:
    await add(library, make_numbered_book(1))
    token = (await propose(library, make_numbered_book(1), "d2")).token
    presses = [library.confirm_import(token, HANA, rights_confirmed=True) for _ in range(2)]
    results = await asyncio.gather(*presses, return_exceptions=True)
    assert [type(result) is StateError for result in results].count(True) == 1
    assert [name for name, _ in await list_reports(sqlite)] == ["Book added", "Book updated"]


@pytest.mark.parametrize("drop_missing", [False, True])
async def test_a_chapter_that_the_file_has_lost_goes_only_on_request(
    sqlite: Database, library: EbookService, *, drop_missing: bool
) -> None:
    await add(library, make_numbered_book(3))
    proposed = await propose(library, make_numbered_book(2), "d2")
    assert [change.kind for change in proposed.changes][-1] is ChangeKind.MISSING
    added = await library.confirm_import(proposed.token, HANA, rights_confirmed=True, drop_missing=drop_missing)
    numbers = [chapter.number for chapter in await get_chapters(sqlite, "the-lantern")]
    assert (numbers, added.removed) == (([1, 2], 1) if drop_missing else ([1, 2, 3], 0))


async def test_the_same_file_updates_its_book_whatever_it_is_called_now(library: EbookService) -> None:
    await add(library, make_numbered_book(1), theme="horror")
    again = await add(library, make_numbered_book(1, title="Renamed since"), title="Something else", theme="comedy")
    assert (again.is_new, again.unchanged, again.ebook.id, again.ebook.title) == (
        False,
        1,
        "the-lantern",
        "The Lantern",
    )
    assert again.ebook.theme == "comedy"  # it was typed now
    assert (await add(library, make_numbered_book(1))).ebook.theme == "comedy"


async def test_a_book_that_was_written_chapter_by_chapter_is_updated_by_its_file(
    sqlite: Database, library: EbookService
) -> None:
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Lantern", "horror"))
    await sqlite.write(lambda tx: tx.chapters.save("ebook_001", 1, "Chapter 1", "Typed by hand."))
    proposed = await propose(library, make_numbered_book(2))
    assert [change.kind for change in proposed.changes] == [ChangeKind.CHANGED, ChangeKind.NEW]
    added = await library.confirm_import(proposed.token, HANA, rights_confirmed=True)
    assert (added.ebook.id, added.ebook.author, added.ebook.theme) == ("ebook_001", "Ada Marsh", "horror")


async def test_the_id_of_a_book_names_it_whoever_wrote_it(library: EbookService) -> None:
    await add(library, make_numbered_book(1))
    other = make_book(make_section("One"), author="Ben Rook")
    proposed = await propose(library, other, "d2", title="the-lantern")
    assert proposed.existing
    assert proposed.existing.author == "Ada Marsh"


async def test_a_moved_chapter_is_not_stored_twice(database: Database) -> None:
    library = make_library(database)
    text = "A story of its own, with words that no other chapter has."
    await add(library, make_book(make_section("One", number=1), make_section("The Bell", text, 7)))
    edition = make_book(make_section("One", number=1), make_section("The Bell", text + " It rang.", 9))
    await add(library, edition, "d2")
    assert [chapter.number for chapter in await get_chapters(database, "the-lantern")] == [1, 9]


async def test_changes_follow_the_plan_while_it_is_corrected(library: EbookService) -> None:
    await add(library, make_numbered_book(2))
    token = (await propose(library, make_numbered_book(2), "d2")).token
    changed = await library.change_import(token, HANA, lambda plan: plan.rename(1, "The Bell"))
    assert [change.kind for change in changed.changes] == [ChangeKind.UNCHANGED, ChangeKind.CHANGED]
    changed = await library.change_import(token, HANA, lambda plan: plan.drop(1))
    assert [change.kind for change in changed.changes] == [ChangeKind.UNCHANGED, ChangeKind.MISSING]


async def test_a_chapter_that_was_changed_while_the_import_is_confirmed_is_not_overwritten(
    sqlite: Database, library: EbookService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(library, make_numbered_book(2))
    token = (await propose(library, make_numbered_book(3), "d2")).token

    def compare_while_somebody_writes(book: StoredBook, plan: ImportPlan) -> tuple[ChapterChange, ...]:
        changes = compare(book, plan)
        save = sqlite.write(lambda tx: tx.chapters.save("the-lantern", 2, "Two", "Typed just now."))
        asyncio.run_coroutine_threadsafe(save, loop).result()
        return changes

    compare, loop = StoredBook.compare, asyncio.get_running_loop()
    monkeypatch.setattr(StoredBook, "compare", compare_while_somebody_writes)
    with pytest.raises(StateError, match="changed in the meantime"):
        await library.confirm_import(token, HANA, rights_confirmed=True)
    monkeypatch.setattr(StoredBook, "compare", compare)
    assert (await get_chapters(sqlite, "the-lantern"))[1].content == "Typed just now."
    assert (await library.get_import(token, HANA)).changes[1].kind is ChangeKind.CHANGED
