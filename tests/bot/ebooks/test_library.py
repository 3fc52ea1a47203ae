import asyncio
import time
from collections.abc import Callable

import pytest

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.library import EbookService
from bot.ebooks.parsed_book import SectionKind
from bot.errors import ForbiddenError, InputError, StateError
from storage import Database
from tests.bot.ebooks.books import make_book, make_numbered_book, make_section
from tests.bot.ebooks.imports import HANA, KENJI, add, get_chapters, list_reports, make_library, propose
from tests.conftest import FakeClock


@pytest.fixture
def library(sqlite: Database) -> EbookService:
    return make_library(sqlite)


async def test_a_confirmed_book_is_stored_with_its_chapters_and_its_event(database: Database, clock: FakeClock) -> None:
    library = make_library(database)
    proposed = await propose(library, make_numbered_book(3), theme=" horror ")
    assert (proposed.existing, proposed.changes) == (None, ())
    assert await get_chapters(database, "the-lantern") == []  # nothing is stored before the confirmation
    added = await library.confirm_import(proposed.token, HANA, rights_confirmed=True)
    assert (added.is_new, added.stored, added.unchanged, added.removed) == (True, 3, 0, 0)
    ebook = (await library.show_ebook("the-lantern")).ebook
    assert ebook == added.ebook
    assert (ebook.id, ebook.title, ebook.theme, ebook.author) == ("the-lantern", "The Lantern", "horror", "Ada Marsh")
    assert (ebook.language, ebook.source_name, ebook.source_digest) == ("en", "lantern.epub", "d1")
    assert ebook.rights_confirmed_at == clock.now
    async with database.read() as tx:
        assert ebook.rights_confirmed_by == await tx.members.find_id(HANA.discord_id)
    chapters = await get_chapters(database, "the-lantern")
    planned = proposed.plan.chapters
    assert [(each.number, each.title, each.content, each.words) for each in chapters] == [
        (each.number, each.title, each.text, each.words) for each in planned
    ]
    data = {
        "ebook_id": "the-lantern",
        "title": "The Lantern",
        "source": "lantern.epub",
        "chapters": 3,
        "words": proposed.plan.words,
    }
    assert await list_reports(database) == [("Book added", data)]


async def test_a_book_without_the_right_to_adapt_it_is_refused_and_stays_open(
    sqlite: Database, library: EbookService
) -> None:
    proposed = await propose(library, make_numbered_book(1))
    with pytest.raises(InputError, match="right to adapt"):
        await library.confirm_import(proposed.token, HANA, rights_confirmed=False)
    assert await list_reports(sqlite) == []
    assert (await library.confirm_import(proposed.token, HANA, rights_confirmed=True)).stored == 1


async def test_only_the_person_who_added_the_file_goes_on_with_it(library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(1))).token
    for attempt in (
        library.get_import(token, KENJI),
        library.change_import(token, KENJI, lambda plan: plan.drop(0)),
        library.confirm_import(token, KENJI, rights_confirmed=True),
    ):
        with pytest.raises(ForbiddenError, match="person who added"):
            await attempt
    with pytest.raises(ForbiddenError):
        library.cancel_import(token, KENJI)


async def test_what_is_changed_in_the_plan_is_what_is_stored(sqlite: Database, library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(3))).token
    await library.change_import(token, HANA, lambda plan: plan.drop(2))
    changed = await library.change_import(token, HANA, lambda plan: plan.rename(0, "The Bell"))
    assert changed == await library.get_import(token, HANA)
    await library.confirm_import(token, HANA, rights_confirmed=True)
    chapters = await get_chapters(sqlite, "the-lantern")
    assert [(chapter.number, chapter.title) for chapter in chapters] == [(1, "The Bell"), (2, "Chapter 2")]


async def test_of_two_changes_at_once_one_is_refused(library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(3))).token
    changes = [library.change_import(token, HANA, lambda plan: plan.drop(0)) for _ in range(2)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(result) is StateError for result in results].count(True) == 1
    assert len((await library.get_import(token, HANA)).plan.chapters) == 2


async def test_the_words_of_an_endless_chapter_are_counted_before_it_is_shown(library: EbookService) -> None:
    """Counting takes seconds and happens in a thread, so that the picker can be drawn without delaying anybody."""
    token = (await propose(library, make_book(make_section("One", "word by word \n" * 100_000)))).token
    changes: tuple[Callable[[ImportPlan], ImportPlan], ...] = (
        lambda plan: plan.rename(0, "The Bell"),
        lambda plan: plan.drop(0),
    )
    for change in changes:
        plan = (await library.change_import(token, HANA, change)).plan
        began = time.thread_time()
        assert plan.words + sum(section.words for section in plan.left_out) == 300_000
        assert time.thread_time() - began < 0.05


async def test_two_presses_on_confirm_store_the_book_once(sqlite: Database, library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(1))).token
    presses = [library.confirm_import(token, HANA, rights_confirmed=True) for _ in range(2)]
    results = await asyncio.gather(*presses, return_exceptions=True)
    assert [type(result) is StateError for result in results].count(True) == 1
    assert [name for name, _ in await list_reports(sqlite)] == ["Book added"]


async def test_a_file_that_somebody_else_added_meanwhile_is_not_added_twice(library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(1), by=KENJI)).token
    await add(library, make_numbered_book(1))
    with pytest.raises(StateError, match="added in the meantime as “The Lantern”"):
        await library.confirm_import(token, KENJI, rights_confirmed=True)
    assert (await library.get_import(token, KENJI)).plan.title == "The Lantern"


async def test_a_book_without_chapters_cannot_be_confirmed(library: EbookService) -> None:
    book = make_book(make_section("Preface", kind=SectionKind.FRONT_MATTER))
    token = (await propose(library, book)).token
    with pytest.raises(StateError, match="No chapter is left"):
        await library.confirm_import(token, HANA, rights_confirmed=True)


async def test_a_cancelled_import_is_forgotten(library: EbookService) -> None:
    token = (await propose(library, make_numbered_book(1))).token
    library.cancel_import(token, HANA)
    with pytest.raises(StateError, match="no longer waiting"):
        await library.get_import(token, HANA)


async def test_a_book_without_a_title_is_called_like_its_file(library: EbookService) -> None:
    assert (await propose(library, make_numbered_book(1, title=""))).plan.title == "lantern"


async def test_a_title_that_is_too_long_is_refused(library: EbookService) -> None:
    with pytest.raises(InputError, match="201 characters"):
        await propose(library, make_numbered_book(1), title="x" * 201)


async def test_another_author_book_of_the_same_title_is_another_book(library: EbookService) -> None:
    await add(library, make_numbered_book(1))
    other = make_book(make_section("One"), author="Ben Rook")
    assert (await add(library, other, "d2")).ebook.id == "the-lantern-2"
