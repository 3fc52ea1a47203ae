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

    async def get(self, take_id: str) -> Take:
        """The take.

        Raises:
            KeyError: there is no such take.
        """
        row = (await self.connection.execute(select(takes).where(takes.c.id == take_id))).mappings().first()
        if row is None:
            raise KeyError(take_id)
        return Take(**row)

    async def correct(self, take_id: str, number: int, verdict: TakeVerdict, note: str) -> None:
        """The take has this number, this verdict and this note.

        Raises:
            sqlalchemy.exc.IntegrityError: the cue has another take with this number in the same script.
        """
        query = takes.update().where(takes.c.id == take_id)
        await self.connection.execute(query.values(number=number, verdict=verdict, note=note))

    async def delete(self, take_id: str) -> None:
        """The take is gone."""
        await self.connection.execute(takes.delete().where(takes.c.id == take_id))

    async def list(self, ebook_id: str, chapter_number: int) -> Sequence[Take]:
        """The takes of all versions of the chapter's script, oldest first."""
        query = select(takes).where(takes.c.ebook_id == ebook_id, takes.c.chapter_number == chapter_number)
        rows = await self.connection.execute(query.order_by(takes.c.created_at, takes.c.number, takes.c.id))
        return [Take(**row) for row in rows.mappings()]

    async def list_texts(self, ebook_id: str, chapter_number: int) -> dict[str, str]:
        """The JSON of every version of the chapter's script, by its id."""
        query = select(scripts.c.id, scripts.c.body).where(
            scripts.c.ebook_id == ebook_id, scripts.c.chapter_number == chapter_number
        )
        return {row.id: row.body for row in await self.connection.execute(query)}

    async def list_last_times(self, ebook_id: str | None = None) -> dict[tuple[str, int], datetime]:
        """When the newest take of each chapter that has any was logged, by book and number."""
        last = func.max(takes.c.created_at).label("last")
        query = select(takes.c.ebook_id, takes.c.chapter_number, last)
        if ebook_id is not None:
            query = query.where(takes.c.ebook_id == ebook_id)
        rows = await self.connection.execute(query.group_by(takes.c.ebook_id, takes.c.chapter_number))
        return {(row.ebook_id, row.chapter_number): row.last for row in rows}

    async def set_recorded(self, script_id: str, spoken_cues: int, recorded_cues: int) -> None:
        """So many of the script's spoken cues have a good take."""
        query = scripts.update().where(scripts.c.id == script_id)
        await self.connection.execute(query.values(spoken_cues=spoken_cues, recorded_cues=recorded_cues))
