"""Finished scripts."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import ScriptState
from storage.stores.text_search import TextSearch
from storage.tables import scripts


@dataclass(frozen=True, slots=True)
class StoredScript:
    """A row of the table ``scripts``.

    ``seq`` orders scripts by their creation. ``body`` is the script's JSON, ``coverage`` the JSON of a ``Coverage`` or empty.
    ``error`` is the sentence that says why the script is a template, empty for others. ``seconds`` is the estimated running
    time, ``cost_micros`` the cost in micro-dollars (None: unknown). ``source_digest`` is the ``digest_text`` of the chapter
    that the script was written from, empty where it is not known. ``parent_id`` is the version that this one was made from, and
    ``notes`` what was to be different. ``recorded_cues`` of the ``spoken_cues`` have a good take.
    """

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
    approved_by: str | None
    released_at: datetime | None
    source_digest: str = ""
    parent_id: str | None = None
    notes: str = ""
    spoken_cues: int = 0
    recorded_cues: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScript:
    """A script to add; the fields are those of ``StoredScript``. Without an ``id`` or a ``created_at`` it gets new ones."""

    ebook_id: str
    chapter_number: int
    version: int
    title: str
    theme: str
    writer: str
    body: str
    hook: str = ""
    model: str = ""
    error: str = ""
    coverage: str = ""
    tokens: int = 0
    cost_micros: int | None = None
    seconds: int = 0
    run_id: str | None = None
    member_id: str | None = None
    link: str = ""
    source_digest: str = ""
    parent_id: str | None = None
    notes: str = ""
    spoken_cues: int = 0
    recorded_cues: int = 0
    state: ScriptState = ScriptState.DRAFT
    id: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChapterProgress:
    """How far one chapter is: the row of its script in the furthest state, the newest of several.

    ``spoken_cues`` is 0 for a script from before takes were logged, of which no take was logged since.
    """

    ebook_id: str
    chapter_number: int
    title: str
    state: ScriptState
    link: str
    created_at: datetime
    released_at: datetime | None
    spoken_cues: int
    recorded_cues: int


@dataclass(frozen=True, slots=True)
class NewestScript:
    """The newest version of a chapter's script, without its text; the fields are those of ``StoredScript``."""

    id: str
    chapter_number: int
    version: int
    title: str
    state: ScriptState
    run_id: str | None
    source_digest: str
    error: str


@dataclass(frozen=True, slots=True)
class ChapterMilestones:
    """When a chapter was first drafted, approved and released."""

    ebook_id: str
    chapter_number: int
    drafted_at: datetime
    approved_at: datetime | None
    released_at: datetime | None


_STATE_ORDER = {ScriptState.DRAFT: 0, ScriptState.APPROVED: 1, ScriptState.RELEASED: 2}


