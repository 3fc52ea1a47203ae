"""The budget for Gemini: money is reserved before each call and replaced by the call's cost after it.

A call that was lost keeps its reservation, since Google may charge for it. Amounts are in micro-dollars.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC
from typing import Protocol

from bot.clock import Wait, wait_plainly
from bot.generation.draft import Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.budget_warning import record_warning
from bot.generation.writer import GenerationErrorKind
from storage import Database, WriteTransaction, write_transaction


class Budget(Protocol):
    """Reserves money before each call and records its cost afterwards."""

    async def reserve(self, model: str, micros: int | None) -> str:
        """The id of a reservation for a call that costs at most ``micros`` (None: unknown).

        Raises:
            GenerationError: of kind BUDGET, where the reservation would exceed the budget.
        """
        ...

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """Replaces the reservation by what the call cost.

        Where ``usage`` is None the call was lost and its cost cannot be known, so the reservation is kept.
        """
        ...


class UnlimitedBudget:
    """A budget that allows every call and records nothing."""

    async def reserve(self, model: str, micros: int | None) -> str:  # noqa: ARG002 - part of the protocol
        """An empty reservation id."""
        return ""

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """Does nothing."""


@dataclass(slots=True)
class OpenCalls:
    """The calls of this process that are under way, with what is reserved for each. All runs share it."""

    _reserved: dict[str, int] = field(default_factory=dict)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def reserved_micros(self) -> int:
        """What is reserved for all of them; most of it is free again when they have ended."""
        return sum(self._reserved.values())

    @property
    def next_end(self) -> asyncio.Event:
        """Set when the next call ends."""
        return self._ended

    def begin(self, reservation_id: str, micros: int) -> None:
        """A call with this reservation is under way."""
        self._reserved[reservation_id] = micros

    def end(self, reservation_id: str) -> None:
        """The call has ended, and its cost is recorded if it is known."""
        self._reserved.pop(reservation_id, None)
        self._ended.set()
        self._ended = asyncio.Event()


@dataclass(frozen=True, slots=True)
class RunBudget:
    """The budget of one run. ``monthly_budget`` is the limit for all runs in a calendar month (UTC); None: no limit.

    A run of a batch also keeps to the most that its batch may cost.
    """

    database: Database
    run_id: str
    monthly_budget: int | None = None
    open_calls: OpenCalls = field(default_factory=OpenCalls)
    wait: Wait = wait_plainly
    batch_id: str | None = None

    async def reserve(self, model: str, micros: int | None) -> str:
        """The id of a reservation for a call that costs at most ``micros``; an unknown price counts as 0.

        Where it fits only once other calls cost less than is reserved for them, it waits for those to end.

        Raises:
            GenerationError: of kind BUDGET or BATCH_CAP, where the reservation would exceed the month's budget or the batch's.
        """
        while True:
            next_end = self.open_calls.next_end
            reservation_id, excess, kind = await self._try_reserve(model, micros or 0)
            if reservation_id is not None:
                self.open_calls.begin(reservation_id, micros or 0)
                return reservation_id
            if excess > self.open_calls.reserved_micros and not next_end.is_set():
                raise create_error(kind, model=model)
            await self.wait(next_end.wait(), "the cost of other calls")

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:  # noqa: ARG002 - part of the protocol
        """Replaces the reservation by ``micros``; where the usage or the price is unknown, the reservation is kept."""
        try:
            if usage is not None and micros is not None:
                await self._record_cost(reservation_id, micros, usage)
        finally:
            self.open_calls.end(reservation_id)

    @write_transaction
    async def _try_reserve(
        self, tx: WriteTransaction, model: str, micros: int
    ) -> tuple[str | None, int, GenerationErrorKind]:
        """The reservation's id, or by how much it would exceed which budget."""
        cap = (await tx.batches.get(self.batch_id)).cap_micros if self.batch_id else None
        if self.monthly_budget is not None or cap is not None:
            await tx.charges.lock_budget()
        if cap is not None:
            excess = await tx.charges.sum_costs(batch_id=self.batch_id) + micros - cap
            if excess > 0:
                return None, excess, GenerationErrorKind.BATCH_CAP
        if self.monthly_budget is not None:
            month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            used = await tx.charges.sum_costs(since=month) + micros
            if used > self.monthly_budget:
                return None, used - self.monthly_budget, GenerationErrorKind.BUDGET
            await record_warning(tx, used, self.monthly_budget, month)
        return await tx.charges.reserve_cost(self.run_id, model, micros), 0, GenerationErrorKind.BUDGET

    @write_transaction
    async def _record_cost(self, tx: WriteTransaction, reservation_id: str, micros: int, usage: Usage) -> None:
        await tx.charges.record_cost(
            reservation_id,
            micros,
            prompt_tokens=usage.prompt,
            cached_tokens=usage.cached,
            output_tokens=usage.output + usage.thoughts,
        )
