"""Draft scripts: the only ones whose text can still change."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.states import ScriptState
from storage.stores.scripts import StoredScript
from storage.stores.text_search import TextSearch
from storage.tables import scripts


@dataclass(frozen=True, slots=True)
class DraftStore:
    """Scripts that are not approved."""

    connection: AsyncConnection

    async def list(self, ebook_id: str) -> list[StoredScript]:
        """The book's draft scripts, oldest first."""
        query = select(scripts).where(scripts.c.ebook_id == ebook_id, scripts.c.state == ScriptState.DRAFT)
        rows = await self.connection.execute(query.order_by(scripts.c.seq))
        return [StoredScript(**row) for row in rows.mappings()]

    async def change(
        self, script_id: str, body: str, *, seconds: int, spoken_cues: int, coverage: str | None = None
    ) -> None:
        """The draft script has this body; ``seconds`` and ``spoken_cues`` are the body's.

        Without a ``coverage`` the known one stays.

        Raises:
            StaleStateError: it is approved or released.
        """
        query = scripts.update().where(scripts.c.id == script_id, scripts.c.state == ScriptState.DRAFT)
        values: dict[str, object] = {"body": body, "seconds": seconds, "spoken_cues": spoken_cues}
        if coverage is not None:
            values["coverage"] = coverage
        changed = query.values(values).returning(scripts.c.ebook_id, scripts.c.chapter_number, scripts.c.title)
        row = (await self.connection.execute(changed)).first()
        if row is None:
            raise StaleStateError(f"script {script_id} is no longer a draft")
        await TextSearch(self.connection).index_script(script_id, row.ebook_id, row.chapter_number, row.title, body)
