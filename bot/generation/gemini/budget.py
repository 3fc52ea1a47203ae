"""The budget for Gemini: money is reserved before each call and replaced by the call's cost after it.

A call that was lost keeps its reservation, since Google may charge for it. Amounts are in micro-dollars.
"""

from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from bot.generation.draft import Usage
from bot.generation.error_messages import create_error
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


@dataclass(frozen=True, slots=True)
class RunBudget:
    """The budget of one run. ``monthly_budget`` is the limit for all runs in a calendar month (UTC); None: no limit."""

    database: Database
    run_id: str
    monthly_budget: int | None = None

    @write_transaction
    async def reserve(self, tx: WriteTransaction, model: str, micros: int | None) -> str:
        """The id of a reservation for a call that costs at most ``micros``; an unknown price counts as 0.

        Raises:
            GenerationError: of kind BUDGET, where the reservation would exceed the month's budget.
        """
        if self.monthly_budget is not None:
            await tx.runs.lock_budget()
            month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            if await tx.runs.sum_costs(since=month) + (micros or 0) > self.monthly_budget:
                raise create_error(GenerationErrorKind.BUDGET, model=model)
        return await tx.runs.reserve_cost(self.run_id, model, micros or 0)

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:  # noqa: ARG002 - part of the protocol
        """Replaces the reservation by ``micros``; where the usage or the price is unknown, the reservation is kept."""
        if usage is not None and micros is not None:
            await self._record_cost(reservation_id, micros)

    @write_transaction
    async def _record_cost(self, tx: WriteTransaction, reservation_id: str, micros: int) -> None:
        await tx.runs.record_cost(reservation_id, micros)
