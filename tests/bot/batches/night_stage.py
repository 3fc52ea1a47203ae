"""An overnight worker whose rounds a test runs, with Gemini's stand-in."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.batches.batch_view import BatchView
from bot.batches.overnight import OvernightWorker
from bot.batches.overnight_money import OvernightMoney
from bot.batches.plan import BatchOptions
from bot.clock import wait_plainly
from bot.generation.draft import Usage
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.jobs import GeminiJobs
from bot.scripts.models import ScriptMode
from storage.states import BatchPace
from storage.stores.batches import Batch, BatchChapter
from tests.bot.batches.batch_stage import BOOK, BatchStage
from tests.bot.generation.run_stage import CHANNEL, HANA
from tests.standins.gemini import GeminiStandIn

MODEL = "gemini-3.8-flash"
SECOND_MODEL = "gemini-3.5-flash-lite"
USAGE = Usage(prompt=1_000, output=2_000)
"""What the stand-in counts for each request of a job."""


@dataclass(slots=True)
class Night:
    """A book, the service, and an overnight worker whose rounds a test runs."""

    stage: BatchStage
    gemini: GeminiStandIn
    client: GeminiClient
    overnight: OvernightWorker = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, budget: int | None = None) -> None:
        """Another process takes over; all that the last one knew is in the database."""

        self.overnight = OvernightWorker(
            self.stage.database,
            self.stage.worker.pipeline,
            self.stage.worker,
            (GeminiJobs(self.client, MODEL), GeminiJobs(self.client, SECOND_MODEL)),
            OvernightMoney(self.client, budget),
            wait_plainly,
        )
        self.stage.service = replace(self.stage.service, overnight=self.overnight)

    async def start(self, chapters: str = "1-3", cap_micros: int | None = None) -> Batch:
        """A batch with this pace."""
        options = BatchOptions(
            ebook=BOOK, chapters=chapters, pace=BatchPace.OVERNIGHT, mode=ScriptMode.ADAPTED, cap_micros=cap_micros
        )
        await self.stage.service.plan(options)
        return await self.stage.service.start(options, HANA, channel=CHANNEL)

    async def get_view(self, batch: Batch) -> BatchView:
        """The batch, after a round of the worker and one of the cards."""
        await self.overnight.run_round()
        await self.stage.keeper.run_round()
        return await self.stage.service.get_view(batch.id)

    async def sum_costs(self, *, only_unknown: bool = False) -> int:
        """What all calls have cost."""
        async with self.stage.database.read() as tx:
            return await tx.charges.sum_costs(only_unknown=only_unknown)

    def answer(self, state: str = "SUCCEEDED", answered: int = 0) -> None:
        """The newest job has ended, without success with so many answers."""
        self.gemini.jobs.jobs[-1].state = state
        self.gemini.jobs.jobs[-1].answered = answered

    async def add_long_chapter(self) -> None:
        """Chapter 1 has several parts now."""
        paragraphs = [f"The bell number {number} rang over the valley. " * 40 for number in range(1, 19)]
        text = "\n\n".join(paragraph.strip() for paragraph in paragraphs)
        await self.stage.database.write(lambda tx: tx.chapters.save(BOOK, 1, "Bells", text, 6_000))

    async def get_body(self, chapter: BatchChapter) -> str:
        """The chapter's script."""
        async with self.stage.database.read() as tx:
            return (await tx.scripts.get(chapter.script_id or "")).body


def list_key(request: dict[str, Any]) -> list[str]:
    """The pieces of a request's key."""
    return str(request["metadata"]["key"]).split("/")
