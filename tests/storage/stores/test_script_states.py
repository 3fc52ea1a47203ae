"""Scripts in their states: what can be taken back, and when a chapter reached each state first."""

from datetime import timedelta

import pytest

from storage import Database, StaleStateError
from storage.states import ScriptState
from storage.stores.scripts import ChapterMilestones, StoredScript
from tests.conftest import FakeClock
from tests.storage.stores.test_scripts import add_ebook, add_script

DRAFT, APPROVED, RELEASED = ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED


@pytest.fixture
async def book(sqlite: Database) -> Database:
    """A database with the book that the scripts are of."""
    await add_ebook(sqlite)
    return sqlite


async def get(database: Database, script_id: str) -> StoredScript:
    """The script as it is stored."""
    async with database.read() as tx:
        return await tx.scripts.get(script_id)


async def test_an_approval_can_be_withdrawn_until_the_release(book: Database, clock: FakeClock) -> None:
    """Afterwards nothing is left of it, and other scripts keep theirs."""
    script_id, other_id = await add_script(book), await add_script(book, 2)
    with pytest.raises(StaleStateError):
        await book.write(lambda tx: tx.scripts.withdraw(script_id))
    await book.write(lambda tx: tx.scripts.approve(script_id, "members_1"))
    await book.write(lambda tx: tx.scripts.approve(other_id, "members_1"))
    approved = await get(book, script_id)
    assert (approved.state, approved.approved_at, approved.approved_by) == (APPROVED, clock.now, "members_1")
    await book.write(lambda tx: tx.scripts.withdraw(script_id))
    withdrawn = await get(book, script_id)
    assert (withdrawn.state, withdrawn.approved_at, withdrawn.approved_by) == (DRAFT, None, None)
    assert (await get(book, other_id)).state is APPROVED
    await book.write(lambda tx: tx.scripts.release(other_id, ""))
    with pytest.raises(StaleStateError):
        await book.write(lambda tx: tx.scripts.withdraw(other_id))


async def test_a_release_can_be_cancelled_once(book: Database) -> None:
    """The script is approved again, and other released scripts stay released."""
    script_id, other_id = await add_script(book, state=APPROVED), await add_script(book, 2, state=RELEASED)
    assert not await book.write(lambda tx: tx.scripts.cancel_release(script_id)), "it is not released"
    await book.write(lambda tx: tx.scripts.release(script_id, "https://example.org"))
    assert await book.write(lambda tx: tx.scripts.cancel_release(script_id))
    assert not await book.write(lambda tx: tx.scripts.cancel_release(script_id))
    cancelled = await get(book, script_id)
    assert (cancelled.state, cancelled.released_at) == (APPROVED, None)
    assert (await get(book, other_id)).state is RELEASED


async def test_the_newest_script_in_the_furthest_state_stands_for_its_chapter(book: Database) -> None:
    """Of two approved versions it is the later one, whatever was drafted since; every book has its own chapters."""
    await add_ebook(book, "ebook_000", "The Owl")
    for version, state in enumerate((APPROVED, APPROVED, DRAFT), 1):
        await add_script(book, 1, version, title=f"Version {version}", state=state)
    await add_script(book, 1, ebook_id="ebook_000", title="Owl")
    async with book.read() as tx:
        chapters = await tx.scripts.list_chapter_progress()
        of_one_book = await tx.scripts.list_chapter_progress("ebook_001")
    assert [(each.ebook_id, each.title) for each in chapters] == [("ebook_000", "Owl"), ("ebook_001", "Version 2")]
    assert of_one_book == chapters[1:]


async def test_the_milestones_of_a_chapter_are_its_first_ones(book: Database, clock: FakeClock) -> None:
    """Each is the earliest of all its versions, on request of one book or of the scripts that one member requested."""
    began = clock.now
    await add_ebook(book, "ebook_002", "The Owl")
    first = await add_script(book, 1, 1, member_id="members_1")
    clock.advance(days=1)
    second = await add_script(book, 1, 2, member_id="members_2")
    await book.write(lambda tx: tx.scripts.approve(second))
    clock.advance(days=1)
    await book.write(lambda tx: tx.scripts.approve(first))
    await book.write(lambda tx: tx.scripts.release(first, ""))
    await add_script(book, 1, ebook_id="ebook_002", member_id="members_2")

    day = timedelta(days=1)
    fox = ChapterMilestones("ebook_001", 1, began, began + day, began + 2 * day)
    owl = ChapterMilestones("ebook_002", 1, began + 2 * day, None, None)
    async with book.read() as tx:
        assert sorted(await tx.scripts.list_milestones(), key=lambda each: each.ebook_id) == [fox, owl]
        assert await tx.scripts.list_milestones("ebook_002") == [owl]
        assert await tx.scripts.list_milestones("ebook_001", "members_1") == [
            ChapterMilestones("ebook_001", 1, began, began + 2 * day, began + 2 * day)
        ]
        assert await tx.scripts.list_milestones(member_id="members_3") == []
