"""Documents that callers of the façade put into collections of their own."""

import json
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

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """The document, or None."""
        text = (
            await self.connection.execute(select(documents.c.document).where(documents.c.id == document_id))
        ).scalar()
        return None if text is None else dict(json.loads(text))
