"""What is logged for the grant: one entry for each finished script."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import grant_logs


@dataclass(frozen=True, slots=True)
class GrantLogStore:
    """Grant logs by id and by script."""

    connection: AsyncConnection
    now: datetime

    async def add(self, document: dict[str, Any], *, ebook_id: str, script_id: str | None, counts: bool) -> str:
        """Adds a grant log and returns its id; ``counts`` is whether it is a deliverable.

        Raises:
            ValueError: the document holds a number that JSON does not have (NaN, infinity).
        """
        log_id = new_id("grant_logs")
        row = {
            "id": log_id,
            "script_id": script_id,
            "ebook_id": ebook_id,
            "document": json.dumps(document, ensure_ascii=False, allow_nan=False),
            "counts": counts,
            "created_at": self.now,
        }
        await self.connection.execute(grant_logs.insert().values(row))
        return log_id

    async def import_log(self, log_id: str, text: str, *, ebook_id: str, counts: bool, created_at: datetime) -> None:
        """Adds a grant log that was written elsewhere, with its JSON text unchanged."""
        row = {
            "id": log_id,
            "script_id": None,
            "ebook_id": ebook_id,
            "document": text,
            "counts": counts,
            "created_at": created_at,
        }
        await self.connection.execute(grant_logs.insert().values(row))

    async def get_many(self, ids: Sequence[str]) -> dict[str, str]:
        """The JSON texts of those of these grant logs that exist, by id."""
        query = select(grant_logs.c.id, grant_logs.c.document).where(grant_logs.c.id.in_(ids))
        return {row.id: row.document for row in await self.connection.execute(query)}

    async def stream(self) -> AsyncIterator[tuple[str, str]]:
        """Id and JSON text of every grant log, oldest first, some in memory at a time."""
        query = select(grant_logs.c.id, grant_logs.c.document).order_by(grant_logs.c.created_at, grant_logs.c.id)
        async with self.connection.stream(query.execution_options(yield_per=500)) as rows:
            async for row in rows:
                yield row.id, row.document

    async def get_of_script(self, script_id: str) -> tuple[str, dict[str, Any]]:
        """Id and document of the script's grant log.

        Raises:
            KeyError: the script has none.
        """
        query = select(grant_logs.c.id, grant_logs.c.document).where(grant_logs.c.script_id == script_id)
        row = (await self.connection.execute(query)).first()
        if row is None:
            raise KeyError(script_id)
        return row.id, dict(json.loads(row.document))
