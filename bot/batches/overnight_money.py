"""What an overnight job costs: half of the list price, reserved before it is handed over and settled when it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from bot.generation.error_messages import create_error
from bot.generation.gemini.budget_warning import record_warning
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.pricing import calculate_cost, calculate_max_cost
from bot.generation.gemini.responses import Chunk
from bot.generation.prompt import Prompt
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.models import FrozenModel
from bot.settings.gemini_prices import LIST_PRICES, PriceTable
from storage import WriteTransaction
from storage.stores.batches import Batch

_SHARE: Final = 2
"""The batch mode costs one half."""
_ANSWERED_WITHIN: Final = timedelta(days=3)
"""A job expires after two days."""


class OvernightJob(FrozenModel):
    """What is stored of a job. ``name`` is empty until Gemini has confirmed it; ``charges`` are the reservations by key.

    A key is a run's id, the number of a part and its source's digest, such as ``runs_0123456789abcdef/2/89abcdef01234567``.
    ``owner`` is the process that has handed it over ``since`` then.
    """

    display_name: str
    model: str
    charges: dict[str, str]
    owner: str
    since: datetime
    name: str = ""

    @classmethod
    def from_column(cls, text: str) -> Self | None:
        """The job in a batch's column; None where the column is empty."""
        return cls.model_validate_json(text) if text else None

    @property
    def run_ids(self) -> list[str]:
        """The runs whose parts are in the job, each once."""
        return list(dict.fromkeys(key.partition("/")[0] for key in self.charges))

    def list_keys(self, run_id: str) -> list[str]:
        """The keys of the run's parts."""
        return [key for key in self.charges if key.partition("/")[0] == run_id]

    def without_run(self, run_id: str) -> "OvernightJob":
        """The job without the parts of the run."""
        rest = {key: charge for key, charge in self.charges.items() if key.partition("/")[0] != run_id}
        return self.model_copy(update={"charges": rest})


@dataclass(frozen=True, slots=True)
class OvernightMoney:
    """Reserves and settles. ``monthly_budget`` is in micro-dollars, None for no limit."""

    client: GeminiClient
    monthly_budget: int | None = None
    prices: PriceTable = field(default_factory=lambda: LIST_PRICES)

    async def reserve(
        self, tx: WriteTransaction, batch: Batch, prompts: Mapping[str, Mapping[str, Prompt]], model: str
    ) -> dict[str, str]:
        """The reservations, by key, for as many of the runs, in their order, as the budgets allow.

        ``prompts`` are those of each run by their keys.

        Raises:
            GenerationError: of kind BUDGET or BATCH_CAP, where not even the first run fits. Nothing is reserved.
        """
        await tx.charges.lock_budget()
        month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        in_batch = await tx.charges.sum_costs(batch_id=batch.id)
        in_month = await tx.charges.sum_costs(since=month)
        charges: dict[str, str] = {}
        for run_id, parts in prompts.items():
            costs = {key: self._estimate_most(prompt, model, tx.now) for key, prompt in parts.items()}
            in_batch += sum(costs.values())
            in_month += sum(costs.values())
            kind = self._find_excess(batch, in_batch, in_month)
            if kind is not None and not charges:
                raise create_error(kind, model=model)
            if kind is not None:
                in_month -= sum(costs.values())
                break
            for key, micros in costs.items():
                charges[key] = await tx.charges.reserve_cost(run_id, model, micros)
        if self.monthly_budget is not None:
            await record_warning(tx, in_month, self.monthly_budget, month)
        return charges

    async def settle(
        self, tx: WriteTransaction, job: OvernightJob, answers: Mapping[str, Chunk | GenerationError]
    ) -> None:
        """Each answer's cost takes the place of its reservation; an error costs nothing. The others keep theirs."""
        for key, charge in job.charges.items():
            answer = answers.get(key)
            if isinstance(answer, GenerationError):
                await tx.charges.record_cost(charge, 0)
            elif answer is not None and answer.usage is not None:
                usage = answer.usage
                cost = calculate_cost(answer.model, usage, tx.now.date(), self.prices)
                cost = calculate_cost(job.model, usage, tx.now.date(), self.prices) if cost is None else cost
                if cost is not None:
                    await tx.charges.record_cost(
                        charge,
                        _halve(cost),
                        prompt_tokens=usage.prompt,
                        cached_tokens=usage.cached,
                        output_tokens=usage.output + usage.thoughts,
                    )

    async def release(self, tx: WriteTransaction, job: OvernightJob) -> None:
        """The job was never handed over: it has cost nothing."""
        for charge in job.charges.values():
            await tx.charges.record_cost(charge, 0)

    def _estimate_most(self, prompt: Prompt, model: str, now: datetime) -> int:
        """At the dearest price until the job is answered, since it counts on the day of the answer."""
        limit = self.client.get_output_limit(prompt)
        days = [now.date() + timedelta(days=day) for day in range(_ANSWERED_WITHIN.days + 1)]
        costs = [calculate_max_cost(model, prompt.character_count, limit, day, self.prices) for day in days]
        return _halve(max(cost or 0 for cost in costs))

    def _find_excess(self, batch: Batch, in_batch: int, in_month: int) -> GenerationErrorKind | None:
        if batch.cap_micros is not None and in_batch > batch.cap_micros:
            return GenerationErrorKind.BATCH_CAP
        if self.monthly_budget is not None and in_month > self.monthly_budget:
            return GenerationErrorKind.BUDGET
        return None


def _halve(micros: int) -> int:
    return -(-micros // _SHARE)
