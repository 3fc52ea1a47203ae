"""The texts of chapters."""

from storage import Database
from storage.stores.chapters import ChapterHeader, digest_text
from tests.conftest import FakeClock
from tests.storage.stores.test_ebooks import add_ebook


async def test_a_chapter_holds_its_newest_text(database: Database, clock: FakeClock) -> None:
    """Saving a chapter again replaces its text, and does not add a second one."""
    await add_ebook(database)
    await database.write(lambda tx: tx.chapters.save("ebook_001", 2, "Two", "old"))
    clock.advance(seconds=1)
    await database.write(lambda tx: tx.chapters.save("ebook_001", 2, "Second", "new 月"))
    await database.write(lambda tx: tx.chapters.save("ebook_001", 0, "Prologue", "p"))
    async with database.read() as tx:
        chapter = await tx.chapters.find("ebook_001", 2)
        assert await tx.chapters.get_numbers() == {"ebook_001": {0, 2}}
        assert await tx.chapters.find("ebook_001", 3) is None
    assert chapter is not None
    assert (chapter.title, chapter.content, chapter.updated_at) == ("Second", "new 月", clock.now)


async def test_chapters_belong_to_one_book_only(sqlite: Database) -> None:
    """Two books may have chapters with the same numbers."""
    for ebook_id in ("fox", "owl"):
        await add_ebook(sqlite, ebook_id, ebook_id)
    await sqlite.write(lambda tx: tx.chapters.save("fox", 1, "The Bell", "It rang."))
    await sqlite.write(lambda tx: tx.chapters.save("owl", 2, "The Barn", "It burned."))
    async with sqlite.read() as tx:
        chapters = [await tx.chapters.find(*place) for place in (("fox", 1), ("owl", 1), ("owl", 2))]
        assert [chapter.title if chapter else None for chapter in chapters] == ["The Bell", None, "The Barn"]
        assert await tx.chapters.get_numbers("owl") == {"owl": {2}}
        assert await tx.chapters.get_numbers() == {"fox": {1}, "owl": {2}}


async def test_chapters_are_listed_in_order_and_without_their_texts(database: Database, clock: FakeClock) -> None:
    for ebook_id in ("owl", "fox"):
        await add_ebook(database, ebook_id)
    for number in (10, 2):
        await database.write(lambda tx, n=number: tx.chapters.save("fox", n, f"C{n}", f"text {n}", 2))  # type: ignore[misc]
    await database.write(lambda tx: tx.chapters.save("owl", 1, "C1", "月"))
    fox = [ChapterHeader("fox", n, f"C{n}", clock.now, 2, digest_text(f"text {n}")) for n in (2, 10)]
    async with database.read() as tx:
        assert await tx.chapters.list_headers("fox") == fox
        assert await tx.chapters.list_headers() == [
            *fox,
            ChapterHeader("owl", 1, "C1", clock.now, 0, digest_text("月")),
        ]
        assert await tx.chapters.get_texts("fox", [2, 3]) == {2: "text 2"}


async def test_deleted_chapters_are_those_of_one_book(sqlite: Database) -> None:
    for ebook_id in ("fox", "owl"):
        await add_ebook(sqlite, ebook_id)
        for number in (1, 2):
            await sqlite.write(lambda tx, i=ebook_id, n=number: tx.chapters.save(i, n, "C", "text"))  # type: ignore[misc]
    await sqlite.write(lambda tx: tx.chapters.delete("fox", [2, 3]))
    async with sqlite.read() as tx:
        assert await tx.chapters.get_numbers() == {"fox": {1}, "owl": {1, 2}}


async def test_a_text_has_changed_only_where_both_texts_are_known(sqlite: Database) -> None:
    await add_ebook(sqlite, "fox")
    await sqlite.write(lambda tx: tx.chapters.save("fox", 1, "One", "The new text."))
    async with sqlite.read() as tx:
        cases = [("fox", 1, "The old text."), ("fox", 1, "The new text."), ("fox", 2, "A text."), ("owl", 1, "A text.")]
        changed = [await tx.chapters.has_changed(name, number, digest_text(text)) for name, number, text in cases]
        assert changed == [True, False, False, False]
        assert not await tx.chapters.has_changed("fox", 1, "")
