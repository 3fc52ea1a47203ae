"""How an import is stored: which book it belongs to, what it changes there, and the writing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.changed_sources import mark_cards_outdated
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange, compare_chapters, find_unmatched
from bot.ebooks.ebook_fields import make_ebook_id
from bot.ebooks.open_imports import OpenImport
from bot.errors import StateError
from storage import ReadTransaction, WriteTransaction
from storage.stores.chapters import ChapterHeader
from storage.stores.ebooks import Ebook


@dataclass(frozen=True, slots=True)
class StoredBook:
    """The book that an import updates, None for a new one, and the texts of the chapters that the plan does not have."""

    ebook: Ebook | None
    chapters: tuple[ChapterHeader, ...]
    texts: Mapping[int, str]

    def compare(self, plan: ImportPlan) -> tuple[ChapterChange, ...]:
        """What the plan would change; nothing for a new book. It takes long where texts have to be compared."""
        return compare_chapters(plan, self.chapters, self.texts) if self.ebook else ()


async def find_existing(tx: ReadTransaction, plan: ImportPlan, digest: str) -> Ebook | None:
    """The book that was imported from the same file, or has the plan's title as its id, or has the same title and author."""
    same_file = await tx.ebooks.find_by_source(digest)
    if same_file is not None:
        return same_file
    named = await tx.ebooks.find(plan.title)
    if named is not None and (named.id == plan.title or _is_same_author(named.author, plan.author)):
        return named
    return None


async def read_book(tx: ReadTransaction, opened: OpenImport) -> StoredBook:
    """What the import is compared with."""
    if not opened.ebook_id:
        return StoredBook(None, (), {})
    headers = await tx.chapters.list_headers(opened.ebook_id)
    texts = await tx.chapters.get_texts(opened.ebook_id, find_unmatched(opened.plan, headers))
    return StoredBook(await tx.ebooks.find(opened.ebook_id), tuple(headers), texts)


async def add_ebook(tx: WriteTransaction, opened: OpenImport) -> Ebook:
    """Adds the book without chapters."""
    same = await tx.ebooks.find_by_source(opened.source_digest)
    if same is not None:
        raise StateError(f"This file was added in the meantime as “{same.title}”.", "Add it again to update that book.")
    taken = {ebook_id.lower() for ebook_id in await tx.ebooks.get_titles()}
    while True:
        ebook_id = make_ebook_id(opened.plan.title, taken)
        ebook, is_new = await tx.ebooks.get_or_add(ebook_id, opened.plan.title, opened.theme)
        if is_new:
            return ebook
        taken.add(ebook_id)  # another process has taken it since


async def store_chapters(
    tx: WriteTransaction, ebook_id: str, plan: ImportPlan, changes: tuple[ChapterChange, ...], *, drop_missing: bool
) -> list[int]:
    """Stores what is new or changed; returns the numbers of the chapters that were dropped."""
    dropped = [change.number for change in changes if drop_missing and change.kind is ChangeKind.MISSING]
    moved = [change.previous_number for change in changes if change.previous_number is not None]
    await tx.chapters.delete(ebook_id, [*dropped, *moved])
    unchanged = {change.number for change in changes if change.kind is ChangeKind.UNCHANGED}
    stored = [chapter for chapter in plan.chapters if chapter.number not in unchanged]
    for chapter in stored:
        await tx.chapters.save(ebook_id, chapter.number, chapter.title, chapter.text, chapter.words)
    await mark_cards_outdated(tx, ebook_id, [chapter.number for chapter in stored])
    return dropped


def merge_fields(before: Ebook, opened: OpenImport) -> dict[str, Any]:
    """The book's fields after the import: what the team has said stays, except for a theme that was typed now."""
    return {
        "author": before.author or opened.plan.author,
        "language": before.language or opened.plan.language,
        "theme": opened.theme or before.theme,
        "source_name": opened.source_name,
        "source_digest": opened.source_digest,
        "removed_at": None,
    }


def _is_same_author(one: str, other: str) -> bool:
    return not one or not other or one.casefold() == other.casefold()
