"""Which records were imported from files, so that none is imported twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import imports

_SOURCES_PER_QUERY: Final = 1_000
"""Well below the limit of both databases: 32,766 parameters in SQLite, 32,767 in asyncpg."""


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One imported record: its ``source`` in a file, the id it got here (``target``) and the SHA-256 of its content.

    An event has no ``target``.
    """

    source: str
    target: str
    digest: str


@dataclass(frozen=True, slots=True)
class ImportStore:
    """Import records by source. They are written in the transaction that imports the record itself."""

    connection: AsyncConnection

    async def get_by_source(self, sources: Sequence[str]) -> dict[str, ImportRecord]:
        """The import records of these sources; a source that was not imported is missing."""
        records: dict[str, ImportRecord] = {}
        for start in range(0, len(sources), _SOURCES_PER_QUERY):
            query = select(imports.c.source, imports.c.target, imports.c.digest).where(
                imports.c.source.in_(sources[start : start + _SOURCES_PER_QUERY])
            )
            for row in await self.connection.execute(query):
                records[row.source] = ImportRecord(row.source, row.target, row.digest or _digest_in(row.source))
        return records

    async def add(self, records: Iterable[ImportRecord]) -> None:
        """The records are stored.

        Raises:
            IntegrityError: a source is stored already; SQLAlchemy raises it.
        """
        rows: list[dict[str, Any]] = [
            {
                "source": record.source,
                "target": record.target,
                # Most of what is imported is identified by its digest already; twice would be a third more.
                "digest": "" if _digest_in(record.source) == record.digest else record.digest,
            }
            for record in records
        ]
        if rows:
            await self.connection.execute(imports.insert(), rows)

    async def get_sources_by_target(self, prefix: str) -> dict[str, str]:
        """The source of each target, for the sources that begin with ``prefix``."""
        query = select(imports.c.target, imports.c.source).where(imports.c.source.startswith(prefix, autoescape=True))
        return {row.target: row.source for row in await self.connection.execute(query)}


def _digest_in(source: str) -> str:
    """The digest in a source such as ``session_progress.json/<digest>/1``; empty if there is none."""
    parts = source.split("/")
    return parts[-2] if len(parts) > 2 else ""
