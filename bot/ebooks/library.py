"""What people do with books: add and update them from files, show, edit and remove them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.actor import Actor
from bot.ebooks.book_import import ImportPlan, plan_import
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange, align_plan
from bot.ebooks.chapter_numbers import MAX_NUMBER
from bot.ebooks.ebook_details import EbookDetails, EbookSummary, list_summaries, read_details
from bot.ebooks.ebook_fields import MAX_EBOOK_TITLE, EbookChanges
from bot.ebooks.ebook_keys import find_ebook
from bot.ebooks.import_storing import StoredBook, add_ebook, find_existing, merge_fields, read_book, store_chapters
from bot.ebooks.open_imports import OpenImport, OpenImports
from bot.ebooks.parsed_book import ParsedBook
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import EBOOK_ADDED, EBOOK_EDITED, EBOOK_REMOVED, EBOOK_UPDATED
from bot.scripts.text_units import to_single_line
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.stores.chapters import ChapterHeader
from storage.stores.ebooks import Ebook


@dataclass(frozen=True, slots=True)
class ProposedImport:
    """A book as it would be stored. ``existing`` is the book that it updates, None for a new one; ``changes`` is then empty.

    A removed book that is added again is an ``existing`` one whose chapters are all new.
    """

    token: str
    plan: ImportPlan
    existing: Ebook | None
    changes: tuple[ChapterChange, ...]


@dataclass(frozen=True, slots=True)
class AddedBook:
    """A book after its import, and how many chapters were stored, left as they were and removed."""

    ebook: Ebook
    is_new: bool
    stored: int
    unchanged: int
    removed: int


@dataclass(frozen=True, slots=True)
class EbookService:
    """The studio's books. ``max_chapter_chars`` is the longest chapter that can be scripted."""

    database: Database
    max_chapter_chars: int
    open_imports: OpenImports = field(default_factory=OpenImports)

    async def propose_import(
        self, book: ParsedBook, name: str, digest: str, title: str, theme: str, by: Actor
    ) -> ProposedImport:
        """What adding the book would store; nothing is stored until ``confirm_import``.

        ``name`` and ``digest`` are the file's name and the SHA-256 of its bytes. ``title`` and ``theme`` may be empty. The
        same file, or a book with the same id or the same title and author, updates the book that is there.

        Raises:
            InputError: the title is too long, or the book.
        """
        plan = await asyncio.to_thread(self._plan, book, title)
        if not plan.title:
            plan = replace(plan, title=name.rsplit(".", 1)[0][:MAX_EBOOK_TITLE])
        if len(plan.title) > MAX_EBOOK_TITLE:
            raise InputError(
                f"The title has {len(plan.title)} characters.", f"Give one with at most {MAX_EBOOK_TITLE}."
            )
        existing, stored = await self._find_existing(plan, digest)
        if existing is not None:
            plan = await asyncio.to_thread(align_plan, plan, stored)
        ebook_id = existing.id if existing else ""
        opened = OpenImport(by.discord_id, plan, to_single_line(name), digest, to_single_line(theme), ebook_id)
        token = self.open_imports.add(opened)
        return await self.get_import(token, by)

    async def get_import(self, token: str, by: Actor) -> ProposedImport:
        """The import as it is proposed now.

        Raises:
            StateError: it is not open any more.
            ForbiddenError: another person has added the file.
        """
        opened = self.open_imports.get(token, by)
        book = await self._read_book(opened)
        return ProposedImport(token, opened.plan, book.ebook, await asyncio.to_thread(book.compare, opened.plan))

    async def change_import(self, token: str, by: Actor, change: Callable[[ImportPlan], ImportPlan]) -> ProposedImport:
        """The import with the plan that ``change`` makes of the one before, such as ``lambda plan: plan.drop(3)``.

        Raises:
            StateError: the import is not open any more, or the change is not possible.
            ForbiddenError: another person has added the file.
            InputError: the change is refused.
        """
        opened = self.open_imports.get(token, by)
        changed = await asyncio.to_thread(lambda: change(opened.plan).count_words())
        if self.open_imports.get(token, by).plan is not opened.plan:
            raise StateError("The chapter list has changed since, and nothing was done.", "Use the newest list.")
        self.open_imports.change_plan(token, by, changed)
        return await self.get_import(token, by)

    def cancel_import(self, token: str, by: Actor) -> None:
        """The import is forgotten; nothing was stored.

        Raises:
            StateError: it is not open any more.
            ForbiddenError: another person has added the file.
        """
        self.open_imports.get(token, by)
        self.open_imports.close(token)

    async def confirm_import(
        self, token: str, by: Actor, *, rights_confirmed: bool, drop_missing: bool = False
    ) -> AddedBook:
        """The book is stored. An update stores only the chapters that changed.

        Chapters that the file does not have any more stay, unless ``drop_missing``.

        Raises:
            StateError: the import is not open any more, it has no chapter or too many, or the book was changed meanwhile.
            ForbiddenError: another person has added the file.
            InputError: the right to adapt the book is not confirmed.
        """
        opened = self.open_imports.get(token, by)
        if not rights_confirmed:
            raise InputError(
                "A book can be added only with the right to adapt it.",
                "Confirm that you have it; nothing was stored yet.",
            )
        if not opened.plan.chapters:
            raise StateError("No chapter is left in this book.", "Restore one first.")
        if opened.plan.chapters[-1].number > MAX_NUMBER:
            raise StateError(f"A book may have {MAX_NUMBER:,} chapters.", "Merge or drop some first.")
        self.open_imports.close(token)  # a second press finds nothing to store
        try:
            book = await self._read_book(opened)
            changes = await asyncio.to_thread(book.compare, opened.plan)
            return await self._store(opened, book, changes, by, drop_missing=drop_missing)
        except Exception:
            self.open_imports.reopen(token, opened)
            raise

    @read_transaction
    async def list_ebooks(self, tx: ReadTransaction) -> tuple[EbookSummary, ...]:
        """Every book that is not removed, oldest first."""
        return await list_summaries(tx)

    @read_transaction
    async def show_ebook(self, tx: ReadTransaction, ebook: str) -> EbookDetails:
        """The book with this id or title, and its chapters.

        Raises:
            NotFoundError: there is no such book, or it is removed.
        """
        return await read_details(tx, await _get_ebook(tx, ebook))

    @write_transaction
    async def edit_ebook(self, tx: WriteTransaction, ebook: str, changes: EbookChanges, by: Actor) -> Ebook:
        """The book with these changes; returns it as it is afterwards.

        Raises:
            NotFoundError: there is no such book, or it is removed.
            InputError: a value cannot be stored.
        """
        stored = await _get_ebook(tx, ebook)
        values = changes.validate(len(await tx.chapters.list_headers(stored.id)))
        values = {name: value for name, value in values.items() if getattr(stored, name) != value}
        if not values:
            return stored
        await tx.ebooks.update(stored.id, values)
        tx.report(EBOOK_EDITED, {"ebook_id": stored.id, "changes": values}, actor=by, ebook_id=stored.id)
        return replace(stored, **values)

    @write_transaction
    async def remove_ebook(self, tx: WriteTransaction, ebook: str, by: Actor) -> Ebook:
        """The book is removed with its chapters and its series bible; its scripts stay.

        Raises:
            NotFoundError: there is no such book, or it is removed already.
            StateError: a chapter of it is being written, or a batch has not ended.
        """
        stored = await _get_ebook(tx, ebook)
        await tx.runs.lock_book(stored.id)
        if await tx.batches.list_newest(1, ebook_id=stored.id, only_open=True):
            raise StateError(f"A batch of “{stored.title}” has not ended.", "Cancel it with `/batch cancel` first.")
        if await tx.runs.count_live(stored.id):
            raise StateError(
                f"A chapter of “{stored.title}” is being written.", "Wait until it is finished, or cancel it first."
            )
        chapters = len(await tx.chapters.list_headers(stored.id))
        await tx.ebooks.remove(stored.id)
        data = {"ebook_id": stored.id, "title": stored.title, "chapters": chapters}
        tx.report(EBOOK_REMOVED, data, actor=by, ebook_id=stored.id)
        return replace(stored, removed_at=tx.now)

    @read_transaction
    async def search_chapters(self, tx: ReadTransaction, ebook: str, text: str, limit: int) -> list[tuple[int, str]]:
        """Numbers and labels (``12 · The Lantern``) of chapters whose number or title begins with, or has, the typed words.

        Chapters whose number is typed come first. Without a text they are all of the book's; an unknown book has none.
        """
        stored = await tx.ebooks.find(ebook) if ebook else None
        if stored is None:
            return []
        words = text.casefold().split()
        found = []
        for chapter in await tx.chapters.list_headers(stored.id):
            number, title = str(chapter.number), chapter.title.casefold()
            if all(word in title or number.startswith(word) for word in words):
                found.append((number != text.strip(), chapter))
        found.sort(key=lambda pair: pair[0])
        return [(chapter.number, f"{chapter.number} · {chapter.title}") for _, chapter in found[:limit]]

    def _plan(self, book: ParsedBook, title: str) -> ImportPlan:
        return plan_import(book, title, max_chapter_chars=self.max_chapter_chars).count_words()

    @read_transaction
    async def _find_existing(
        self, tx: ReadTransaction, plan: ImportPlan, digest: str
    ) -> tuple[Ebook | None, list[ChapterHeader]]:
        existing = await find_existing(tx, plan, digest)
        return existing, await tx.chapters.list_headers(existing.id) if existing else []

    @read_transaction
    async def _read_book(self, tx: ReadTransaction, opened: OpenImport) -> StoredBook:
        return await read_book(tx, opened)

    @write_transaction
    async def _store(
        self,
        tx: WriteTransaction,
        opened: OpenImport,
        book: StoredBook,
        changes: tuple[ChapterChange, ...],
        by: Actor,
        *,
        drop_missing: bool,
    ) -> AddedBook:
        plan, is_new = opened.plan, book.ebook is None
        member_id = await tx.members.remember(by)
        before = book.ebook or await add_ebook(tx, opened)
        await tx.runs.lock_book(before.id)
        if tuple(await tx.chapters.list_headers(before.id)) != book.chapters:
            raise StateError(
                "The book's chapters were changed in the meantime.", "Look at the changes again, then confirm."
            )
        values = merge_fields(before, opened) | {"rights_confirmed_by": member_id, "rights_confirmed_at": tx.now}
        await tx.ebooks.update(before.id, values)
        dropped = await store_chapters(tx, before.id, plan, changes, drop_missing=drop_missing)
        unchanged = {change.number for change in changes if change.kind is ChangeKind.UNCHANGED}
        stored = [chapter.number for chapter in plan.chapters if chapter.number not in unchanged]
        data: dict[str, Any] = {"ebook_id": before.id, "title": before.title, "source": opened.source_name}
        data |= {"chapters": len(plan.chapters), "words": plan.words}
        if not is_new:
            data |= {"stored": stored, "removed": dropped}
        tx.report(EBOOK_ADDED if is_new else EBOOK_UPDATED, data, member_id=member_id, ebook_id=before.id)
        return AddedBook(replace(before, **values), is_new, len(stored), len(unchanged), len(dropped))


async def _get_any_ebook(tx: ReadTransaction, ebook_id: str) -> Ebook:
    ebook = await find_ebook(tx, ebook_id)
    if ebook is None:
        raise NotFoundError(f"There is no book called “{ebook_id}”.", "`/ebook list` shows the books.")
    return ebook


async def _get_ebook(tx: ReadTransaction, name: str) -> Ebook:
    ebook = await _get_any_ebook(tx, name)
    if ebook.removed_at is not None:
        raise NotFoundError(f"“{ebook.title}” was removed.", "Add its file again to bring it back.")
    return ebook