@dataclass(frozen=True, slots=True)
class ScriptStore:
    """Scripts by id, by chapter and by state."""

    connection: AsyncConnection
    now: datetime

    async def add(self, script: NewScript) -> str:
        """Adds the script and returns its id.

        Raises:
            sqlalchemy.exc.IntegrityError: the id or the chapter's version is taken, or there is no such book.
        """
        script_id = script.id or new_id("audio_scripts")
        row = asdict(script) | {"id": script_id, "created_at": script.created_at or self.now}
        await self.connection.execute(scripts.insert().values(row))
        index = TextSearch(self.connection)
        await index.index_script(script_id, script.ebook_id, script.chapter_number, script.title, script.body)
        return script_id

    async def find_existing_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that belong to a script."""
        return set((await self.connection.execute(select(scripts.c.id).where(scripts.c.id.in_(ids)))).scalars())

    async def stream(self) -> AsyncIterator[StoredScript]:
        """Every script, oldest first, a few in memory at a time."""
        query = select(scripts).order_by(scripts.c.seq).execution_options(yield_per=50)
        async with self.connection.stream(query) as rows:
            async for row in rows.mappings():
                yield StoredScript(**row)

    async def has_full_script(self, ebook_id: str, chapter_number: int) -> bool:
        """Whether the chapter has a script that is not a template."""
        query = select(scripts.c.seq).where(
            scripts.c.ebook_id == ebook_id, scripts.c.chapter_number == chapter_number, scripts.c.error == ""
        )
        return (await self.connection.execute(query.limit(1))).first() is not None

    async def get(self, script_id: str) -> StoredScript:
        """The script.

        Raises:
            KeyError: there is no such script.
        """
        row = (await self.connection.execute(select(scripts).where(scripts.c.id == script_id))).mappings().first()
        if row is None:
            raise KeyError(script_id)
        return StoredScript(**row)

    async def get_chapter_numbers(self, script_ids: Sequence[str]) -> dict[str, int]:
        """The chapters of these scripts, by script id; unknown ids are missing from the result."""
        query = select(scripts.c.id, scripts.c.chapter_number).where(scripts.c.id.in_(script_ids))
        return {row.id: row.chapter_number for row in await self.connection.execute(query)}

    async def approve(self, script_id: str, member_id: str | None = None) -> None:
        """``draft → approved`` by this member.

        Raises:
            StaleStateError: the script is not a draft.
        """
        values = {"state": ScriptState.APPROVED, "approved_at": self.now, "approved_by": member_id}
        await self._change_state(script_id, scripts.c.state == ScriptState.DRAFT, values)

    async def withdraw(self, script_id: str) -> None:
        """``approved → draft``: the approval is taken back.

        Raises:
            StaleStateError: the script is not approved, or is released already.
        """
        values = {"state": ScriptState.DRAFT, "approved_at": None, "approved_by": None}
        await self._change_state(script_id, scripts.c.state == ScriptState.APPROVED, values)

    async def release(self, script_id: str, link: str) -> None:
        """``approved → released``; ``link`` is where the episode can be heard or read, or empty.

        Raises:
            StaleStateError: the script is not approved.
        """
        values = {"state": ScriptState.RELEASED, "released_at": self.now, "link": link}
        await self._change_state(script_id, scripts.c.state == ScriptState.APPROVED, values)

    async def cancel_release(self, script_id: str) -> bool:
        """``released → approved``: its announcement was called off before anybody had it. False where it is not released."""
        released = scripts.c.state == ScriptState.RELEASED
        query = scripts.update().where(scripts.c.id == script_id, released)
        values = {"state": ScriptState.APPROVED, "released_at": None}
        return (await self.connection.execute(query.values(values))).rowcount == 1

    async def list_chapter_progress(self, ebook_id: str | None = None) -> list[ChapterProgress]:
        """Every chapter that has a script, ordered by book and number."""
        rank = case(
            {state.value: number for state, number in _STATE_ORDER.items()}, value=cast(scripts.c.state, String)
        )
        position = func.row_number().over(
            partition_by=(scripts.c.ebook_id, scripts.c.chapter_number),
            order_by=(rank.desc(), scripts.c.version.desc()),
        )
        columns = [scripts.c[field.name] for field in fields(ChapterProgress)]
        ranked = select(*columns, position.label("position"))
        if ebook_id is not None:
            ranked = ranked.where(scripts.c.ebook_id == ebook_id)
        best = ranked.subquery()
        query = select(*(best.c[column.name] for column in columns)).where(best.c.position == 1)
        rows = await self.connection.execute(query.order_by(best.c.ebook_id, best.c.chapter_number))
        return [ChapterProgress(**row) for row in rows.mappings()]

    async def list_newest(
        self, ebook_id: str, *, approved_first: bool = False, among: Collection[str] | None = None
    ) -> list[NewestScript]:
        """The newest script of each chapter; ``approved_first``: the newest that is no draft, where there is one.

        ``among`` are the ids of the scripts to choose from, None for all.
        """
        order = [scripts.c.state == ScriptState.DRAFT] if approved_first else []
        order += [scripts.c.version.desc(), scripts.c.seq.desc()]
        position = func.row_number().over(partition_by=scripts.c.chapter_number, order_by=order).label("position")
        names = [field.name for field in fields(NewestScript)]
        found = select(*(scripts.c[name] for name in names), position).where(scripts.c.ebook_id == ebook_id)
        best = (found if among is None else found.where(scripts.c.id.in_(list(among)))).subquery()
        query = select(*(best.c[name] for name in names)).where(best.c.position == 1).order_by(best.c.chapter_number)
        return [NewestScript(**row) for row in (await self.connection.execute(query)).mappings()]

    async def count_by_writer(
        self,
        *,
        since: datetime | None = None,
        ebook_id: str | None = None,
        member_id: str | None = None,
        model: str | None = None,
    ) -> dict[str, int]:
        """How many scripts each kind of writer has written, those with none left out.

        ``since`` is a time of creation; ``member_id`` is whoever requested the script; ``model`` is the name of the model.
        """
        clauses: list[ColumnElement[bool]] = [true()]
        if since is not None:
            clauses.append(scripts.c.created_at >= since)
        if ebook_id is not None:
            clauses.append(scripts.c.ebook_id == ebook_id)
        if member_id is not None:
            clauses.append(scripts.c.member_id == member_id)
        if model is not None:
            clauses.append(scripts.c.model == model)
        query = select(scripts.c.writer, func.count()).where(and_(*clauses)).group_by(scripts.c.writer)
        return {row[0]: row[1] for row in await self.connection.execute(query)}

    async def list_milestones(
        self, ebook_id: str | None = None, member_id: str | None = None
    ) -> list[ChapterMilestones]:
        """The milestones of every chapter that has a script; with ``member_id``, of scripts that the member requested."""
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

    async def _change_state(self, script_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        query = scripts.update().where(scripts.c.id == script_id, condition).values(values)
        if (await self.connection.execute(query)).rowcount != 1:
            raise StaleStateError(f"script {script_id} is no longer in the state for this")
