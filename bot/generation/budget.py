"""The money of one run: reserved before a call, settled after it, kept where the end was never seen."""

from dataclasses import dataclass
from datetime import UTC

from bot.generation.draft import Usage
from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationErrorKind
from storage import Database, WriteTransaction


@dataclass(frozen=True, slots=True)
class RunBudget:
    """The ``Budget`` that a writer reports its calls to."""

    database: Database
    run_id: str
    monthly_budget: int | None = None

    async def reserve(self, model: str, micros: int | None) -> str:
        """A reservation_id for ``micros`` micro-dollars set aside (0 where the price is unknown).

        Raises ``GenerationError`` of kind BUDGET where the month's budget (micro-dollars) would be passed.
        """

        async def work(tx: WriteTransaction) -> str:
            if self.monthly_budget is not None:
                await tx.runs.lock_budget()
                month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
                if await tx.runs.sum_costs(since=month) + (micros or 0) > self.monthly_budget:
                    raise create_error(GenerationErrorKind.BUDGET, model=model)
            return await tx.runs.reserve_cost(self.run_id, model, micros or 0)

        return await self.database.write(work)

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:  # noqa: ARG002
        """What the call cost; without usage its end is unknown and the reserve stands."""
        if usage is None or micros is None:
            return

        async def work(tx: WriteTransaction) -> None:
            await tx.runs.record_cost(reservation_id, micros)

        await self.database.write(work)
