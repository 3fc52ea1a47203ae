"""The current texts of chapters."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.stores.text_search import TextSearch
from storage.tables import chapters
from storage.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class ChapterHeader:
    """A chapter without its text; ``words`` is how many it has, ``digest`` the ``digest_text`` of its text."""

    ebook_id: str
    number: int
    title: str
    updated_at: datetime
    words: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The current text of one chapter, with the fields of ``ChapterHeader``."""

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


def differ(digest: str, other: str) -> bool:
    """Whether two digests are of different texts; an empty one is of an unknown text, which differs from none."""
    return bool(digest and other) and digest != other


_HEADER_COLUMNS = [chapters.c[field.name] for field in fields(ChapterHeader)]


@dataclass(frozen=True, slots=True)
class ChapterStore:
    """Chapters by book and number."""

    connection: AsyncConnection
    now: datetime

    async def find(self, ebook_id: str, number: int) -> Chapter | None:
        """The chapter with its current text; None where it has none."""
        query = select(chapters).where(chapters.c.ebook_id == ebook_id, chapters.c.number == number)
        row = (await self.connection.execute(query)).mappings().first()
        return Chapter(**row) if row else None

    async def has_changed(self, ebook_id: str, number: int, digest: str) -> bool:
        """Whether the chapter has another text than the one with this digest; False where one of the two is not known."""
        query = select(chapters.c.digest).where(chapters.c.ebook_id == ebook_id, chapters.c.number == number)
        current = (await self.connection.execute(query)).scalar()
        return differ(digest, current or "")

    async def list_headers(self, ebook_id: str | None = None) -> list[ChapterHeader]:
        """The chapters of the book, or of all books, without their texts, ordered by book and number."""
        query = select(*_HEADER_COLUMNS).order_by(chapters.c.ebook_id, chapters.c.number)
        if ebook_id is not None:
            query = query.where(chapters.c.ebook_id == ebook_id)
        return [ChapterHeader(**row) for row in (await self.connection.execute(query)).mappings()]

    async def get_texts(self, ebook_id: str, numbers: Collection[int]) -> dict[int, str]:
        """The texts of these chapters of the book, by number."""
        query = select(chapters.c.number, chapters.c.content)
        query = query.where(chapters.c.ebook_id == ebook_id, chapters.c.number.in_(list(numbers)))
        return {row.number: row.content for row in await self.connection.execute(query)}

    async def save(self, ebook_id: str, number: int, title: str, content: str, words: int = 0) -> None:
        """The text is the chapter's current one and replaces an earlier one. ``words`` is how many words it has."""
        values: dict[str, Any] = {"title": title, "content": content, "updated_at": self.now}
        values |= {"words": words, "digest": digest_text(content)}
        row = {"ebook_id": ebook_id, "number": number} | values
        await insert_or_update(self.connection, chapters, row, ["ebook_id", "number"], list(values))
        await TextSearch(self.connection).index_chapter(ebook_id, number, title, content)

    async def delete(self, ebook_id: str, numbers: Collection[int]) -> None:
        """These chapters of the book have no text any more."""
        query = chapters.delete().where(chapters.c.ebook_id == ebook_id, chapters.c.number.in_(list(numbers)))
        await self.connection.execute(query)
        await TextSearch(self.connection).remove_chapters(ebook_id, numbers)

    async def get_numbers(self, ebook_id: str | None = None) -> dict[str, set[int]]:
        """The numbers of the chapters that have a text, by book id."""
        query = select(chapters.c.ebook_id, chapters.c.number)
        if ebook_id is not None:
            query = query.where(chapters.c.ebook_id == ebook_id)
        numbers: dict[str, set[int]] = {}
        for row in await self.connection.execute(query):
            numbers.setdefault(row.ebook_id, set()).add(row.number)
        return numbers
