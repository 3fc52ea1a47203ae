"""Books and their chapters."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import chapters, ebooks
from storage.upsert import insert_if_absent, insert_or_update


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


@dataclass(frozen=True, slots=True)
class Chapter:
    """The current text of one chapter; ``words`` is how many it has, ``digest`` its ``digest_text``."""

    ebook_id: str
    number: int
    title: str
    content: str
    updated_at: datetime
    words: int = 0
    digest: str = ""


def digest_text(text: str) -> str:
    """The SHA-256 of the text's UTF-8 in hexadecimal, by which two texts of a chapter are compared."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EbookStore:
    """Books by id or title, chapters by number."""

    connection: AsyncConnection
    now: datetime

    async def find(self, name: str) -> Ebook | None:
        """The book with exactly this id, else the oldest with this id or title in any case; None where there is none."""
        row = (await self.connection.execute(select(ebooks).where(ebooks.c.id == name))).mappings().first()
        if row is None:
            lowered = name.lower()
            query = select(ebooks).where(or_(func.lower(ebooks.c.id) == lowered, func.lower(ebooks.c.title) == lowered))
            oldest = query.order_by(ebooks.c.created_at).limit(1)
            row = (await self.connection.execute(oldest)).mappings().first()
        return Ebook(**row) if row else None

    async def get_or_add(self, ebook_id: str, title: str, theme: str = "") -> tuple[Ebook, bool]:
        """The book with exactly this id, and whether it is new. ``title`` and ``theme`` are for a new one alone."""
        row: dict[str, Any] = {"id": ebook_id, "title": title, "theme": theme, "link": "", "created_at": self.now}
        is_new = await insert_if_absent(self.connection, ebooks, row)
        stored = (await self.connection.execute(select(ebooks).where(ebooks.c.id == ebook_id))).mappings().one()
        return Ebook(**stored), is_new

    async def search(self, text: str, limit: int) -> Sequence[Ebook]:
        """Up to ``limit`` books whose id or title contains ``text`` in any case, newest first; any book for an empty text."""
        query = select(ebooks).order_by(ebooks.c.created_at.desc(), ebooks.c.id).limit(limit)
        if text:
            pattern = text.lower()
            query = query.where(
                or_(
                    func.lower(ebooks.c.id).contains(pattern, autoescape=True),
                    func.lower(ebooks.c.title).contains(pattern, autoescape=True),
                )
            )
        return [Ebook(**row) for row in (await self.connection.execute(query)).mappings()]

    async def get_titles(self) -> dict[str, str]:
        """Every book's title by id."""
        return {row.id: row.title for row in await self.connection.execute(select(ebooks.c.id, ebooks.c.title))}

    async def find_chapter(self, ebook_id: str, number: int) -> Chapter | None:
        """The chapter with its current text; None where it has none."""
        row = (
            (
                await self.connection.execute(
                    select(chapters).where(chapters.c.ebook_id == ebook_id, chapters.c.number == number)
                )
            )
            .mappings()
            .first()
        )
        return Chapter(**row) if row else None

    async def save_chapter(self, ebook_id: str, number: int, title: str, content: str, words: int = 0) -> None:
        """The text is the chapter's current one and replaces an earlier one. ``words`` is how many words it has."""
        values: dict[str, Any] = {"title": title, "content": content, "updated_at": self.now}
        values |= {"words": words, "digest": digest_text(content)}
        row = {"ebook_id": ebook_id, "number": number} | values
        await insert_or_update(self.connection, chapters, row, ["ebook_id", "number"], list(values))

    async def get_chapter_numbers(self, ebook_id: str | None = None) -> dict[str, set[int]]:
        """The numbers of the chapters that have a text, by book id."""
        query = select(chapters.c.ebook_id, chapters.c.number)
        if ebook_id is not None:
            query = query.where(chapters.c.ebook_id == ebook_id)
        numbers: dict[str, set[int]] = {}
        for row in await self.connection.execute(query):
            numbers.setdefault(row.ebook_id, set()).add(row.number)
        return numbers
