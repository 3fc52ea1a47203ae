"""Books, chapters, scripts, the grant's log, documents and facts as they are kept."""

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


async def booked(database: Database, ebook_id: str = "ebook_001", title: str = "The Fox") -> None:
    """A book."""
    await database.write(lambda tx: tx.ebooks.get_or_add(ebook_id, title))


async def scripted(database: Database, chapter: int = 1, version: int = 1, **values: Any) -> str:
    """The id of a new draft."""
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


async def order_script(database: Database, ebook: str, chapter: int) -> RequestedRun:
    request = ScriptRequest(ebook=ebook, chapter_number=chapter, title="T")
    return await database.write(lambda tx: create_run(tx, request, "The bell rang."))


async def state(database: Database, script_id: str) -> ScriptState:
    """Where the script stands."""
    async with database.read() as tx:
        return (await tx.scripts.get(script_id)).state


async def test_books_are_found_by_id_or_title(database: Database, clock: FakeClock) -> None:
    """A book is found by its id, else by id or title in any case; its very id always comes first."""
    await booked(database, "fox", "Owl")
    clock.advance(seconds=1)
    await booked(database, "Owl", "The FOX of Bells")
    async with database.read() as tx:
        for name, found in (("Owl", "Owl"), ("OWL", "fox"), ("the fox of bells", "Owl"), ("FOX", "fox"), ("x", None)):
            ebook = await tx.ebooks.find(name)
            assert (ebook.id if ebook else None) == found, name
        assert await tx.ebooks.get_titles() == {"fox": "Owl", "Owl": "The FOX of Bells"}


async def test_a_title_in_other_letters_is_found_in_any_case(database: Database) -> None:
    """Case does not matter in German or Greek titles either."""
    await booked(database, "eins", "Das Ächzen der Möwe")
    async with database.read() as tx:
        assert await tx.ebooks.find("das ächzen der möwe") is not None
        assert await tx.ebooks.find("DAS ÄCHZEN DER MÖWE") is not None


async def test_searching_takes_words_literally(database: Database, clock: FakeClock) -> None:
    """A search finds parts of titles and ids, newest first, and takes per cent signs for what they are."""
    for ebook_id, title in (("a", "100% Fear"), ("b", "100 Fears"), ("c", "Under_score")):
        await booked(database, ebook_id, title)
        clock.advance(seconds=1)
    async with database.read() as tx:
        for words, found in (("fear", ["b", "a"]), ("100%", ["a"]), ("_", ["c"]), ("", ["c", "b", "a"]), ("\\", [])):
            assert [ebook.id for ebook in await tx.ebooks.search(words, 25)] == found, words
        assert len(await tx.ebooks.search("", 2)) == 2


async def test_a_chapter_holds_its_newest_text(database: Database, clock: FakeClock) -> None:
    """A chapter's text can be replaced; what stands there is the newest, and chapters are listed in order."""
    await booked(database)
    await database.write(lambda tx: tx.ebooks.save_chapter("ebook_001", 2, "Two", "old"))
    clock.advance(seconds=1)
    await database.write(lambda tx: tx.ebooks.save_chapter("ebook_001", 2, "Second", "new 月"))
    await database.write(lambda tx: tx.ebooks.save_chapter("ebook_001", 0, "Prologue", "p"))
    async with database.read() as tx:
        chapter = await tx.ebooks.find_chapter("ebook_001", 2)
        assert await tx.ebooks.list_chapters("ebook_001", 25) == [(0, "Prologue"), (2, "Second")]
        assert await tx.ebooks.get_chapter_numbers() == {"ebook_001": {0, 2}}
        assert await tx.ebooks.find_chapter("ebook_001", 3) is None
    assert chapter is not None
    assert (chapter.title, chapter.content, chapter.updated_at) == ("Second", "new 月", clock.now)


async def test_orders_for_a_new_book_at_once(peers: tuple[Database, Database]) -> None:
    """Two people who begin the same new book at the same moment make one book, and neither order fails."""
    orders = await asyncio.gather(*(order_script(peers[n % 2], "ebook_new", n) for n in range(4)))
    assert {order.ebook.id for order in orders} == {"ebook_new"}
    assert sum(order.is_new_ebook for order in orders) == 1


async def test_the_same_chapter_ordered_twice_at_once(peers: tuple[Database, Database]) -> None:
    """Two orders for one new chapter at the same moment become two versions of it."""
    await booked(peers[0])
    orders = await asyncio.gather(*(order_script(peers[n % 2], "ebook_001", 1) for n in range(4)))
    assert sorted(order.run.version for order in orders) == [1, 2, 3, 4]


async def test_a_script_goes_from_draft_to_release(database: Database, clock: FakeClock) -> None:
    """A script is drafted, approved and released, each once."""
    await booked(database)
    script_id = await scripted(database)
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


async def test_one_approval_of_many_holds(peers: tuple[Database, Database]) -> None:
    """Of many approvals at once one holds, and the others are told."""
    await booked(peers[0])
    script_id = await scripted(peers[0])
    results = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.scripts.approve(script_id)) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleStateError) for result in results) == 5
    assert await state(peers[0], script_id) is ScriptState.APPROVED


