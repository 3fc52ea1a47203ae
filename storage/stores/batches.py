"""Batches: many chapters of one book, one run each."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import BatchPace, BatchState, ChapterOrder, RunState
from storage.tables import batches, charges, runs, scripts


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch. ``note`` is why it is paused or waits, ``waits_until`` when it goes on by itself.

    ``cap_micros`` is the most that it may cost in micro-dollars, None where only the month's budget counts. ``lost_requests``
    were under way when a process ended, and are paid for again. ``overnight_job`` (JSON) is what Gemini has of a batch that is
    written overnight, empty where it has nothing.
    """

    id: str
    state: BatchState
    ebook_id: str
    member_id: str | None
    guild_id: int | None
    channel_id: int | None
    card_id: int | None
    card_state: str
    chapter_order: ChapterOrder
    pace: BatchPace
    cap_micros: int | None
    note: str
    waits_until: datetime | None
    lost_requests: int
    created_at: datetime
    finished_at: datetime | None
    overnight_job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What is known of a batch before it exists; the fields are those of ``Batch``."""

    ebook_id: str
    member_id: str | None
    guild_id: int | None
    channel_id: int | None
    chapter_order: ChapterOrder
    pace: BatchPace
    cap_micros: int | None = None


@dataclass(frozen=True, slots=True)
class BatchChapter:
    """One chapter of a batch: its newest run in it, and that run's script.

    ``error`` is why the script is a template, empty for others; ``note`` why the run is interrupted. ``cost_micros`` is
    what all runs of the chapter in the batch have cost at most.
    """

    run_id: str
    chapter_number: int
    state: RunState
    note: str
    script_id: str | None
    error: str
    title: str
    cost_micros: int
    started_at: datetime | None
    finished_at: datetime | None


_ENDED: Final = (BatchState.DONE, BatchState.CANCELLED)
_OPEN: Final = (BatchState.RUNNING, BatchState.PAUSED)
_CHAPTER_COLUMNS: Final = (
    "run_id",
    "chapter_number",
    "state",
    "note",
    "script_id",
    "cost_micros",
    "started_at",
    "finished_at",
)


@dataclass(frozen=True, slots=True)
class BatchStore:
    """Batches by state; every transition checks the state it starts from."""

    connection: AsyncConnection
    now: datetime

    async def add(self, new: NewBatch) -> Batch:
        """A batch that runs. Its runs are added by whoever calls this, with its id."""
        batch_id = new_id("batches")
        row = {"id": batch_id, "state": BatchState.RUNNING, "created_at": self.now, **asdict(new)}
        await self.connection.execute(batches.insert().values(row))
        return await self.get(batch_id)

    async def get(self, batch_id: str) -> Batch:
        """The batch.

        Raises:
            KeyError: there is no such batch.
        """
        row = (await self.connection.execute(select(batches).where(batches.c.id == batch_id))).mappings().first()
        if row is None:
            raise KeyError(batch_id)
        return Batch(**row)

    async def list_newest(self, limit: int, *, ebook_id: str | None = None, only_open: bool = False) -> Sequence[Batch]:
        """At most ``limit`` batches, newest first; ``only_open`` are those that run or are paused."""
        query = select(batches).order_by(batches.c.created_at.desc(), batches.c.id.desc()).limit(limit)
        if ebook_id is not None:
            query = query.where(batches.c.ebook_id == ebook_id)
        if only_open:
            query = query.where(batches.c.state.in_(_OPEN))
        return [Batch(**row) for row in (await self.connection.execute(query)).mappings()]

    async def list_running(self) -> Sequence[Batch]:
        """The batches that run, oldest first."""
        query = select(batches).where(batches.c.state == BatchState.RUNNING).order_by(batches.c.created_at)
        return [Batch(**row) for row in (await self.connection.execute(query)).mappings()]

    async def pause(self, batch_id: str, note: str) -> None:
        """``running → paused``.

        Raises:
            StaleStateError: it is not running.
        """
        await self._change_state(
            batch_id,
            batches.c.state == BatchState.RUNNING,
            {"state": BatchState.PAUSED, "note": note, "waits_until": None},
        )

    async def resume(self, batch_id: str) -> None:
        """``paused → running``, without a note.

        Raises:
            StaleStateError: it is not paused.
        """
        values = {"state": BatchState.RUNNING, "note": "", "waits_until": None}
        await self._change_state(batch_id, batches.c.state == BatchState.PAUSED, values)

    async def reopen(self, batch_id: str) -> None:
        """``done → running``: some of its chapters are to be written again.

        Raises:
            StaleStateError: it is not done.
        """
        values = {"state": BatchState.RUNNING, "note": "", "waits_until": None, "finished_at": None}
        await self._change_state(batch_id, batches.c.state == BatchState.DONE, values)

    async def cancel(self, batch_id: str) -> None:
        """``running | paused → cancelled``.

        Raises:
            StaleStateError: it has ended.
        """
        values = {"state": BatchState.CANCELLED, "note": "", "waits_until": None, "finished_at": self.now}
        await self._change_state(batch_id, batches.c.state.in_(_OPEN), values)

    async def finish(self, batch_id: str) -> None:
        """``running → done``.

        Raises:
            StaleStateError: it is not running.
        """
        values = {"state": BatchState.DONE, "note": "", "waits_until": None, "finished_at": self.now}
        await self._change_state(batch_id, batches.c.state == BatchState.RUNNING, values)

    async def wait_until(self, batch_id: str, until: datetime | None, note: str) -> None:
        """A running batch claims nothing until then; ``note`` says why. Nothing happens to one that does not run."""
        query = batches.update().where(batches.c.id == batch_id, batches.c.state == BatchState.RUNNING)
        await self.connection.execute(query.values(waits_until=until, note=note))

    async def list_overnight(self) -> Sequence[Batch]:
        """The batches that are written overnight and run, and those that have ended and still have a job."""
        open_job = and_(batches.c.state.in_(_ENDED), batches.c.overnight_job != "")
        query = select(batches).where(
            batches.c.pace == BatchPace.OVERNIGHT, or_(batches.c.state == BatchState.RUNNING, open_job)
        )
        rows = await self.connection.execute(query.order_by(batches.c.created_at, batches.c.id))
        return [Batch(**row) for row in rows.mappings()]

    async def change_overnight_job(self, batch_id: str, old: str, new: str) -> None:
        """The batch's job is ``new`` instead of ``old``.

        Raises:
            StaleStateError: its job is another one.
        """
        await self._change_state(batch_id, batches.c.overnight_job == old, {"overnight_job": new})

    async def add_lost_requests(self, counts: dict[str, int], pace: BatchPace = BatchPace.NOW) -> None:
        """So many requests of each batch with this pace were under way when a process ended."""
        for batch_id, count in sorted(counts.items()):
            query = batches.update().where(batches.c.id == batch_id, batches.c.pace == pace)
            await self.connection.execute(query.values(lost_requests=batches.c.lost_requests + count))

    async def set_card(self, batch_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Where the batch is shown; None where it cannot be."""
        query = batches.update().where(batches.c.id == batch_id)
        await self.connection.execute(query.values(channel_id=channel_id, card_id=card_id))

    async def set_card_state(self, batch_id: str, state: BatchState | None) -> None:
        """Records which state the card shows; None where that is not known."""
        query = batches.update().where(batches.c.id == batch_id, batches.c.card_state != (state or ""))
        await self.connection.execute(query.values(card_state=state or ""))

    async def list_shown_wrong(self, limit: int) -> Sequence[Batch]:
        """At most ``limit`` batches whose card does not show their state, newest first."""
        query = select(batches).where(
            batches.c.channel_id.is_not(None), batches.c.card_state != cast(batches.c.state, String)
        )
        rows = await self.connection.execute(query.order_by(batches.c.created_at.desc()).limit(limit))
        return [Batch(**row) for row in rows.mappings()]

    async def find_next_start(self) -> datetime | None:
        """When the next running batch that waits goes on; None where none waits."""
        query = select(func.min(batches.c.waits_until)).where(batches.c.state == BatchState.RUNNING)
        found: datetime | None = (await self.connection.execute(query)).scalar()
        return found

    async def list_chapters(self, batch_id: str) -> list[BatchChapter]:
        """The chapters of the batch in the book's order, each with its newest run."""
        position = func.row_number().over(
            partition_by=runs.c.chapter_number, order_by=(runs.c.created_at.desc(), runs.c.version.desc())
        )
        spent = (
            select(func.coalesce(func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros)), 0))
            .where(charges.c.run_id == runs.c.id)
            .scalar_subquery()
        )
        ranked = select(
            runs.c.id.label("run_id"),
            runs.c.chapter_number,
            runs.c.state,
            runs.c.note,
            runs.c.script_id,
            func.sum(spent).over(partition_by=runs.c.chapter_number).label("cost_micros"),
            runs.c.started_at,
            runs.c.finished_at,
            position.label("position"),
        ).where(runs.c.batch_id == batch_id)
        newest = ranked.subquery()
        query = (
            select(
                *(newest.c[name] for name in _CHAPTER_COLUMNS),
                func.coalesce(scripts.c.error, "").label("error"),
                func.coalesce(scripts.c.title, "").label("title"),
            )
            .outerjoin(scripts, scripts.c.id == newest.c.script_id)
            .where(newest.c.position == 1)
            .order_by(newest.c.chapter_number)
        )
        rows = (await self.connection.execute(query)).mappings()
        return [BatchChapter(**{**row, "cost_micros": int(row["cost_micros"])}) for row in rows]

    async def count_live_runs(self, batch_id: str) -> int:
        """How many runs of the batch wait or are being written."""
        query = select(func.count()).where(
            runs.c.batch_id == batch_id, runs.c.state.in_([RunState.READY, RunState.WRITING])
        )
        return int((await self.connection.execute(query)).scalar_one())

    async def release_runs(self, batch_id: str) -> list[str]:
        """``writing → ready`` for the runs of the batch, which keep what they have; returns their ids."""
        return await self._end_runs(batch_id, [RunState.WRITING], {"state": RunState.READY})

    async def cancel_runs(self, batch_id: str) -> list[str]:
        """``ready | writing | interrupted → cancelled`` for the runs of the batch; returns their ids."""
        live = [RunState.READY, RunState.WRITING, RunState.INTERRUPTED]
        return await self._end_runs(batch_id, live, {"state": RunState.CANCELLED, "finished_at": self.now})

    async def _end_runs(self, batch_id: str, states: Collection[RunState], values: dict[str, Any]) -> list[str]:
        query = runs.update().where(runs.c.batch_id == batch_id, runs.c.state.in_(list(states)))
        ended = query.values(lease_owner=None, lease_until=None, **values).returning(runs.c.id)
        return list((await self.connection.execute(ended)).scalars())

    async def _change_state(self, batch_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        changed = await self.connection.execute(
            batches.update().where(batches.c.id == batch_id, condition).values(values)
        )
        if changed.rowcount != 1:
            raise StaleStateError(f"batch {batch_id} is no longer in the state for this")
