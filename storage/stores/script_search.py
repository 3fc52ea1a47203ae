"""Finds scripts by what people remember of them."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.states import ScriptState
from storage.tables import ebooks, scripts


@dataclass(frozen=True, slots=True)
class FoundScript:
    """What identifies a script for a person."""

    id: str
    title: str
    ebook_title: str
    chapter_number: int
    version: int
    state: ScriptState


@dataclass(frozen=True, slots=True)
class ScriptSearch:
    """Scripts by title, book or id."""

    connection: AsyncConnection

    async def find(self, text: str, limit: int) -> list[FoundScript]:
        """The newest scripts whose title, book's title or id, or own id contains ``text`` in any case."""
        columns = (scripts.c.title, ebooks.c.title, scripts.c.ebook_id, scripts.c.id)
        pattern = text.lower()
        matches = or_(*(func.lower(column).contains(pattern, autoescape=True) for column in columns))
        query = (
            select(
                scripts.c.id,
                scripts.c.title,
                ebooks.c.title.label("ebook_title"),
                scripts.c.chapter_number,
                scripts.c.version,
                scripts.c.state,
            )
            .join(ebooks, ebooks.c.id == scripts.c.ebook_id)
            .order_by(scripts.c.seq.desc())
            .limit(limit)
        )
        rows = await self.connection.execute(query.where(matches) if text else query)
        return [FoundScript(**row) for row in rows.mappings()]
