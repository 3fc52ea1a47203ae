"""Runs without Gemini and without Discord: the service and the worker over a database, with a writer that can be held."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from bot.actor import Actor
from bot.clock import wait_plainly
from bot.ebooks.chapter_text import ChapterText
from bot.errors import DeliveryError
from bot.generation.chapter_source import SpanSource
from bot.generation.draft import Draft
from bot.generation.finished_run import FinishedRun
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import PartRequest, ScriptRequest
from bot.generation.run_cards import RunCardService
from bot.generation.run_progress import RunProgress
from bot.generation.run_view import RunView
from bot.generation.service import GenerationService
from bot.generation.template import TemplateWriter
from bot.generation.worker import RunWorker
from bot.scripts.models import CastMember, ScriptMode, WriterKind
from storage import Database
from storage.leases import LEASE_DURATION
from storage.states import RunState
from storage.stores.events import EventFilter
from storage.stores.runs import Run
from tests.bot.generation.story import CHAPTER, narrated

HANA = Actor(7, "Hana", team=True)
CHANNEL = (11, 22)
KEPT = RunProgress(
    cast=(CastMember(name="HANA", voice="dry"),), cues=narrated("The lantern guttered."), model="gemini-x"
)


class RecordingCards:
    """Cards that remember what they were asked to show; posting can be refused or left in doubt."""

    def __init__(self) -> None:
        self.shown: list[RunState] = []
        self.error: Exception | None = None
        self._news: asyncio.Queue[RunState] = asyncio.Queue()

    async def post_card(self, view: RunView) -> tuple[int, int] | None:
        """Posts a card in the run's channel."""
        if self.error is not None:
            raise self.error
        return (view.run.channel_id, 99) if view.run.channel_id else None

    async def update_card(self, view: RunView) -> bool:
        """Shows the view."""
        self.shown.append(view.run.state)
        self._news.put_nowait(view.run.state)
        return True

    async def wait_until_shown(self, state: RunState) -> None:
        """Returns when a card shows this state."""
        while await self._news.get() is not state:
            pass


@dataclass(slots=True)
class HeldWriter:
    """A writer that yields one draft and then waits until it is released; it fails where ``error`` is set."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    asked: list[PartRequest] = field(default_factory=list)

    @property
    def kind(self) -> WriterKind:
        """Gemini: it stands in for it."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """One draft, then the wait."""
        self.asked.append(request)
        yield Draft(cast=KEPT.cast, cues=narrated(request.paragraphs[0]), model="gemini-x")
        self.began.set()
        await self.release.wait()
        if self.error is not None:
            raise self.error


class HeldWorker(RunWorker):
    """A worker whose claim can be held after the run was leased and before its task exists."""

    holds_claim = False

    async def claim(self, owner: str, limit: int) -> Sequence[Run]:
        """Claims, and holds the answer."""
        claimed = await super().claim(owner, limit)
        if claimed and self.holds_claim:
            self.holds_claim = False
            self.claimed.set()
            await self.let_go.wait()
        return claimed

    def __post_init__(self) -> None:
        super().__post_init__()
        self.claimed, self.let_go = asyncio.Event(), asyncio.Event()


class RunStage:
    """The service, its worker and what they left in the database."""

    def __init__(self, database: Database, *, has_gemini: bool = True) -> None:
        self.database = database
        self.text = CHAPTER
        self.cards = RecordingCards()
        self.writer = HeldWriter()
        pipeline = GenerationPipeline(
            database,
            TemplateWriter(),
            self.cards,
            wait_plainly,
            LEASE_DURATION,
            (lambda _run, _on_wait: self.writer) if has_gemini else None,
        )
        run_cards = RunCardService(database, self.cards, has_gemini)
        self.worker = HeldWorker(database, pipeline, wait_plainly, 2, run_cards.refresh_card)
        self.service = GenerationService(database, self.worker, run_cards, has_gemini)

    async def request(self, number: int = 1, **changes: str) -> Run:
        """A run that waits for a worker; its card is not posted yet."""
        values = {"ebook": "ebook_001", "chapter_number": number, "mode": ScriptMode.ADAPTED} | changes
        request = ScriptRequest.model_validate(values)
        return (await self.service.request_script(request, ChapterText(self.text), HANA, channel=CHANNEL)).run

    async def claim(self, run: Run, progress: str = "") -> Run:
        """The run as a worker of another process writes it, so far with this progress."""
        await self.database.write(lambda tx: tx.run_cards.set_card(run.id, None, None))
        claimed = await self.database.write(lambda tx: tx.runs.claim("other", run_id=run.id))
        assert claimed is not None
        await self.database.write(lambda tx: tx.runs.renew(run.id, claimed.lease, progress=progress))
        return claimed

    async def interrupt(self, run: Run, progress: str = "") -> None:
        """The run is interrupted, with this progress."""
        claimed = await self.claim(run, progress)
        await self.database.write(lambda tx: tx.runs.interrupt(run.id, claimed.lease, "stopped"))

    async def finish(self, run: Run, writer: str, progress: str) -> Run:
        """The run is done: ``writer`` has written its script, and ``progress`` was kept."""
        await self.store(await self.claim(run), writer, progress)
        return await self.service.get_run(run.id)

    async def store(self, claimed: Run, writer: str, progress: str) -> None:
        """The outcome of a claimed run is stored: an empty script."""
        finished = FinishedRun(
            claimed, ScriptRequest.from_run(claimed), SpanSource(()), RunProgress(), progress, WriterKind(writer), None
        )
        await self.database.write(finished.store)

    async def list_runs(self, *states: RunState) -> list[Run]:
        """The runs in these states."""
        async with self.database.read() as tx:
            return await tx.runs.list_in_states(*states)

    async def list_events(self) -> list[tuple[str, str | None, str | None]]:
        """Name, member and book of each event, oldest first."""
        async with self.database.read() as tx:
            return [(event.event, event.member_id, event.ebook_id) async for event in tx.events.stream(EventFilter())]

    async def list_event_names(self) -> list[str]:
        """The names of the events, oldest first."""
        return [name for name, _, _ in await self.list_events()]


REFUSED = DeliveryError("Discord refused.", "Check the channel.")
