"""Finished scripts and their grant logs."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.generation.request import RequestedRun, ScriptRequest
from bot.generation.service import create_run
from storage import Database, StaleStateError, WriteTransaction
from storage.states import ScriptState
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock


async def add_ebook(database: Database, ebook_id: str = "ebook_001", title: str = "The Fox") -> None:
    """Adds a book."""
    await database.write(lambda tx: tx.ebooks.get_or_add(ebook_id, title))


async def add_script(database: Database, chapter: int = 1, version: int = 1, **values: Any) -> str:
    """Adds a draft and returns its id."""
    given: dict[str, Any] = {
        "ebook_id": "ebook_001",
        "chapter_number": chapter,
        "version": version,
        "title": f"Chapter {chapter}",
        "theme": "horror",
        "writer": "gemini",
        "body": "{}",
    }
    return await database.write(lambda tx: tx.scripts.add(NewScript(**given | values)))


async def request_script(database: Database, ebook: str, chapter: int) -> RequestedRun:
    """Creates a run for the chapter."""
    request = ScriptRequest(ebook=ebook, chapter_number=chapter, title="T")
    return await database.write(lambda tx: create_run(tx, request, "The bell rang."))


async def get_state(database: Database, script_id: str) -> ScriptState:
    """The state of the script."""
    async with database.read() as tx:
        return (await tx.scripts.get(script_id)).state


async def test_simultaneous_requests_for_a_chapter_get_different_versions(peers: tuple[Database, Database]) -> None:
    """If several people request a script of the same chapter at the same moment, each run has its own version."""
    await add_ebook(peers[0])
    requested = await asyncio.gather(*(request_script(peers[n % 2], "ebook_001", 1) for n in range(4)))
    assert sorted(run.run.version for run in requested) == [1, 2, 3, 4]


async def test_a_script_goes_from_draft_to_release(database: Database, clock: FakeClock) -> None:
    """A script is approved once and released once, in this order."""
    await add_ebook(database)
    script_id = await add_script(database)
    assert re.fullmatch(r"audio_scripts_[0-9a-f]{16}", script_id)
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.scripts.release(script_id, ""))
    await database.write(lambda tx: tx.scripts.approve(script_id))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.scripts.approve(script_id))
    clock.advance(seconds=1)
    await database.write(lambda tx: tx.scripts.release(script_id, "https://example.org/1"))
    async with database.read() as tx:
        stored = await tx.scripts.get(script_id)
    assert (stored.state, stored.link, stored.released_at) == (
        ScriptState.RELEASED,
        "https://example.org/1",
        clock.now,
    )


async def test_only_one_of_several_approvals_succeeds(peers: tuple[Database, Database]) -> None:
    """Of several simultaneous approvals one succeeds and the others raise."""
    await add_ebook(peers[0])
    script_id = await add_script(peers[0])
    results = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.scripts.approve(script_id)) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleStateError) for result in results) == 5
    assert await get_state(peers[0], script_id) is ScriptState.APPROVED


async def test_a_version_exists_once(database: Database) -> None:
    """The database itself refuses a second script of the same version."""
    await add_ebook(database)
    await add_script(database)
    with pytest.raises(IntegrityError):
        await add_script(database)


async def test_a_chapter_has_the_state_of_its_furthest_script(database: Database) -> None:
    """A chapter counts as released when any of its scripts is, whatever newer drafts there are."""
    await add_ebook(database)
    first = await add_script(database, 1, 1)
    await add_script(database, 1, 2)
    await add_script(database, 2, 1)
    await database.write(lambda tx: tx.scripts.approve(first))
    await database.write(lambda tx: tx.scripts.release(first, "https://example.org"))
    async with database.read() as tx:
        progress = await tx.scripts.list_chapter_progress("ebook_001")
        assert await tx.scripts.list_chapter_progress("other") == []
    assert [(chapter.chapter_number, chapter.state, chapter.link) for chapter in progress] == [
        (1, ScriptState.RELEASED, "https://example.org"),
        (2, ScriptState.DRAFT, ""),
    ]


async def test_scripts_are_counted_by_writer(database: Database, clock: FakeClock) -> None:
    """Scripts are counted by writer, on request only those of a time, a book or a member."""
    await add_ebook(database)
    await add_script(database, 1, writer="template", member_id="members_1")
    clock.advance(days=2)
    await add_script(database, 2)
    await add_script(database, 3, member_id="members_1")
    async with database.read() as tx:
        assert await tx.scripts.count_by_writer() == {"template": 1, "gemini": 2}
        assert await tx.scripts.count_by_writer(since=clock.now) == {"gemini": 2}
        assert await tx.scripts.count_by_writer(member_id="members_1") == {"template": 1, "gemini": 1}
        assert await tx.scripts.count_by_writer(ebook_id="other") == {}
        assert await tx.scripts.count_by_writer(model="gemini-other") == {}


async def test_a_grant_log_is_stored_unchanged(database: Database) -> None:
    """A script's grant log is read as it was written, with its keys in the same order."""
    document = {"eventType": "ebook_created", "ebookId": "e", "metadata": {"theme": "月", "b": 1, "a": [1.5]}}
    log_id = await database.write(lambda tx: tx.grant_logs.add(document, ebook_id="e", script_id="s", counts=True))
    assert re.fullmatch(r"grant_logs_[0-9a-f]{16}", log_id)
    async with database.read() as tx:
        grant_log = await tx.grant_logs.get_of_script("s")
        with pytest.raises(KeyError):
            await tx.grant_logs.get_of_script("another")
        with pytest.raises(KeyError):
            await tx.scripts.get("another")
    assert grant_log == (log_id, document)
    assert list(grant_log[1]["metadata"]) == ["theme", "b", "a"]


async def test_a_failed_transaction_changes_nothing(database: Database) -> None:
    """If a later step of a transaction fails, its earlier steps are undone."""

    async def work(tx: WriteTransaction) -> None:
        await tx.key_values.put("half", "1")
        await tx.ebooks.get_or_add("ebook_001", "The Fox")
        await tx.chapters.save("ebook_002", 1, "A book that is not there", "Text")

    with pytest.raises(IntegrityError):
        await database.write(work)
    async with database.read() as tx:
        assert await tx.key_values.get("half") is None
        assert await tx.ebooks.get_titles() == {}
