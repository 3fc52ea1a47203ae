"""A book of five chapters and the service that writes it as a batch, with a writer whose answers a test decides."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from bot.batches.batch_view import BatchView
from bot.batches.cards import BatchCardKeeper
from bot.batches.estimate import GeminiTerms
from bot.batches.plan import BatchOptions
from bot.batches.service import BatchService
from bot.clock import wait_plainly
from bot.generation.draft import Draft
from bot.generation.error_messages import create_error
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import PartRequest
from bot.generation.run_cards import RunCardService
from bot.generation.service import GenerationService
from bot.generation.template import TemplateWriter
from bot.generation.worker import RunWorker
from bot.generation.writer import GenerationErrorKind
from bot.scripts.models import CastMember, ScriptMode, WriterKind
from storage import Database, WriteTransaction
from storage.leases import LEASE_DURATION
from storage.states import ChapterOrder
from storage.stores.batches import Batch
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import CHANNEL, HANA, RecordingCards
from tests.bot.generation.story import narrated

BOOK = "ebook_001"
CHAPTERS = 5


@dataclass(slots=True)
class BatchWriter:
    """Writes a chapter in one draft; holds a chapter in ``held`` until the event is set, and fails as ``errors`` say."""

    held: dict[int, asyncio.Event] = field(default_factory=dict)
    errors: dict[int, list[GenerationErrorKind]] = field(default_factory=dict)
    begun: list[int] = field(default_factory=list)
    requests: list[PartRequest] = field(default_factory=list)
    begins: dict[int, asyncio.Event] = field(default_factory=dict)

    @property
    def kind(self) -> WriterKind:
        """Gemini: it stands in for it."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """One draft of the whole part."""
        number = request.chapter_number
        self.begun.append(number)
        self.begins.setdefault(number, asyncio.Event()).set()
        self.requests.append(request)
        if number in self.held:
            await self.held[number].wait()
        if self.errors.get(number):
            raise create_error(self.errors[number].pop(0), model="gemini-x")
        cast = (CastMember(name="NARRATOR"),)
        yield Draft(title="T", cast=cast, cues=narrated(*request.paragraphs), model="gemini-x")


class RecordingBatchCards:
    """Cards that remember what they were asked to show."""

    def __init__(self) -> None:
        self.shown: list[BatchView] = []

    async def post_card(self, view: BatchView) -> tuple[int, int] | None:
        """Posts a card in the batch's channel."""
        return (view.batch.channel_id, 99) if view.batch.channel_id else None

    async def update_card(self, view: BatchView) -> bool:
        """Shows the view."""
        self.shown.append(view)
        return True


class BatchStage:
    """The service, the worker and the cards over one database."""

    def __init__(
        self, database: Database, *, workers: int = 3, has_gemini: bool = True, has_template_batches: bool = False
    ) -> None:
        self.database = database
        self.writer = BatchWriter()
        self.cards = RecordingBatchCards()
        pipeline = GenerationPipeline(
            database,
            TemplateWriter(),
            RecordingCards(),
            wait_plainly,
            LEASE_DURATION,
            (lambda _run, _on_wait: self.writer) if has_gemini else None,
            has_template_batches,
        )
        run_cards = RunCardService(database, RecordingCards(), has_gemini=has_gemini)
        self.worker = RunWorker(database, pipeline, wait_plainly, workers, run_cards.refresh_card)
        self.generation = GenerationService(database, self.worker, run_cards, has_gemini=has_gemini)
        self.service = BatchService(
            database,
            self.worker,
            GeminiTerms("gemini-3.8-flash"),
            has_gemini=has_gemini,
            has_template_batches=has_template_batches,
        )
        self.keeper = BatchCardKeeper(database, self.cards, wait_plainly)

    async def add_book(self, chapters: int = CHAPTERS) -> None:
        """The book has so many chapters."""

        async def add(tx: WriteTransaction) -> None:
            await tx.ebooks.get_or_add(BOOK, "The Fox", "foxes")
            for number in range(1, chapters + 1):
                await tx.chapters.save(BOOK, number, f"Bell {number}", f"It is the bell number {number}.", 6)

        await self.database.write(add)

    async def start(self, chapters: str = "", order: ChapterOrder = ChapterOrder.STORY) -> Batch:
        """A batch of these chapters exists and may be written."""
        options = BatchOptions(ebook=BOOK, chapters=chapters, order=order, mode=ScriptMode.ADAPTED)
        return await self.service.start(options, HANA, channel=CHANNEL)

    async def wait_for(self, batch: Batch, condition: Callable[[BatchView], bool]) -> BatchView:
        """The view of the batch, as soon as the condition holds for it."""
        async with asyncio.timeout(10):
            while True:
                await self.keeper.run_round()
                view = await self.service.get_view(batch.id)
                if condition(view):
                    return view
                await asyncio.sleep(0.005)

    async def wait_until_begun(self, number: int) -> None:
        """Returns when the writer has been asked for this chapter."""
        async with asyncio.timeout(10):
            await self.writer.begins.setdefault(number, asyncio.Event()).wait()

    async def list_events(self) -> list[str]:
        """The names of all events, oldest first."""
        async with self.database.read() as tx:
            return [event.event async for event in tx.events.stream(EventFilter())]
