"""Importing books in tests."""

import json

from bot.actor import Actor
from bot.ebooks.library import AddedBook, EbookService, ProposedImport
from bot.ebooks.parsed_book import ParsedBook
from storage import Database
from storage.stores.chapters import Chapter
from storage.stores.events import EventFilter

HANA, KENJI = Actor(1, "Hana", team=True), Actor(2, "Kenji", team=True)


def make_library(database: Database) -> EbookService:
    return EbookService(database, max_chapter_chars=200_000)


async def propose(
    library: EbookService, book: ParsedBook, digest: str = "d1", *, title: str = "", theme: str = "", by: Actor = HANA
) -> ProposedImport:
    return await library.propose_import(book, "lantern.epub", digest, title, theme, by)


async def add(
    library: EbookService, book: ParsedBook, digest: str = "d1", *, title: str = "", theme: str = ""
) -> AddedBook:
    """Proposes the book and confirms it as it is proposed."""
    proposed = await propose(library, book, digest, title=title, theme=theme)
    return await library.confirm_import(proposed.token, HANA, rights_confirmed=True)


async def get_chapters(database: Database, ebook_id: str) -> list[Chapter]:
    async with database.read() as tx:
        numbers = (await tx.chapters.get_numbers(ebook_id)).get(ebook_id, set())
        found = [await tx.chapters.find(ebook_id, number) for number in sorted(numbers)]
    return [chapter for chapter in found if chapter is not None]


async def list_reports(database: Database) -> list[tuple[str, dict[str, object]]]:
    """Name and data of every event, oldest first."""
    async with database.read() as tx:
        events = [event async for event in tx.events.stream(EventFilter())]
    return [(event.event, json.loads(event.display_data)) for event in sorted(events, key=lambda event: event.seq)]
