"""The download of a whole book: read and rendered chapter by chapter, and reported as one event."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.actor import Actor
from bot.ebooks.ebook_keys import find_ebook
from bot.errors import NotFoundError, StateError
from bot.event_names import EBOOK_DOWNLOADED
from bot.exports.book.builder import BOOK_FORMATS, BookArchives, BookBuilder
from bot.exports.book.listing import BookChapter
from bot.exports.options import ExportOptions
from bot.exports.pack.sides import trim_to_role
from bot.exports.service import read_sheet
from bot.exports.sheet import ScriptSheet
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.stores.ebooks import Ebook
from storage.stores.scripts import NewestScript

NoteProgress = Callable[[str], None]
"""Notes what is being made now, such as "chapter 3 of 12"."""


@dataclass(frozen=True, slots=True)
class _Book:
    ebook: Ebook
    chapters: tuple[BookChapter, ...]
    scripts: Sequence[NewestScript]


@dataclass(frozen=True, slots=True)
class BookExportService:
    """Makes the archives of a whole book."""

    database: Database
    options: ExportOptions = field(default_factory=ExportOptions)

    @asynccontextmanager
    async def export_book(
        self, ebook: str, limit: int, by: Actor, note_progress: NoteProgress
    ) -> AsyncIterator[BookArchives]:
        """The archives, none larger than ``limit`` bytes, on disk as long as the context is open; the download is an event.

        Every chapter is there in its newest version that is approved or released, else in its newest draft.

        Raises:
            NotFoundError: there is no such book.
            StateError: the book has no script.
            InputError: ``limit`` is too small for any archive.
        """
        book = await self._read_book(ebook)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="book-export-"))
        try:
            builder = BookBuilder(folder, book.ebook.id, book.ebook.title, book.chapters, self.options)
            for number, script in enumerate(book.scripts, 1):
                note_progress(f"chapter {number} of {len(book.scripts)}")
                await asyncio.to_thread(builder.add_chapter, await self._read_sheet(script.id))
            sides = builder.plan_sides()
            for number, side in enumerate(sides, 1):
                note_progress(f"side {number} of {len(sides)}")
                sheets = [trim_to_role(await self._read_sheet(script_id), side.role) for script_id in side.script_ids]
                await asyncio.to_thread(builder.add_side, side, sheets)
            note_progress("the archive")
            archives = await asyncio.to_thread(builder.finish, limit)
            await self._report(book, by)
            yield archives
        finally:
            await asyncio.to_thread(shutil.rmtree, folder)

    @read_transaction
    async def _read_book(self, tx: ReadTransaction, name: str) -> _Book:
        ebook = await find_ebook(tx, name)
        if ebook is None:
            raise NotFoundError(f"There is no book called “{name}”.", "`/ebook list` shows the books.")
        scripts = {
            script.chapter_number: script for script in await tx.scripts.list_newest(ebook.id, approved_first=True)
        }
        if not scripts:
            raise StateError(f"“{ebook.title}” has no script yet.", "`/script` writes one.")
        titles = {chapter.number: chapter.title for chapter in await tx.chapters.list_headers(ebook.id)}
        chapters = [
            BookChapter(number, script.title, script.version, script.state)
            if (script := scripts.get(number))
            else BookChapter(number, titles[number])
            for number in sorted(titles.keys() | scripts.keys())
        ]
        return _Book(ebook, tuple(chapters), list(scripts.values()))

    @read_transaction
    async def _read_sheet(self, tx: ReadTransaction, script_id: str) -> ScriptSheet:
        return await read_sheet(tx, script_id)

    @write_transaction
    async def _report(self, tx: WriteTransaction, book: _Book, by: Actor) -> None:
        data = {
            "ebook_id": book.ebook.id,
            "script_ids": [script.id for script in book.scripts],
            "formats": [each.value for each in BOOK_FORMATS],
        }
        tx.report(EBOOK_DOWNLOADED, data, actor=by, ebook_id=book.ebook.id)
