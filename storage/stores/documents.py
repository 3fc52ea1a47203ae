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
        """Adds the document and returns its id, ``{collection}_{16 hex}``.

        Raises:
            ValueError: the document holds a number that JSON does not have (NaN, infinity).
        """
        document_id = new_id(collection)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        row = {"id": document_id, "collection": collection, "document": text, "created_at": self.now}
        await self.connection.execute(documents.insert().values(row))
        return document_id

    async def import_document(self, document_id: str, collection: str, text: str, created_at: datetime) -> None:
        """Adds a document that was written elsewhere, with its JSON text unchanged."""
        row = {"id": document_id, "collection": collection, "document": text, "created_at": created_at}
        await self.connection.execute(documents.insert().values(row))

    async def find_existing_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that belong to a document, in any collection."""
        return set((await self.connection.execute(select(documents.c.id).where(documents.c.id.in_(ids)))).scalars())

    async def get_in_collection(self, ids: Sequence[str], collection: str) -> list[tuple[str, str, datetime]]:
        """Id, JSON text and time of creation of those of these documents that are in the collection."""
        query = select(documents.c.id, documents.c.document, documents.c.created_at).where(
            documents.c.id.in_(ids), documents.c.collection == collection
        )
        return [(row.id, row.document, row.created_at) for row in await self.connection.execute(query)]

    async def stream(self, collection: str) -> AsyncIterator[tuple[str, str, datetime]]:
        """Id, JSON text and time of creation of the collection's documents, oldest first, some in memory at a time."""
        query = (
            select(documents.c.id, documents.c.document, documents.c.created_at)
            .where(documents.c.collection == collection)
            .order_by(documents.c.created_at, documents.c.id)
            .execution_options(yield_per=100)
        )
        async with self.connection.stream(query) as rows:
            async for row in rows:
                yield row.id, row.document, row.created_at

    async def find(self, document_id: str) -> dict[str, Any] | None:
        """The document; None where there is none."""
        text = (
            await self.connection.execute(select(documents.c.document).where(documents.c.id == document_id))
        ).scalar()
        return None if text is None else dict(json.loads(text))
