"""The team's search for ebooks."""

from bot.ebooks.catalog import EbookCatalog
from storage import Database


async def test_books_are_found_by_id_and_title(sqlite: Database) -> None:
    """The text is found in id and title regardless of case; the newest books come first, up to the limit."""
    for ebook_id, title in (("ebook_001", "The Drowned Bell"), ("ebook_002", "Fox Lanterns")):
        await sqlite.write(lambda tx, i=ebook_id, t=title: tx.ebooks.get_or_add(i, t))  # type: ignore[misc]
    catalog = EbookCatalog(sqlite)
    assert await catalog.search("LANTERN", 10) == [("ebook_002", "Fox Lanterns")]
    assert await catalog.search("book_001", 10) == [("ebook_001", "The Drowned Bell")]
    assert len(await catalog.search("", 1)) == 1
