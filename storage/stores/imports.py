"""What has been taken over from files, so that nothing is taken over twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import imports

_MANY = 1_000  # well under both databases' limit of parameters


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One thing that was taken over: where from, what it became, and the SHA-256 of what it was."""

    source: str
    target: str
    digest: str


@dataclass(frozen=True, slots=True)
class ImportStore:
    """Marks by source. They are written in the transaction that takes the thing over."""

    connection: AsyncConnection
    now: datetime

    async def known(self, sources: Sequence[str]) -> dict[str, ImportRecord]:
        """The marks of those sources that have one."""
        found: dict[str, ImportRecord] = {}
        for at in range(0, len(sources), _MANY):
            query = select(imports.c.source, imports.c.target, imports.c.digest).where(
                imports.c.source.in_(sources[at : at + _MANY])
            )
            for row in await self.connection.execute(query):
                found[row.source] = ImportRecord(row.source, row.target, row.digest)
        return found

    async def add(self, marks: Iterable[ImportRecord]) -> None:
        """Keeps the marks; a source that has one already is an error of the database."""
        rows: list[dict[str, Any]] = [
            {"source": mark.source, "target": mark.target, "digest": mark.digest, "imported_at": self.now}
            for mark in marks
        ]
        if rows:
            await self.connection.execute(imports.insert(), rows)

    async def sources(self, beginning: str) -> dict[str, str]:
        """Where each target came from, for sources with this beginning."""
        query = select(imports.c.target, imports.c.source).where(
            imports.c.source.startswith(beginning, autoescape=True)
        )
        return {row.target: row.source for row in await self.connection.execute(query)}
