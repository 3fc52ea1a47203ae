"""Generations and what they cost. A run is leased by one worker at a time; a lease that runs out frees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleStateError
from storage.ids import new_id
from storage.states import RunState
from storage.tables import chain_head, charges, ebooks, runs, scripts

_CARD_WAIT = timedelta(seconds=30)
_SHOWN_WITHIN = timedelta(days=1)


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
    lease_until: datetime | None
    attempts: int
    cost_micros: int
    script_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunStore:
    """Runs by state; every transition checks the state it starts from."""

    connection: AsyncConnection
    now: datetime

    async def add(self, **values: Any) -> Run:  # noqa: ANN401 - the columns of the table
        """A run that waits for a worker."""
        row = {
            "id": new_id("runs"),
            "state": RunState.READY,
            "created_at": self.now,
            "progress": "",
            "note": "",
            "attempts": 0,
            "cost_micros": 0,
            **values,
        }
        await self.connection.execute(runs.insert().values(row))
        return await self.get(str(row["id"]))

    async def get(self, run_id: str) -> Run:
        """The run; ``KeyError`` where there is none."""
        row = (await self.connection.execute(select(runs).where(runs.c.id == run_id))).mappings().first()
        if row is None:
            raise KeyError(run_id)
        return Run(**row)

    async def next_version(self, ebook_id: str, chapter_number: int) -> int:
        """1 for a chapter's first script, counting imported ones and every run not cancelled before it had a script."""
        # The book's row is locked, so that two runs ordered at once cannot take the same number.
        # Not for its key: others' references to the book must not wait for this, or two orders wait for each other.
        book = select(ebooks.c.id).where(ebooks.c.id == ebook_id)
        await self.connection.execute(book.with_for_update(key_share=True))
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

    async def claim(self, owner: str, lease: timedelta, run_id: str | None = None) -> Run | None:
        """The oldest waiting run (or this very one), now leased by ``owner``; None where nothing waits."""
        # A run whose card is still being posted waits for it, but not for ever.
        shown = or_(runs.c.channel_id.is_(None), runs.c.card_id.is_not(None), runs.c.created_at < self.now - _CARD_WAIT)
        chosen = select(runs.c.id).where(runs.c.state == RunState.READY, shown)
        if run_id is not None:
            chosen = chosen.where(runs.c.id == run_id)
        chosen = chosen.order_by(runs.c.created_at, runs.c.id).limit(1).with_for_update(skip_locked=True)
        found = (await self.connection.execute(chosen)).scalar()
        if found is None:
            return None
        run = await self.get(found)
        values = {
            "state": RunState.WRITING,
            "lease_owner": owner,
            "lease_until": self.now + lease,
            "attempts": run.attempts + 1,
            "started_at": run.started_at or self.now,
        }
        await self._move(found, runs.c.state == RunState.READY, values)
        return await self.get(found)

    async def renew(self, run_id: str, owner: str, lease: timedelta, progress: str | None = None) -> None:
        """Keeps the lease, and the progress where one is given; ``StaleStateError`` when the run is no longer ours."""
        values: dict[str, Any] = {"lease_until": self.now + lease}
        if progress is not None:
            values["progress"] = progress
        await self._move(run_id, self._held(owner), values)

    async def finish(self, run_id: str, owner: str, *, script_id: str, cost_micros: int, progress: str) -> None:
        """``writing → done``."""
        await self._move(
            run_id,
            self._held(owner),
            {
                "state": RunState.DONE,
                "script_id": script_id,
                "cost_micros": cost_micros,
                "progress": progress,
                "finished_at": self.now,
                "lease_owner": None,
                "lease_until": None,
            },
        )

    async def cancel(self, run_id: str) -> Run:
        """``ready | writing | interrupted → cancelled``; ``StaleStateError`` when it has ended already."""
        live = runs.c.state.in_([RunState.READY, RunState.WRITING, RunState.INTERRUPTED])
        values = {"state": RunState.CANCELLED, "finished_at": self.now, "lease_owner": None, "lease_until": None}
        await self._move(run_id, live, values)
        return await self.get(run_id)

    async def requeue(self, run_id: str) -> Run:
        """``interrupted → ready``: the worker goes on from the kept progress."""
        await self._move(
            run_id, runs.c.state == RunState.INTERRUPTED, {"state": RunState.READY, "note": "", "card_state": ""}
        )
        return await self.get(run_id)

    async def interrupt(self, run_id: str, owner: str, note: str) -> None:
        """``writing → interrupted`` by the worker itself; ``note`` is the sentence that its card shows."""
        values = {"state": RunState.INTERRUPTED, "lease_owner": None, "lease_until": None, "note": note}
        await self._move(run_id, self._held(owner), values)

    async def interrupt_expired(self, note: str, *, all_owners: bool) -> list[Run]:
        """Runs whose worker is gone are ``interrupted`` afterwards and returned.

        A worker is gone when its lease has run out, or, with ``all_owners``, whatever its lease says: at the start of the
        only process there can be.
        """
        gone = runs.c.state == RunState.WRITING
        if not all_owners:
            gone &= runs.c.lease_until < self.now
        rows = await self.connection.execute(
            runs.update()
            .where(gone)
            .values(state=RunState.INTERRUPTED, lease_owner=None, lease_until=None, note=note)
            .returning(*runs.c)
        )
        return [Run(**row) for row in rows.mappings().all()]

    async def set_card(self, run_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Where the run is shown; None where it cannot be."""
        await self.connection.execute(
            runs.update().where(runs.c.id == run_id).values(channel_id=channel_id, card_id=card_id)
        )

    async def card_shows(self, run_id: str, state: RunState | None) -> None:
        """The card shows this resting state; None: nobody knows what it shows."""
        query = runs.update().where(runs.c.id == run_id, runs.c.card_state != (state or ""))
        await self.connection.execute(query.values(card_state=state or ""))

    async def unshown(self, limit: int) -> list[str]:
        """Ids of resting runs of the last day whose card does not show it yet."""
        rests = [RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED]
        query = (
            select(runs.c.id)
            .where(
                runs.c.state.in_(rests),
                runs.c.channel_id.is_not(None),
                runs.c.card_state != cast(runs.c.state, String),
                func.coalesce(runs.c.finished_at, runs.c.started_at, runs.c.created_at) > self.now - _SHOWN_WITHIN,
            )
            .order_by(runs.c.created_at)
            .limit(limit)
        )
        return list((await self.connection.execute(query)).scalars())

    async def in_state(self, *states: RunState) -> list[Run]:
        """Runs in any of these states, oldest first."""
        rows = await self.connection.execute(
            select(runs).where(runs.c.state.in_(states)).order_by(runs.c.created_at, runs.c.id)
        )
        return [Run(**row) for row in rows.mappings()]

    async def count_live(self) -> int:
        """How many runs wait or are being written."""
        query = select(func.count()).where(runs.c.state.in_([RunState.READY, RunState.WRITING]))
        return int((await self.connection.execute(query)).scalar_one())

    async def ahead_of(self, run: Run) -> int:
        """How many waiting runs come before this one."""
        query = select(func.count()).where(runs.c.state == RunState.READY, runs.c.created_at < run.created_at)
        return int((await self.connection.execute(query)).scalar_one())

    async def lock_budget(self) -> None:
        """Until the transaction ends nobody else reserves: what is read of the spending stays true until then."""
        await self.connection.execute(select(chain_head.c.seq).with_for_update())

    async def reserve_cost(self, run_id: str, model: str, micros: int) -> str:
        """A ticket for money set aside before a call."""
        ticket = new_id("charges")
        row = {"id": ticket, "run_id": run_id, "model": model, "reserved_micros": micros, "created_at": self.now}
        await self.connection.execute(charges.insert().values(row))
        return ticket

    async def record_cost(self, ticket: str, micros: int) -> None:
        """What the call really cost."""
        await self.connection.execute(charges.update().where(charges.c.id == ticket).values(settled_micros=micros))

    async def sum_costs(
        self,
        *,
        run_id: str | None = None,
        since: datetime | None = None,
        ebook_id: str | None = None,
        member_id: str | None = None,
    ) -> int:
        """Micro-dollars: settled where known, reserved where the end was never seen."""
        query = select(func.coalesce(func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros)), 0))
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

    def _held(self, owner: str) -> ColumnElement[bool]:
        return (runs.c.state == RunState.WRITING) & (runs.c.lease_owner == owner)

    async def _move(self, run_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> None:
        changed = await self.connection.execute(runs.update().where(runs.c.id == run_id, condition).values(values))
        if changed.rowcount != 1:
            raise StaleStateError(f"run {run_id} is no longer in the state for this")
