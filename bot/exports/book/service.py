"""The download of a book's scripts, or of a batch's: read and rendered chapter by chapter, and reported as one event."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BufferedRandom

from bot.actor import Actor
from bot.batches.batch_view import is_written
from bot.batches.chapter_ranges import format_chapters
from bot.batches.reading import read_batch
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
    """What an export is about. ``title`` names it in the list of files; ``batch_id`` is None for a whole book."""

    ebook: Ebook
    title: str
    chapters: tuple[BookChapter, ...]
    scripts: Sequence[NewestScript]
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class BookExportService:
    """Makes the archives of a whole book, or of what a batch has written."""

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
        async with self._export(await self._read_book(ebook), limit, by, note_progress) as archives:
            yield archives

    @asynccontextmanager
    async def export_batch(
        self, batch_id: str, limit: int, by: Actor, note_progress: NoteProgress
    ) -> AsyncIterator[BookArchives]:
        """Like ``export_book``, of the scripts that Gemini has written in the batch, each as it is now.

        Raises:
            NotFoundError: there is no such batch.
            StateError: the batch has no script.
            InputError: ``limit`` is too small for any archive.
        """
        async with self._export(await self._read_batch(batch_id), limit, by, note_progress) as archives:
            yield archives

    @asynccontextmanager
    async def _export(
        self, book: _Book, limit: int, by: Actor, note_progress: NoteProgress
    ) -> AsyncIterator[BookArchives]:
        with ExitStack() as stack:

            def open_file() -> BufferedRandom:
                return stack.enter_context(tempfile.TemporaryFile())  # has no name, so that not even SIGKILL leaves it

            make = partial(BookBuilder, open_file, book.ebook.id, book.title, book.chapters, self.options)
            builder = await asyncio.to_thread(make)
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
        return _Book(ebook, ebook.title, tuple(chapters), list(scripts.values()))

    @read_transaction
    async def _read_batch(self, tx: ReadTransaction, batch_id: str) -> _Book:
        batch = await read_batch(tx, batch_id)
        written = {
            each.script_id for each in await tx.batches.list_chapters(batch_id) if each.script_id and is_written(each)
        }
        scripts = await tx.scripts.list_newest(batch.ebook_id, among=written)
        ebook = await tx.ebooks.find(batch.ebook_id)
        if ebook is None or not scripts:
            raise StateError("This batch has no script.", "Its card says why.")
        chapters = tuple(BookChapter(each.chapter_number, each.title, each.version, each.state) for each in scripts)
        noun = "chapter" if len(scripts) == 1 else "chapters"
        title = f"{ebook.title}, {noun} {format_chapters(each.number for each in chapters)}"
        return _Book(ebook, title, chapters, scripts, batch_id)

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
        if book.batch_id is not None:
            data["batch_id"] = book.batch_id
        tx.report(EBOOK_DOWNLOADED, data, actor=by, ebook_id=book.ebook.id)
