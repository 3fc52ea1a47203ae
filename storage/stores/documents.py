"""Documents that callers of the façade put into collections of their own."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import documents


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """JSON documents by collection."""

    connection: AsyncConnection
    now: datetime

    async def add(self, collection: str, document: dict[str, Any]) -> str:
        """The new document's id."""
        document_id = new_id(collection)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        row = {"id": document_id, "collection": collection, "document": text, "created_at": self.now}
        await self.connection.execute(documents.insert().values(row))
        return document_id

    async def keep(self, document_id: str, collection: str, text: str, created_at: datetime) -> None:
        """Keeps a document that was written elsewhere, as the very JSON text it came as."""
        row = {"id": document_id, "collection": collection, "document": text, "created_at": created_at}
        await self.connection.execute(documents.insert().values(row))

    async def taken(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids a document has already, in whatever collection."""
        return set((await self.connection.execute(select(documents.c.id).where(documents.c.id.in_(ids)))).scalars())

    async def some(self, ids: Sequence[str], collection: str) -> list[tuple[str, str, datetime]]:
        """Id, JSON text and moment of those of these documents that are in the collection."""
        query = select(documents.c.id, documents.c.document, documents.c.created_at).where(
            documents.c.id.in_(ids), documents.c.collection == collection
        )
        return [(row.id, row.document, row.created_at) for row in await self.connection.execute(query)]

    async def stream(self, collection: str) -> AsyncIterator[tuple[str, str, datetime]]:
        """Id, JSON text and moment of the collection's documents in the order they came, without holding them all."""
        query = (
            select(documents.c.id, documents.c.document, documents.c.created_at)
            .where(documents.c.collection == collection)
            .order_by(documents.c.created_at, documents.c.id)
            .execution_options(yield_per=100)
        )
        async with self.connection.stream(query) as rows:
            async for row in rows:
                yield row.id, row.document, row.created_at

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """The document, or None."""
        text = (
            await self.connection.execute(select(documents.c.document).where(documents.c.id == document_id))
        ).scalar()
        return None if text is None else dict(json.loads(text))
