"""The take log: recordings of single cues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.states import TakeVerdict
from storage.tables import scripts, takes


@dataclass(frozen=True, slots=True)
class Take:
    """One recording of a cue. ``number`` counts from 1 for each cue. ``spoken_digest`` stands for what was spoken."""

    id: str
    script_id: str
    ebook_id: str
    chapter_number: int
    cue_id: str
    number: int
    verdict: TakeVerdict
    note: str
    spoken_digest: str
    member_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TakeStore:
    """Takes by script and by chapter."""

    connection: AsyncConnection
    now: datetime

    async def add(
        self,
        *,
        script_id: str,
        ebook_id: str,
        chapter_number: int,
        cue_id: str,
        number: int,
        verdict: TakeVerdict,
        note: str,
        spoken_digest: str,
        member_id: str | None,
    ) -> str:
        """Adds the take and returns its id.

        Raises:
            sqlalchemy.exc.IntegrityError: the cue has a take with this number in this script.
        """
        take_id = new_id("takes")
        row = {
            "id": take_id,
            "script_id": script_id,
            "ebook_id": ebook_id,
            "chapter_number": chapter_number,
            "cue_id": cue_id,
            "number": number,
            "verdict": verdict,
            "note": note,
            "spoken_digest": spoken_digest,
            "member_id": member_id,
            "created_at": self.now,
        }
        await self.connection.execute(takes.insert().values(row))
        return take_id

    async def next_number(self, ebook_id: str, chapter_number: int, cue_id: str) -> int:
        """The number of the cue's next take, from 1, over all versions of the chapter's script."""
        query = select(func.max(takes.c.number)).where(
            takes.c.ebook_id == ebook_id, takes.c.chapter_number == chapter_number, takes.c.cue_id == cue_id
        )
        return int((await self.connection.execute(query)).scalar() or 0) + 1

    async def list(self, ebook_id: str, chapter_number: int) -> Sequence[Take]:
        """The takes of all versions of the chapter's script, oldest first."""
        query = select(takes).where(takes.c.ebook_id == ebook_id, takes.c.chapter_number == chapter_number)
        rows = await self.connection.execute(query.order_by(takes.c.created_at, takes.c.number, takes.c.id))
        return [Take(**row) for row in rows.mappings()]

    async def set_recorded(self, script_id: str, spoken_cues: int, recorded_cues: int) -> None:
        """So many of the script's spoken cues have a good take."""
        query = scripts.update().where(scripts.c.id == script_id)
        await self.connection.execute(query.values(spoken_cues=spoken_cues, recorded_cues=recorded_cues))
