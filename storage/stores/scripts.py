"""Finished scripts and the grant's log of them."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import ScriptState
from storage.tables import grant_logs, scripts


@dataclass(frozen=True, slots=True)
class StoredScript:
    """A script as it is kept. ``body`` is its JSON, ``error`` the sentence a template script carries."""

    seq: int
    id: str
    state: ScriptState
    ebook_id: str
    chapter_number: int
    version: int
    title: str
    theme: str
    hook: str
    writer: str
    model: str
    body: str
    error: str
    coverage: str
    tokens: int
    cost_micros: int | None
    seconds: int
    run_id: str | None
    member_id: str | None
    link: str
    created_at: datetime
    approved_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChapterProgress:
    """How far one chapter is: the furthest state of any of its scripts."""

    ebook_id: str
    chapter_number: int
    title: str
    state: ScriptState
    link: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChapterMilestones:
    """When a chapter was first drafted, approved and released."""

    ebook_id: str
    chapter_number: int
    drafted_at: datetime
    approved_at: datetime | None
    released_at: datetime | None


_ORDER = {ScriptState.DRAFT: 0, ScriptState.APPROVED: 1, ScriptState.RELEASED: 2}


@dataclass(frozen=True, slots=True)
class ScriptStore:
    """Scripts by id, by chapter and by state; grant logs beside them."""

    connection: AsyncConnection
    now: datetime

    async def add(self, **values: Any) -> str:  # noqa: ANN401 - the columns of the table
        """The id of a new draft."""
        script_id = new_id("audio_scripts")
        row = {"id": script_id, "state": ScriptState.DRAFT, "created_at": self.now, **values}
        await self.connection.execute(scripts.insert().values(row))
        return str(row["id"])

    async def taken(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids a script has already."""
        return set((await self.connection.execute(select(scripts.c.id).where(scripts.c.id.in_(ids)))).scalars())

    async def stream(self) -> AsyncIterator[StoredScript]:
        """Every script, oldest first, without holding them all."""
        query = select(scripts).order_by(scripts.c.seq).execution_options(yield_per=50)
        async with self.connection.stream(query) as rows:
            async for row in rows.mappings():
                yield StoredScript(**row)

    async def fully_written(self, ebook_id: str, chapter_number: int) -> bool:
        """Whether the chapter has a script that is no template."""
        query = select(scripts.c.seq).where(
            scripts.c.ebook_id == ebook_id, scripts.c.chapter_number == chapter_number, scripts.c.error == ""
        )
        return (await self.connection.execute(query.limit(1))).first() is not None

    async def get(self, script_id: str) -> StoredScript:
        """The script; ``KeyError`` where there is none."""
        row = (await self.connection.execute(select(scripts).where(scripts.c.id == script_id))).mappings().first()
        if row is None:
            raise KeyError(script_id)
        return StoredScript(**row)

    async def approve(self, script_id: str) -> None:
        """``draft → approved``."""
        await self._move(
            script_id, scripts.c.state == ScriptState.DRAFT, {"state": ScriptState.APPROVED, "approved_at": self.now}
        )

    async def release(self, script_id: str, link: str) -> None:
        """``approved → released``."""
        values = {"state": ScriptState.RELEASED, "released_at": self.now, "link": link}
        await self._move(script_id, scripts.c.state == ScriptState.APPROVED, values)

    async def standings(self, ebook_id: str | None = None) -> list[ChapterProgress]:
        """Every chapter that has a script, by book and number."""
        rank = case({state.value: number for state, number in _ORDER.items()}, value=cast(scripts.c.state, String))
        place = func.row_number().over(
            partition_by=(scripts.c.ebook_id, scripts.c.chapter_number),
            order_by=(rank.desc(), scripts.c.version.desc()),
        )
        columns = [scripts.c[field.name] for field in fields(ChapterProgress)]
        ranked = select(*columns, place.label("place"))
        if ebook_id is not None:
            ranked = ranked.where(scripts.c.ebook_id == ebook_id)
        best = ranked.subquery()
        query = select(*(best.c[column.name] for column in columns)).where(best.c.place == 1)
        rows = await self.connection.execute(query.order_by(best.c.ebook_id, best.c.chapter_number))
        return [ChapterProgress(**row) for row in rows.mappings()]

    async def written(
        self, *, since: datetime | None = None, ebook_id: str | None = None, member_id: str | None = None
    ) -> dict[str, int]:
        """How many scripts each kind of writer has written."""
        clauses: list[ColumnElement[bool]] = [true()]
        if since is not None:
            clauses.append(scripts.c.created_at >= since)
        if ebook_id is not None:
            clauses.append(scripts.c.ebook_id == ebook_id)
        if member_id is not None:
            clauses.append(scripts.c.member_id == member_id)
        query = select(scripts.c.writer, func.count()).where(and_(*clauses)).group_by(scripts.c.writer)
        return {row[0]: row[1] for row in await self.connection.execute(query)}

    async def milestones(self, ebook_id: str | None = None, member_id: str | None = None) -> list[ChapterMilestones]:
        """Of every chapter that has a script (ordered by the member, where one is given)."""
        query = select(
            scripts.c.ebook_id,
            scripts.c.chapter_number,
            func.min(scripts.c.created_at).label("drafted_at"),
            func.min(scripts.c.approved_at).label("approved_at"),
            func.min(scripts.c.released_at).label("released_at"),
        ).group_by(scripts.c.ebook_id, scripts.c.chapter_number)
        if ebook_id is not None:
            query = query.where(scripts.c.ebook_id == ebook_id)
        if member_id is not None:
            query = query.where(scripts.c.member_id == member_id)
        return [ChapterMilestones(**row) for row in (await self.connection.execute(query)).mappings()]

    async def add_grant_log(
        self, document: dict[str, Any], *, ebook_id: str, script_id: str | None, counts: bool
    ) -> str:
        """The id of a new entry; ``counts`` says whether it is a deliverable."""
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

    async def keep_grant_log(
        self, log_id: str, text: str, *, ebook_id: str, counts: bool, created_at: datetime
    ) -> None:
        """Keeps an entry that was written elsewhere, as the very JSON text it came as."""
        row = {
            "id": log_id,
            "script_id": None,
            "ebook_id": ebook_id,
            "document": text,
            "counts": counts,
            "created_at": created_at,
        }
        await self.connection.execute(grant_logs.insert().values(row))

    async def grant_logs_by_id(self, ids: Sequence[str]) -> dict[str, str]:
        """JSON text of those of these entries that are there."""
        query = select(grant_logs.c.id, grant_logs.c.document).where(grant_logs.c.id.in_(ids))
        return {row.id: row.document for row in await self.connection.execute(query)}

    async def stream_grant_logs(self) -> AsyncIterator[tuple[str, str]]:
        """Id and JSON text of every entry, oldest first, without holding them all."""
        query = select(grant_logs.c.id, grant_logs.c.document).order_by(grant_logs.c.created_at, grant_logs.c.id)
        async with self.connection.stream(query.execution_options(yield_per=500)) as rows:
            async for row in rows:
                yield row.id, row.document

    async def grant_log(self, script_id: str) -> tuple[str, dict[str, Any]]:
        """Id and document of the script's entry; ``KeyError`` where there is none."""
        query = select(grant_logs.c.id, grant_logs.c.document).where(grant_logs.c.script_id == script_id)
        row = (await self.connection.execute(query)).first()
        if row is None:
            raise KeyError(script_id)
        return row.id, dict(json.loads(row.document))

    async def _move(self, script_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        query = scripts.update().where(scripts.c.id == script_id, condition).values(values)
        if (await self.connection.execute(query)).rowcount != 1:
            raise StaleStateError(f"script {script_id} is no longer in the state for this")
