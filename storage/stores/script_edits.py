"""The history of scripts: every edit of a text, and every approval and withdrawal."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.states import EditKind, ScriptState
from storage.tables import script_edits, scripts


@dataclass(frozen=True, slots=True)
class ScriptEdit:
    """One entry of a script's history. ``number`` counts from 0, which is the text as it was written.

    ``summary`` is a sentence for people, ``undoes`` the number of the edit that this one took back. ``has_body`` is whether the
    script's text after it is kept; it is not for approvals, which change nothing.
    """

    script_id: str
    number: int
    kind: EditKind
    summary: str
    member_id: str | None
    created_at: datetime
    undoes: int | None
    has_body: bool


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """One version of a chapter's script, without its text; the fields are those of ``StoredScript``."""

    id: str
    state: ScriptState
    ebook_id: str
    chapter_number: int
    version: int
    title: str
    writer: str
    model: str
    error: str
    run_id: str | None
    member_id: str | None
    created_at: datetime
    approved_at: datetime | None
    approved_by: str | None
    parent_id: str | None
    notes: str


@dataclass(frozen=True, slots=True)
class ScriptEditStore:
    """Edits by script and number."""

    connection: AsyncConnection
    now: datetime

    async def add(
        self,
        script_id: str,
        kind: EditKind,
        summary: str,
        *,
        member_id: str | None,
        body: str | None = None,
        undoes: int | None = None,
        created_at: datetime | None = None,
    ) -> int:
        """Adds the next entry and returns its number. ``body`` is the script's JSON after it, None where it did not change."""
        last = select(func.max(script_edits.c.number)).where(script_edits.c.script_id == script_id)
        highest = (await self.connection.execute(last)).scalar()
        number = 0 if highest is None else int(highest) + 1
        row = {
            "script_id": script_id,
            "number": number,
            "kind": kind,
            "summary": summary,
            "member_id": member_id,
            "created_at": created_at or self.now,
            "undoes": undoes,
            "body": None if body is None else zlib.compress(body.encode()),
        }
        await self.connection.execute(script_edits.insert().values(row))
        return number

    async def list(self, script_id: str) -> list[ScriptEdit]:
        """The script's history, oldest first; empty where nothing has happened since it was written."""
        columns = [column for column in script_edits.c if column.name != "body"]
        query = select(*columns, script_edits.c.body.is_not(None).label("has_body"))
        rows = await self.connection.execute(
            query.where(script_edits.c.script_id == script_id).order_by(script_edits.c.number)
        )
        return [ScriptEdit(**row) for row in rows.mappings()]

    async def list_versions(self, ebook_id: str, chapter_number: int) -> Sequence[ScriptVersion]:
        """Every version of the chapter's script, the newest first."""
        query = select(*(scripts.c[field.name] for field in fields(ScriptVersion)))
        query = query.where(scripts.c.ebook_id == ebook_id, scripts.c.chapter_number == chapter_number)
        rows = await self.connection.execute(query.order_by(scripts.c.version.desc(), scripts.c.seq.desc()))
        return [ScriptVersion(**row) for row in rows.mappings()]

    async def get_body(self, script_id: str, number: int) -> str:
        """The script's JSON after the edit.

        Raises:
            KeyError: there is no such edit, or it did not change the text.
        """
        query = select(script_edits.c.body).where(
            script_edits.c.script_id == script_id, script_edits.c.number == number, script_edits.c.body.is_not(None)
        )
        body = (await self.connection.execute(query)).scalar()
        if body is None:
            raise KeyError((script_id, number))
        return zlib.decompress(body).decode()
