"""Runs and what they cost. One worker at a time holds the lease of a run."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.states import BatchPace, BatchState, ChapterOrder, RunState
from storage.tables import batches, ebooks, runs, scripts
from storage.types import Utc

_CARD_WAIT: Final = timedelta(seconds=30)
"""How long a new run waits for its card to be posted before it is written without one; Discord answers in under a second."""


@dataclass(frozen=True, slots=True)
class Run:
    """One generation. ``request`` and ``progress`` are JSON texts that belong to the generation package."""

    id: str
    state: RunState
    ebook_id: str
    chapter_number: int
    version: int
    member_id: str | None
    guild_id: int | None
    channel_id: int | None
    card_id: int | None
    card_state: str
    request: str
    content: str
    progress: str
    note: str
    lease_owner: str | None
    lease_token: int
    lease_until: datetime | None
    attempts: int
    cost_micros: int
    script_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    batch_id: str | None = None

    @property
    def lease(self) -> Lease:
        """The lease under which this row was read; of use only to whoever claimed it."""
        return Lease(self.lease_owner or "", self.lease_token)


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is known of a run before it exists. ``request`` and ``progress`` are JSON texts of the generation package.

    ``guild_id`` and ``channel_id`` say where its card belongs; None where it has none.
    """

    ebook_id: str
    chapter_number: int
    version: int
    request: str
    content: str
    member_id: str | None = None
    guild_id: int | None = None
    channel_id: int | None = None
    progress: str = ""
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunStore:
    """Runs by state; every transition checks the state it starts from."""

    connection: AsyncConnection
    now: datetime

    async def add(self, new: NewRun) -> Run:
        """A run that waits for a worker."""
        run_id = new_id("runs")
        row = {"id": run_id, "state": RunState.READY, "created_at": self.now, **asdict(new)}
        await self.connection.execute(runs.insert().values(row))
        return await self.get(run_id)

    async def get(self, run_id: str) -> Run:
        """The run; ``KeyError`` where there is none."""
        row = (await self.connection.execute(select(runs).where(runs.c.id == run_id))).mappings().first()
        if row is None:
            raise KeyError(run_id)
        return Run(**row)

    async def lock_book(self, ebook_id: str) -> None:
        """Until this transaction ends, no other adds a run of the book or requeues one."""
        # KEY SHARE, because inserts that refer to the book must not wait for this lock, or two requests would wait for
        # each other.
        book = select(ebooks.c.id).where(ebooks.c.id == ebook_id)
        await self.connection.execute(book.with_for_update(key_share=True))

    async def find_other_live(self, run: Run) -> Run | None:
        """Another run of the same chapter that waits or is being written. Call it after ``lock_book``."""
        return await self._find_other(run, runs.c.state.in_([RunState.READY, RunState.WRITING]))

    async def find_newer(self, run: Run) -> Run | None:
        """The newest other run of the chapter that has this version or a later one and was not cancelled."""
        return await self._find_other(run, and_(runs.c.version >= run.version, runs.c.state != RunState.CANCELLED))

    async def next_version(self, ebook_id: str, chapter_number: int) -> int:
        """The next version number of the chapter, from 1. Runs that were cancelled without a script do not count."""
        await self.lock_book(ebook_id)
        highest = await self.connection.execute(
            select(func.max(runs.c.version)).where(
                runs.c.ebook_id == ebook_id,
                runs.c.chapter_number == chapter_number,
                or_(runs.c.state != RunState.CANCELLED, runs.c.script_id.is_not(None)),
            )
        )
        written = await self.connection.execute(
            select(func.max(scripts.c.version)).where(
                scripts.c.ebook_id == ebook_id, scripts.c.chapter_number == chapter_number
            )
        )
        return max(highest.scalar() or 0, written.scalar() or 0) + 1

    async def claim(
        self,
        owner: str,
        duration: timedelta = LEASE_DURATION,
        run_id: str | None = None,
        *,
        with_batches: bool = True,
        pace: BatchPace = BatchPace.NOW,
    ) -> Run | None:
        """``ready → writing``: the oldest waiting run (or the one named), leased by ``owner``; None where nothing waits.

        Runs of batches come after all others, with ``with_batches`` only, and only of batches with this pace.
        """
        # A run whose card is still being posted waits for it, but not for ever.
        posted = or_(
            runs.c.channel_id.is_(None), runs.c.card_id.is_not(None), runs.c.created_at < self.now - _CARD_WAIT
        )
        candidates = select(runs.c.id).where(runs.c.state == RunState.READY, posted)
        if run_id is not None:
            candidates = candidates.where(runs.c.id == run_id)
        single = runs.c.batch_id.is_(None)
        candidates = candidates.where(or_(single, self._is_due_in_batch(pace)) if with_batches else single)
        values = {
            "state": RunState.WRITING,
            "started_at": func.coalesce(runs.c.started_at, literal(self.now, Utc())),
        }
        oldest = candidates.order_by(
            runs.c.batch_id.is_not(None), runs.c.created_at, runs.c.chapter_number, runs.c.id
        ).limit(1)
        claimed = await self._leased.claim(oldest, owner, duration, values)
        return Run(**claimed[0]) if claimed else None

    async def renew(
        self, run_id: str, lease: Lease, duration: timedelta = LEASE_DURATION, *, progress: str | None = None
    ) -> None:
        """The lease lasts ``duration`` longer; the progress is stored where one is given.

        Raises:
            StaleStateError: the run was cancelled, or another process has taken it over.
        """
        await self._leased.renew(run_id, lease, duration, {} if progress is None else {"progress": progress})

    async def finish(self, run_id: str, lease: Lease, *, script_id: str, cost_micros: int, progress: str) -> None:
        """``writing → done``.

        Raises:
            StaleStateError: the run was cancelled, or another process has taken it over.
        """
        values = {
            "state": RunState.DONE,
            "script_id": script_id,
            "cost_micros": cost_micros,
            "progress": progress,
            "finished_at": self.now,
        }
        await self._leased.end(run_id, lease, values)

    async def cancel(self, run_id: str) -> Run:
        """``ready | writing | interrupted → cancelled``; returns the run as it is afterwards.

        Raises:
            StaleStateError: it has ended already.
        """
        live = runs.c.state.in_([RunState.READY, RunState.WRITING, RunState.INTERRUPTED])
        values = {"state": RunState.CANCELLED, "finished_at": self.now, "lease_owner": None, "lease_until": None}
        await self._change_state(run_id, live, values)
        return await self.get(run_id)

    async def requeue(self, run_id: str) -> Run:
        """``interrupted → ready``: a worker will continue from the stored progress.

        Raises:
            StaleStateError: the run is not interrupted.
        """
        await self._change_state(
            run_id, runs.c.state == RunState.INTERRUPTED, {"state": RunState.READY, "note": "", "card_state": ""}
        )
        return await self.get(run_id)

    async def interrupt(self, run_id: str, lease: Lease, note: str) -> None:
        """``writing → interrupted`` by the worker that holds it; ``note`` is the sentence that its card shows.

        Raises:
            StaleStateError: the run was cancelled or finished in the same moment.
        """
        await self._leased.end(run_id, lease, {"state": RunState.INTERRUPTED, "note": note})

    async def interrupt_expired(self, owner: str, note: str, *, all_owners: bool) -> list[Run]:
        """``writing → interrupted`` for every run whose worker is gone (see ``LeasedRows.expired``); returns them.

        Those of batches are left out. Call it after ``requeue_expired``, which takes those that go on by themselves.
        """
        values = {"state": RunState.INTERRUPTED, "note": note}
        return await self._end_expired(runs.c.batch_id.is_(None), owner, values, all_owners=all_owners)

    async def requeue_expired(self, owner: str, *, all_owners: bool, others_once: bool = False) -> list[Run]:
        """``writing → ready`` for every run of a batch whose worker is gone; returns them. They keep what they have.

        With ``others_once`` also every other run to which this has not happened before.
        """
        single = runs.c.batch_id.is_(None)
        condition = or_(~single, runs.c.attempts == 0) if others_once else ~single
        values = {"state": RunState.READY, "attempts": case((single, runs.c.attempts + 1), else_=runs.c.attempts)}
        return await self._end_expired(condition, owner, values, all_owners=all_owners)

    async def list_in_states(self, *states: RunState) -> list[Run]:
        """Runs in any of these states, oldest first."""
        rows = await self.connection.execute(
            select(runs).where(runs.c.state.in_(states)).order_by(runs.c.created_at, runs.c.id)
        )
        return [Run(**row) for row in rows.mappings()]

    async def count_live(self, ebook_id: str | None = None) -> int:
        """How many runs wait or are being written, of the book where one is given."""
        query = select(func.count()).where(runs.c.state.in_([RunState.READY, RunState.WRITING]))
        if ebook_id is not None:
            query = query.where(runs.c.ebook_id == ebook_id)
        return int((await self.connection.execute(query)).scalar_one())

    async def count_requested(self, member_id: str, *, since: datetime) -> int:
        """How many runs the member has asked for since then, without those that were cancelled before they had begun."""
        has_begun = or_(runs.c.state != RunState.CANCELLED, runs.c.started_at.is_not(None))
        query = select(func.count()).where(runs.c.member_id == member_id, runs.c.created_at >= since, has_begun)
        return int((await self.connection.execute(query)).scalar_one())

    async def count_ahead(self, run: Run) -> int:
        """How many waiting runs come before this one. Those of batches let all others go first."""
        query = select(func.count()).where(runs.c.state == RunState.READY, runs.c.created_at < run.created_at)
        if run.batch_id is None:
            query = query.where(runs.c.batch_id.is_(None))
        return int((await self.connection.execute(query)).scalar_one())

    async def release(self, run_id: str, lease: Lease, *, failed: bool = False) -> None:
        """``writing → ready`` by the worker that holds it; the run keeps what it has. ``failed`` counts as an attempt.

        Raises:
            StaleStateError: the run was cancelled or finished in the same moment.
        """
        attempts = {"attempts": runs.c.attempts + 1} if failed else {}
        await self._leased.end(run_id, lease, {"state": RunState.READY, **attempts})

    def _is_due_in_batch(self, pace: BatchPace) -> ColumnElement[bool]:
        """Whether the run's batch runs, does not wait, and in the story's order has written all earlier chapters."""
        earlier = runs.alias("earlier")
        unfinished = select(earlier.c.id).where(
            earlier.c.batch_id == runs.c.batch_id,
            earlier.c.chapter_number < runs.c.chapter_number,
            earlier.c.state.in_([RunState.READY, RunState.WRITING]),
        )
        return exists().where(
            batches.c.id == runs.c.batch_id,
            batches.c.state == BatchState.RUNNING,
            or_(batches.c.waits_until.is_(None), batches.c.waits_until <= self.now),
            or_(batches.c.chapter_order == ChapterOrder.PARALLEL, ~unfinished.correlate(runs).exists()),
            batches.c.pace == pace,
        )

    async def _end_expired(
        self, condition: ColumnElement[bool], owner: str, values: dict[str, Any], *, all_owners: bool
    ) -> list[Run]:
        expired = self._leased.expired(owner, all_owners=all_owners)
        query = runs.update().where(condition, expired).values(lease_owner=None, lease_until=None, **values)
        return [Run(**row) for row in (await self.connection.execute(query.returning(*runs.c))).mappings().all()]

    async def _find_other(self, run: Run, condition: ColumnElement[bool]) -> Run | None:
        query = (
            select(runs)
            .where(
                runs.c.ebook_id == run.ebook_id,
                runs.c.chapter_number == run.chapter_number,
                runs.c.id != run.id,
                condition,
            )
            .order_by(runs.c.version.desc(), runs.c.created_at.desc())
        )
        row = (await self.connection.execute(query.limit(1))).mappings().first()
        return None if row is None else Run(**row)

    @property
    def _leased(self) -> LeasedRows:
        return LeasedRows(self.connection, self.now, runs, runs.c.id, runs.c.state == RunState.WRITING)

    async def _change_state(self, run_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        changed = await self.connection.execute(runs.update().where(runs.c.id == run_id, condition).values(values))
        if changed.rowcount != 1:
            raise StaleStateError(f"run {run_id} is no longer in the state for this")