async def test_a_version_exists_once(database: Database) -> None:
    """The database itself refuses a second script of the same version."""
    await booked(database)
    await scripted(database)
    with pytest.raises(IntegrityError):
        await scripted(database)


async def test_a_chapter_stands_where_its_furthest_script_stands(database: Database) -> None:
    """A chapter counts as released when any of its scripts is, and a newer draft takes nothing away."""
    await booked(database)
    first = await scripted(database, 1, 1)
    await scripted(database, 1, 2)
    await scripted(database, 2, 1)
    await database.write(lambda tx: tx.scripts.approve(first))
    await database.write(lambda tx: tx.scripts.release(first, "https://example.org"))
    async with database.read() as tx:
        standings = await tx.scripts.list_chapter_progress("ebook_001")
        assert await tx.scripts.list_chapter_progress("other") == []
    assert [(one.chapter_number, one.state, one.link) for one in standings] == [
        (1, ScriptState.RELEASED, "https://example.org"),
        (2, ScriptState.DRAFT, ""),
    ]


async def test_who_has_written_how_much(database: Database, clock: FakeClock) -> None:
    """Scripts are counted by writer, and by time, book and member where one asks for it."""
    await booked(database)
    await scripted(database, 1, writer="template", member_id="members_1")
    clock.advance(days=2)
    await scripted(database, 2)
    await scripted(database, 3, member_id="members_1")
    async with database.read() as tx:
        assert await tx.scripts.count_by_writer() == {"template": 1, "gemini": 2}
        assert await tx.scripts.count_by_writer(since=clock.now) == {"gemini": 2}
        assert await tx.scripts.count_by_writer(member_id="members_1") == {"template": 1, "gemini": 1}
        assert await tx.scripts.count_by_writer(ebook_id="other") == {}


async def test_the_grants_entry_is_kept_as_it_was_written(database: Database) -> None:
    """A script's grant log comes back word for word and key for key."""
    document = {"eventType": "ebook_created", "ebookId": "e", "metadata": {"theme": "月", "b": 1, "a": [1.5]}}
    log_id = await database.write(
        lambda tx: tx.scripts.add_grant_log(document, ebook_id="e", script_id="s", counts=True)
    )
    assert re.fullmatch(r"grant_logs_[0-9a-f]{16}", log_id)
    async with database.read() as tx:
        found = await tx.scripts.get_grant_log("s")
        with pytest.raises(KeyError):
            await tx.scripts.get_grant_log("another")
        with pytest.raises(KeyError):
            await tx.scripts.get("another")
    assert found == (log_id, document)
    assert list(found[1]["metadata"]) == ["theme", "b", "a"]


async def test_documents_come_back(database: Database) -> None:
    """A document is kept as it was given, under an id that names its collection."""
    document = {"z": 2**60, "a": [1.0, None, True], "text": 'a "b" 月\n', "empty": {}}
    document_id = await database.write(lambda tx: tx.documents.add("voice_notes", document))
    assert re.fullmatch(r"voice_notes_[0-9a-f]{16}", document_id)
    async with database.read() as tx:
        kept = await tx.documents.find(document_id)
        assert await tx.documents.find("voice_notes_0") is None
    assert kept == document
    assert list(kept) == ["z", "a", "text", "empty"]


async def test_what_is_no_json_is_no_document(database: Database) -> None:
    """A number that is none is refused, and nothing is kept."""
    with pytest.raises(ValueError, match="JSON"):
        await database.write(lambda tx: tx.documents.add("notes", {"x": float("nan")}))


async def test_facts_are_replaced(database: Database) -> None:
    """A fact holds the newest text that was put there."""
    await database.write(lambda tx: tx.key_values.put("synced", "one"))
    await database.write(lambda tx: tx.key_values.put("synced", "two"))
    async with database.read() as tx:
        assert await tx.key_values.get("synced") == "two"
        assert await tx.key_values.get("unknown") is None


async def test_facts_put_at_once(peers: tuple[Database, Database]) -> None:
    """A new fact that several processes put at once is there once, and nobody fails."""
    await asyncio.gather(
        *(peers[n % 2].write(lambda tx, value=str(n): tx.key_values.put("synced", value)) for n in range(6))  # type: ignore[misc]
    )
    async with peers[1].read() as tx:
        assert await tx.key_values.get("synced") in {"0", "1", "2", "3", "4", "5"}


async def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """When a later step of a change fails, its earlier steps have not happened."""

    async def work(tx: WriteTransaction) -> None:
        await tx.key_values.put("half", "1")
        await tx.ebooks.get_or_add("ebook_001", "The Fox")
        await tx.ebooks.save_chapter("ebook_002", 1, "A book that is not there", "Text")

    with pytest.raises(IntegrityError):
        await database.write(work)
    async with database.read() as tx:
        assert await tx.key_values.get("half") is None
        assert await tx.ebooks.get_titles() == {}
