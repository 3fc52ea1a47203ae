"""The money of one run: reserved before a call, settled after it, kept where the end was never seen."""

from dataclasses import dataclass
from datetime import UTC

from bot.generation.error_messages import fault
from bot.generation.writer import FaultKind
from bot.scripts.models import Usage
from storage import Database, Writing


@dataclass(frozen=True, slots=True)
class RunMeter:
    """The ``Meter`` that a writer reports its calls to."""

    database: Database
    run_id: str
    monthly_budget: int | None = None

    async def reserve(self, model: str, micros: int | None) -> str:
        """A ticket for ``micros`` micro-dollars set aside (0 where the price is unknown).

        Raises ``WritingFault`` of kind BUDGET where the month's budget (micro-dollars) would be passed.
        """

        async def work(writing: Writing) -> str:
            if self.monthly_budget is not None:
                await writing.runs.queue_for_money()
                month = writing.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
                if await writing.runs.spent(since=month) + (micros or 0) > self.monthly_budget:
                    raise fault(FaultKind.BUDGET, model=model)
            return await writing.runs.reserve(self.run_id, model, micros or 0)

        return await self.database.write(work)

    async def settle(self, ticket: str, model: str, usage: Usage | None, micros: int | None) -> None:  # noqa: ARG002
        """What the call cost; without usage its end is unknown and the reserve stands."""
        if usage is None or micros is None:
            return

        async def work(writing: Writing) -> None:
            await writing.runs.settle(ticket, micros)

        await self.database.write(work)
