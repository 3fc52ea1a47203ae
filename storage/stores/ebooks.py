"""Books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.text_search import TextSearch
from storage.tables import cast_members, chapters, ebooks, lexicon_words, synopses
from storage.upsert import insert_if_absent


@dataclass(frozen=True, slots=True)
class Ebook:
    """A book. ``id`` is the public name that people chose for it (``ebook_001``), ``title`` what they read.

    ``language`` is a BCP 47 tag or empty. ``source_name`` and ``source_digest`` are the name of the imported file and the
    SHA-256 of its bytes. A removed book keeps its scripts and has no chapters.
    """

    id: str
    title: str
    theme: str
    link: str
    created_at: datetime
    author: str = ""
    language: str = ""
    audience: str = ""
    tone: str = ""
    hook: str = ""
    source_name: str = ""
    source_digest: str = ""
    planned_chapters: int | None = None
    rights_confirmed_by: str | None = None
    rights_confirmed_at: datetime | None = None
    removed_at: datetime | None = None
    mode: str = ""
    target_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class EbookStore:
    """Books by id or title. A removed book is still found by its name, but not listed or searched."""

    connection: AsyncConnection
    now: datetime

    async def find(self, name: str) -> Ebook | None:
        """The book with exactly this id, else the oldest with this id or title in any case; None where there is none.

        A removed book is found only where there is no other.
        """
        row = (await self.connection.execute(select(ebooks).where(ebooks.c.id == name))).mappings().first()
        if row is None:
            lowered = name.lower()
            query = select(ebooks).where(or_(func.lower(ebooks.c.id) == lowered, func.lower(ebooks.c.title) == lowered))
            oldest = query.order_by(ebooks.c.removed_at.is_not(None), ebooks.c.created_at).limit(1)
            row = (await self.connection.execute(oldest)).mappings().first()
        return Ebook(**row) if row else None

    async def get_or_add(self, ebook_id: str, title: str, theme: str = "") -> tuple[Ebook, bool]:
        """The book with exactly this id, and whether it is new. ``title`` and ``theme`` are for a new one alone."""
        row: dict[str, Any] = {"id": ebook_id, "title": title, "theme": theme, "link": "", "created_at": self.now}
        is_new = await insert_if_absent(self.connection, ebooks, row)
        if is_new:
            await TextSearch(self.connection).index_ebook(ebook_id, title)
        stored = (await self.connection.execute(select(ebooks).where(ebooks.c.id == ebook_id))).mappings().one()
        return Ebook(**stored), is_new

    async def search(self, text: str, limit: int) -> Sequence[Ebook]:
        """Up to ``limit`` books whose id or title contains ``text`` in any case, newest first; any book for an empty text."""
        query = select(ebooks).where(ebooks.c.removed_at.is_(None))
        query = query.order_by(ebooks.c.created_at.desc(), ebooks.c.id).limit(limit)
        if text:
            pattern = text.lower()
            query = query.where(
                or_(
                    func.lower(ebooks.c.id).contains(pattern, autoescape=True),
                    func.lower(ebooks.c.title).contains(pattern, autoescape=True),
                )
            )
        return [Ebook(**row) for row in (await self.connection.execute(query)).mappings()]

    async def find_by_source(self, digest: str) -> Ebook | None:
        """The oldest book that was imported from a file with these bytes; None where there is none."""
        query = select(ebooks).where(ebooks.c.source_digest == digest).order_by(ebooks.c.created_at, ebooks.c.id)
        row = (await self.connection.execute(query.limit(1))).mappings().first()
        return Ebook(**row) if row else None

    async def list_all(self) -> list[Ebook]:
        """Every book that is not removed, oldest first."""
        query = select(ebooks).where(ebooks.c.removed_at.is_(None)).order_by(ebooks.c.created_at, ebooks.c.id)
        return [Ebook(**row) for row in (await self.connection.execute(query)).mappings()]

    async def update(self, ebook_id: str, values: Mapping[str, Any]) -> None:
        """Changes fields of the book; the keys are those of ``Ebook``."""
        if values:
            await self.connection.execute(ebooks.update().where(ebooks.c.id == ebook_id).values(dict(values)))
            if {"title", "removed_at"} & values.keys():
                await self._index(ebook_id)

    async def remove(self, ebook_id: str) -> None:
        """The book is removed, with its chapters and its series bible. Its scripts and runs stay."""
        for table in (chapters, cast_members, lexicon_words, synopses):
            await self.connection.execute(table.delete().where(table.c.ebook_id == ebook_id))
        await TextSearch(self.connection).remove_ebook(ebook_id)
        await self.update(ebook_id, {"removed_at": self.now})

    async def get_titles(self) -> dict[str, str]:
        """Every book's title by id, of removed books too."""
        return {row.id: row.title for row in await self.connection.execute(select(ebooks.c.id, ebooks.c.title))}

    async def _index(self, ebook_id: str) -> None:
        query = select(ebooks.c.title).where(ebooks.c.id == ebook_id, ebooks.c.removed_at.is_(None))
        title = (await self.connection.execute(query)).scalar()
        if title is not None:
            await TextSearch(self.connection).index_ebook(ebook_id, title)
