"""Books and their chapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import chapters, ebooks
from storage.upsert import add_or_change, add_unless_there


@dataclass(frozen=True, slots=True)
class Ebook:
    """A book. ``id`` is its public name as it was given, ``title`` what people read."""

    id: str
    title: str
    theme: str
    link: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Chapter:
    """The current text of one chapter."""

    ebook_id: str
    number: int
    title: str
    content: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class EbookStore:
    """Books by id or title, chapters by number."""

    connection: AsyncConnection
    now: datetime

    async def find(self, name: str) -> Ebook | None:
        """The book with this id, else with this id or title in any case."""
        exact = (await self.connection.execute(select(ebooks).where(ebooks.c.id == name))).mappings().first()
        if exact is None:
            normalized_units = name.lower()
            exact = (
                (
                    await self.connection.execute(
                        select(ebooks)
                        .where(
                            or_(
                                func.lower(ebooks.c.id) == normalized_units,
                                func.lower(ebooks.c.title) == normalized_units,
                            )
                        )
                        .order_by(ebooks.c.created_at)
                        .limit(1)
                    )
                )
                .mappings()
                .first()
            )
        return Ebook(**exact) if exact else None

    async def add(self, ebook_id: str, title: str, theme: str = "") -> tuple[Ebook, bool]:
        """The book of that id, and whether it is new."""
        row: dict[str, Any] = {"id": ebook_id, "title": title, "theme": theme, "link": "", "created_at": self.now}
        new = await add_unless_there(self.connection, ebooks, row)
        found = (await self.connection.execute(select(ebooks).where(ebooks.c.id == ebook_id))).mappings().one()
        return Ebook(**found), new

    async def matching(self, words: str, limit: int) -> Sequence[Ebook]:
        """Books whose id or title contains ``words``, newest first."""
        query = select(ebooks).order_by(ebooks.c.created_at.desc(), ebooks.c.id).limit(limit)
        if words:
            pattern = words.lower()
            query = query.where(
                or_(
                    func.lower(ebooks.c.id).contains(pattern, autoescape=True),
                    func.lower(ebooks.c.title).contains(pattern, autoescape=True),
                )
            )
        return [Ebook(**row) for row in (await self.connection.execute(query)).mappings()]

    async def titles(self) -> dict[str, str]:
        """Every book's title by id."""
        return {row.id: row.title for row in await self.connection.execute(select(ebooks.c.id, ebooks.c.title))}

    async def chapter(self, ebook_id: str, number: int) -> Chapter | None:
        """The chapter's current text, or None."""
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

    async def put_chapter(self, ebook_id: str, number: int, title: str, content: str) -> None:
        """Keeps the text as the chapter's current one."""
        values = {"title": title, "content": content, "updated_at": self.now}
        row = {"ebook_id": ebook_id, "number": number} | values
        await add_or_change(self.connection, chapters, row, ["ebook_id", "number"], list(values))

    async def chapter_numbers(self, ebook_id: str | None = None) -> dict[str, set[int]]:
        """Which chapters of each book have a text."""
        query = select(chapters.c.ebook_id, chapters.c.number)
        if ebook_id is not None:
            query = query.where(chapters.c.ebook_id == ebook_id)
        found: dict[str, set[int]] = {}
        for row in await self.connection.execute(query):
            found.setdefault(row.ebook_id, set()).add(row.number)
        return found

    async def chapters(self, ebook_id: str, limit: int) -> list[tuple[int, str]]:
        """Number and title of stored chapters, in order."""
        rows = await self.connection.execute(
            select(chapters.c.number, chapters.c.title)
            .where(chapters.c.ebook_id == ebook_id)
            .order_by(chapters.c.number)
            .limit(limit)
        )
        return [(row.number, row.title) for row in rows]
