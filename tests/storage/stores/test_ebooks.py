"""Books."""

import asyncio

from bot.generation.request import RequestedRun, ScriptRequest
from bot.generation.service import create_run
from storage import Database
from tests.conftest import FakeClock


async def add_ebook(database: Database, ebook_id: str = "ebook_001", title: str = "The Fox") -> None:
    """Adds a book."""
    await database.write(lambda tx: tx.ebooks.get_or_add(ebook_id, title))


async def request_script(database: Database, ebook: str, chapter: int) -> RequestedRun:
    """Creates a run for the chapter."""
    request = ScriptRequest(ebook=ebook, chapter_number=chapter, title="T")
    return await database.write(lambda tx: create_run(tx, request, "The bell rang."))


async def test_books_are_found_by_id_or_title(database: Database, clock: FakeClock) -> None:
    """A book is found by its id, else by id or title in any case; its very id always comes first."""
    await add_ebook(database, "fox", "Owl")
    clock.advance(seconds=1)
    await add_ebook(database, "Owl", "The FOX of Bells")
    async with database.read() as tx:
        for name, expected in (
            ("Owl", "Owl"),
            ("OWL", "fox"),
            ("the fox of bells", "Owl"),
            ("FOX", "fox"),
            ("x", None),
        ):
            ebook = await tx.ebooks.find(name)
            assert (ebook.id if ebook else None) == expected, name
        assert await tx.ebooks.get_titles() == {"fox": "Owl", "Owl": "The FOX of Bells"}


async def test_titles_outside_ascii_are_found_in_any_case(database: Database) -> None:
    """Case does not matter in German or Greek titles either."""
    await add_ebook(database, "eins", "Das Ächzen der Möwe")
    async with database.read() as tx:
        assert await tx.ebooks.find("das ächzen der möwe") is not None
        assert await tx.ebooks.find("DAS ÄCHZEN DER MÖWE") is not None


async def test_searching_takes_words_literally(database: Database, clock: FakeClock) -> None:
    """A search finds parts of titles and ids, newest first, and treats per cent signs as ordinary characters."""
    for ebook_id, title in (("a", "100% Fear"), ("b", "100 Fears"), ("c", "Under_score")):
        await add_ebook(database, ebook_id, title)
        clock.advance(seconds=1)
    async with database.read() as tx:
        for text, expected in (("fear", ["b", "a"]), ("100%", ["a"]), ("_", ["c"]), ("", ["c", "b", "a"]), ("\\", [])):
            assert [ebook.id for ebook in await tx.ebooks.search(text, 25)] == expected, text
        assert len(await tx.ebooks.search("", 2)) == 2


async def test_a_book_is_added_once(sqlite: Database) -> None:
    """Whoever names it again gets the first title and theme, and is told that the book is not new."""
    first, is_new = await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox", "horror"))
    again, is_new_again = await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Owl", "comedy"))
    assert (first.title, first.theme, is_new) == ("The Fox", "horror", True)
    assert (again, is_new_again) == (first, False)


async def test_simultaneous_requests_for_a_new_book_create_one_book(peers: tuple[Database, Database]) -> None:
    """If several people request scripts of the same new book at the same moment, there is one book and no request fails."""
    requested = await asyncio.gather(*(request_script(peers[n % 2], "ebook_new", n) for n in range(4)))
    assert {run.ebook.id for run in requested} == {"ebook_new"}
    assert sum(run.is_new_ebook for run in requested) == 1


async def test_a_removed_book_is_found_only_by_its_name(database: Database, clock: FakeClock) -> None:
    """Its chapters and its series bible are gone; a book of the same title that is there comes before it."""
    await add_ebook(database, "fox", "The Fox")
    await add_ebook(database, "owl", "The Owl")
    for ebook_id in ("fox", "owl"):
        await database.write(lambda tx, name=ebook_id: tx.chapters.save(name, 1, "One", "Text."))  # type: ignore[misc]
    await database.write(lambda tx: tx.ebooks.remove("fox"))
    async with database.read() as tx:
        removed = await tx.ebooks.find("the fox")
        assert removed
        assert removed.removed_at == clock.now
        assert [ebook.id for ebook in await tx.ebooks.search("", 9)] == ["owl"]
        assert [ebook.id for ebook in await tx.ebooks.list_all()] == ["owl"]
        assert await tx.ebooks.get_titles() == {"fox": "The Fox", "owl": "The Owl"}
        assert await tx.chapters.get_numbers() == {"owl": {1}}
    clock.advance(seconds=1)
    await add_ebook(database, "fox-2", "The Fox")
    async with database.read() as tx:
        found = await tx.ebooks.find("the fox")
        assert found
        assert found.id == "fox-2"


async def test_only_the_named_fields_of_one_book_are_changed(sqlite: Database) -> None:
    for ebook_id in ("fox", "owl"):
        await add_ebook(sqlite, ebook_id)
    await sqlite.write(lambda tx: tx.ebooks.update("fox", {"hook": "Stay.", "source_digest": "d1"}))
    await sqlite.write(lambda tx: tx.ebooks.update("owl", {}))
    async with sqlite.read() as tx:
        fox, owl = await tx.ebooks.list_all()
        assert (fox.id, fox.hook, owl.hook) == ("fox", "Stay.", "")
        assert await tx.ebooks.find_by_source("d1") == fox
        assert await tx.ebooks.find_by_source("d2") is None
