"""Finding scripts and grant logs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeVar

import pytest

from storage import Database
from storage.states import ScriptState
from tests.conftest import FakeClock
from tests.storage.stores.test_scripts import add_ebook, add_script

T = TypeVar("T")


@pytest.fixture
async def book(sqlite: Database) -> Database:
    """A database with the book that the scripts are of."""
    await add_ebook(sqlite)
    return sqlite


async def collect(found: AsyncIterator[T]) -> list[T]:
    """Everything that comes, in order."""
    return [each async for each in found]


async def test_only_a_script_that_is_no_template_is_a_full_one(book: Database) -> None:
    """It counts for its own chapter of its own book."""
    await add_ebook(book, "ebook_002", "The Owl")
    await add_script(book, 1, error="The quota is used up.")
    await add_script(book, 2)
    async with book.read() as tx:
        full = [await tx.scripts.has_full_script("ebook_001", chapter) for chapter in (1, 2, 3)]
        assert full == [False, True, False]
        assert not await tx.scripts.has_full_script("ebook_002", 2)


async def test_scripts_are_found_by_their_ids(book: Database) -> None:
    """Ids that belong to no script are left out."""
    script_id, other_id = await add_script(book, 3), await add_script(book, 4)
    async with book.read() as tx:
        assert await tx.scripts.find_existing_ids([script_id, "unknown"]) == {script_id}
        assert await tx.scripts.get_chapter_numbers([script_id, "unknown"]) == {script_id: 3}
        assert await tx.scripts.get_chapter_numbers([other_id, script_id]) == {script_id: 3, other_id: 4}


async def test_all_scripts_come_in_the_order_in_which_they_were_added(book: Database, clock: FakeClock) -> None:
    """An imported script keeps its id, its state and its time of creation, and comes last all the same."""
    first = await add_script(book, 2)
    early = clock.now
    clock.advance(days=1)
    await add_script(book, 1, id="audio_scripts_old", state=ScriptState.RELEASED, created_at=early)
    async with book.read() as tx:
        found = await collect(tx.scripts.stream())
    assert [each.id for each in found] == [first, "audio_scripts_old"]
    assert (found[1].state, found[1].created_at) == (ScriptState.RELEASED, early)


async def test_scripts_are_counted_by_book(book: Database) -> None:
    await add_ebook(book, "ebook_002", "The Owl")
    await add_script(book)
    await add_script(book, 2, writer="template", ebook_id="ebook_002")
    async with book.read() as tx:
        assert await tx.scripts.count_by_writer(ebook_id="ebook_002") == {"template": 1}


async def test_grant_logs_come_oldest_first_with_their_text_unchanged(sqlite: Database, clock: FakeClock) -> None:
    """Imported ones are ordered by their own time and keep every space."""
    text = '{"b" :1, "a":"月"}'
    written = await sqlite.write(
        lambda tx: tx.grant_logs.add({"theme": "月"}, ebook_id="e", script_id="s", counts=True)
    )
    early = clock.now - timedelta(seconds=1)
    await sqlite.write(
        lambda tx: tx.grant_logs.import_log("grant_logs_old", text, ebook_id="e", counts=False, created_at=early)
    )
    async with sqlite.read() as tx:
        found = await collect(tx.grant_logs.stream())
        assert found == [("grant_logs_old", text), (written, '{"theme": "月"}')]
        assert await tx.grant_logs.get_many([written, "unknown"]) == {written: '{"theme": "月"}'}
        assert await tx.grant_logs.get_many([]) == {}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_a_number_that_json_does_not_have_is_no_part_of_a_grant_log(sqlite: Database, number: float) -> None:
    """Other programs could not read the log."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        await sqlite.write(lambda tx: tx.grant_logs.add({"n": number}, ebook_id="e", script_id=None, counts=True))
    async with sqlite.read() as tx:
        assert await collect(tx.grant_logs.stream()) == []


async def test_the_newest_script_of_a_chapter_is_the_one_with_the_highest_version(book: Database) -> None:
    await add_ebook(book, "ebook_002", "The Owl")
    await add_script(book, 2, version=1, state=ScriptState.RELEASED)
    newest = await add_script(book, 2, version=2, source_digest="d")
    first = await add_script(book, 1)
    await add_script(book, 3, ebook_id="ebook_002")
    async with book.read() as tx:
        found = await tx.scripts.list_newest("ebook_001")
    assert [(each.id, each.chapter_number, each.version) for each in found] == [(first, 1, 1), (newest, 2, 2)]
    assert (found[1].state, found[1].source_digest) == (ScriptState.DRAFT, "d")
