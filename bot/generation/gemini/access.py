"""The process's connection to Gemini, from which every run gets its own writer."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self

from bot.event_names import GENERATION_FELL_BACK
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.budget import OpenCalls, RunBudget
from bot.generation.gemini.client import GeminiClient, load_sdk
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.writer import GenerationError
from bot.jobs.limit_states import create_limit_states
from bot.jobs.rate_limiter import OnWait, RateLimiter
from bot.runtime import Runtime
from bot.settings import StudioSettings
from bot.settings.gemini_prices import parse_prices
from storage import Database, WriteTransaction, write_transaction
from storage.stores.runs import Run


@dataclass(slots=True)
class GeminiAccess:
    """The process's only Gemini client; ``client`` is None before ``connect`` and where no key is set.

    ``availability`` says whether Gemini is asked at all at the moment; all runs share it.
    """

    settings: StudioSettings
    runtime: Runtime
    client: GeminiClient | None = None
    availability: GeminiAvailability = field(default_factory=GeminiAvailability)

    async def connect(self) -> None:
        """The client is ready to be used, if a key is set. No request is sent.

        The SDK is imported in a thread, because the import takes more than a second and would block the event loop.
        """
        if not self.settings.gemini_key:
            return
        await asyncio.to_thread(load_sdk)
        self.client = GeminiClient(
            self.settings.gemini_key,
            api_version=self.settings.gemini_api_version,
            idle_seconds=self.settings.gemini_idle_seconds,
            clock=self.runtime.clock,
            wait=self.runtime.wait,
        )

    async def close(self) -> None:
        """Closes the client's connections."""
        if self.client is not None:
            await self.client.aclose()


@dataclass(frozen=True, slots=True)
class GeminiWriterFactory:
    """Creates the writer of each run; all of them share the client, the rate limiter, the open calls and the availability."""

    database: Database
    access: GeminiAccess
    client: GeminiClient
    rate_limiter: RateLimiter
    open_calls: OpenCalls

    @classmethod
    def create(cls, database: Database, access: GeminiAccess) -> Self | None:
        """A factory on the connected client; None where no key is set."""
        if access.client is None:
            return None
        states = create_limit_states(database, time.monotonic)
        rate_limiter = RateLimiter(access.settings.gemini_requests_per_minute, access.runtime.wait, states=states)
        access.availability.states = None if database.exclusive else states
        return cls(database, access, access.client, rate_limiter, OpenCalls())

    def __call__(self, run: Run, on_wait: OnWait) -> GeminiWriter:
        """A writer for this run; ``on_wait`` hears of the run's place in the queue."""
        settings, runtime = self.access.settings, self.access.runtime

        async def report_fallback(error: GenerationError, next_model: str) -> None:
            await self._report_fallback(run, error, next_model)

        return GeminiWriter(
            self.client,
            (settings.gemini_model, *settings.gemini_fallback_models),
            total_seconds=settings.gemini_total_seconds,
            budget=RunBudget(
                self.database,
                run.id,
                settings.monthly_budget_micros,
                self.open_calls,
                runtime.wait,
                run.batch_id,
            ),
            on_fallback=report_fallback,
            rate_limiter=self.rate_limiter,
            availability=self.access.availability,
            on_wait=on_wait,
            prices=parse_prices(settings.gemini_prices),
            clock=runtime.clock,
            wait=runtime.wait,
            is_urgent=run.batch_id is None,
        )

    @write_transaction
    async def _report_fallback(self, tx: WriteTransaction, run: Run, error: GenerationError, next_model: str) -> None:
        data = {"run_id": run.id, "from": error.model, "to": next_model, "reason": error.kind.value}
        tx.report(GENERATION_FELL_BACK, data, member_id=run.member_id, ebook_id=run.ebook_id)
