"""Runs and what they cost. One worker at a time holds the lease of a run."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.states import RunState
from storage.tables import chain_head, charges, ebooks, runs, scripts
from storage.types import Utc

_CARD_WAIT: Final = timedelta(seconds=30)
"""How long a new run waits for its card to be posted before it is written without one; Discord answers in under a second."""
_OUTDATED: Final = "outdated"
"""The card state of a run whose card is to be brought up to date, however long ago the run ended."""
_OUTDATED_WITHIN: Final = timedelta(days=1)
"""Cards of runs that ended longer ago are not brought up to date any more: nobody is waiting for them."""


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

    async def claim(self, owner: str, duration: timedelta = LEASE_DURATION, run_id: str | None = None) -> Run | None:
        """``ready → writing``: the oldest waiting run (or the one named), leased by ``owner``; None where nothing waits."""
        # A run whose card is still being posted waits for it, but not for ever.
        posted = or_(
            runs.c.channel_id.is_(None), runs.c.card_id.is_not(None), runs.c.created_at < self.now - _CARD_WAIT
        )
        candidates = select(runs.c.id).where(runs.c.state == RunState.READY, posted)
        if run_id is not None:
            candidates = candidates.where(runs.c.id == run_id)
        values = {
            "state": RunState.WRITING,
            "attempts": runs.c.attempts + 1,
            "started_at": func.coalesce(runs.c.started_at, literal(self.now, Utc())),
        }
        oldest = candidates.order_by(runs.c.created_at, runs.c.id).limit(1)
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
        """``writing → interrupted`` for every run whose worker is gone (see ``LeasedRows.expired``); returns them."""
        rows = await self.connection.execute(
            runs.update()
            .where(self._leased.expired(owner, all_owners=all_owners))
            .values(state=RunState.INTERRUPTED, lease_owner=None, lease_until=None, note=note)
            .returning(*runs.c)
        )
        return [Run(**row) for row in rows.mappings().all()]

    async def set_card(self, run_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Where the run is shown; None where it cannot be."""
        await self.connection.execute(
            runs.update().where(runs.c.id == run_id).values(channel_id=channel_id, card_id=card_id)
        )

    async def set_card_state(self, run_id: str, state: RunState | None) -> None:
        """Records which resting state the card shows; None where that is not known."""
        query = runs.update().where(runs.c.id == run_id, runs.c.card_state != (state or ""))
        await self.connection.execute(query.values(card_state=state or ""))

    async def mark_cards_outdated(self, run_ids: Collection[str]) -> None:
        """What the cards of these runs show is no longer right."""
        query = runs.update().where(runs.c.id.in_(list(run_ids)), runs.c.channel_id.is_not(None))
        await self.connection.execute(query.values(card_state=_OUTDATED))

    async def find_outdated_cards(self, limit: int) -> list[str]:
        """Ids of at most ``limit`` resting runs whose card is to be brought up to date.

        These are runs of the last day whose card does not show their state, and those of ``mark_cards_outdated``.
        """
        resting = [RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED]
        query = (
            select(runs.c.id)
            .where(
                runs.c.state.in_(resting),
                runs.c.channel_id.is_not(None),
                or_(
                    runs.c.card_state == _OUTDATED,
                    and_(
                        runs.c.card_state != cast(runs.c.state, String),
                        func.coalesce(runs.c.finished_at, runs.c.started_at, runs.c.created_at)
                        > self.now - _OUTDATED_WITHIN,
                    ),
                ),
            )
            .order_by(runs.c.created_at)
            .limit(limit)
        )
        return list((await self.connection.execute(query)).scalars())

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

    async def count_ahead(self, run: Run) -> int:
        """How many waiting runs come before this one."""
        query = select(func.count()).where(runs.c.state == RunState.READY, runs.c.created_at < run.created_at)
        return int((await self.connection.execute(query)).scalar_one())

    async def lock_budget(self) -> None:
        """No other transaction reserves money until this one ends, so a sum that is read now stays true until then.

        It locks the chain's head row, which every write with an event locks last anyway.
        """
        await self.connection.execute(select(chain_head.c.seq).with_for_update())

    async def reserve_cost(self, run_id: str, model: str, micros: int) -> str:
        """The id of a reservation of so many micro-dollars, made before a call to the model."""
        reservation_id = new_id("charges")
        row = {
            "id": reservation_id,
            "run_id": run_id,
            "model": model,
            "reserved_micros": micros,
            "created_at": self.now,
        }
        await self.connection.execute(charges.insert().values(row))
        return reservation_id

    async def record_cost(self, reservation_id: str, micros: int) -> None:
        """The call's actual cost in micro-dollars takes the place of its reservation."""
        query = charges.update().where(charges.c.id == reservation_id)
        await self.connection.execute(query.values(settled_micros=micros))

    async def sum_costs(
        self,
        *,
        run_id: str | None = None,
        since: datetime | None = None,
        ebook_id: str | None = None,
        member_id: str | None = None,
        only_unknown: bool = False,
    ) -> int:
        """Micro-dollars of all matching calls: the cost where it is known, else the reservation.

        With ``only_unknown``, of those whose cost is not known: what they cost at most.
        """
        query = select(func.coalesce(func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros)), 0))
        if only_unknown:
            query = query.where(charges.c.settled_micros.is_(None))
        if run_id is not None:
            query = query.where(charges.c.run_id == run_id)
        if since is not None:
            query = query.where(charges.c.created_at >= since)
        if ebook_id is not None or member_id is not None:
            query = query.join(runs, runs.c.id == charges.c.run_id)
        if ebook_id is not None:
            query = query.where(runs.c.ebook_id == ebook_id)
        if member_id is not None:
            query = query.where(runs.c.member_id == member_id)
        return int((await self.connection.execute(query)).scalar_one())

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
