"""Puts the studio's services together over one database. Used by the bot, by the façade and by tests alike."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

from bot.affiliates.badges import BadgeService
from bot.affiliates.subscriptions import AffiliateService
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.dispatcher import Dispatcher
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.service import BroadcastService
from bot.charts.progress_chart import ChartRenderer
from bot.charts.snapshot import SnapshotService
from bot.clock import Clock, Wait, utcnow, wait_plainly
from bot.ebooks.catalog import EbookCatalog
from bot.event_names import GENERATION_FELL_BACK
from bot.generation.budget import RunBudget
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.client import GeminiModel, load_sdk
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.pipeline import GenerationPipeline, OnWait, WriterFactory
from bot.generation.service import GenerationService
from bot.generation.template import TemplateWriter
from bot.generation.worker import RunWorker
from bot.generation.writer import GenerationError, Writer
from bot.jobs.pacer import Pacer
from bot.jobs.rate_limiter import RateLimiter
from bot.live_boards import LiveBoardWorker
from bot.ports import Adapters, RunCards
from bot.privacy import PrivacyService
from bot.progress.history import EventHistory
from bot.progress.overview import OverviewService
from bot.progress.public_view import PublicProgress
from bot.progress.sessions import SessionService
from bot.progress.timeline import TimelineService
from bot.progress.tracking import TrackingService
from bot.scripts.library import ScriptLibrary
from bot.settings import Settings, StudioSettings
from bot.settings.badge_tiers import parse_tiers
from bot.settings.gemini_prices import parse_prices
from storage import Database, WriteTransaction
from storage.leases import LEASE
from storage.stores.runs import Run


@dataclass(frozen=True, slots=True)
class Runtime:
    """How time and waiting are known, and how fast the template writes: what a demo and tests replace."""

    clock: Clock = utcnow
    wait: Wait = wait_plainly
    template_pace: float = 0.0

    @property
    def database_clock(self) -> Clock | None:
        """None, so that the database's own clock decides leases and due times, unless another clock was set."""
        return None if self.clock is utcnow else self.clock


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the face may call."""

    database: Database
    generation: GenerationService
    ebooks: EbookCatalog
    scripts: ScriptLibrary
    drafts: DraftService
    broadcasts: BroadcastService
    broadcast_cards: BroadcastCardService
    affiliates: AffiliateService
    badges: BadgeService
    snapshots: SnapshotService
    history: EventHistory
    sessions: SessionService
    public: PublicProgress
    boards: LiveBoardWorker
    tracking: TrackingService
    privacy: PrivacyService
    worker: RunWorker
    dispatcher: Dispatcher
    availability: GeminiAvailability
    max_chapter_chars: int

    async def start(self) -> None:
        """The workers take up what waits."""
        await self.worker.start()
        await self.dispatcher.start()
        await self.boards.start()

    async def stop(self) -> None:
        """The workers let go of everything, so that it can be taken up again."""
        await asyncio.gather(self.worker.stop(), self.dispatcher.stop(), self.boards.stop())


@dataclass(slots=True)
class GeminiAccess:
    """The process's one Gemini client, and what makes a writer of it for each run."""

    settings: StudioSettings
    runtime: Runtime
    model: GeminiModel | None = None
    availability: GeminiAvailability = field(default_factory=GeminiAvailability)

    async def connect(self) -> None:
        """Imports the SDK in a thread, since that takes more than a second; nothing where no key is set."""
        settings = self.settings
        if not settings.gemini_key:
            return
        await asyncio.to_thread(load_sdk)
        self.model = GeminiModel(
            settings.gemini_key,
            api_version=settings.gemini_api_version,
            idle_seconds=settings.gemini_idle_seconds,
            clock=self.runtime.clock,
            wait=self.runtime.wait,
        )

    def writer_factory(self, database: Database) -> WriterFactory | None:
        """None where no key is set."""
        if self.model is None:
            return None
        model, settings, runtime = self.model, self.settings, self.runtime
        prices = parse_prices(settings.gemini_prices)
        micros = settings.monthly_budget_micros
        rate_limiter = RateLimiter(settings.gemini_requests_per_minute, runtime.wait)

        def writer(run: Run, on_wait: OnWait) -> Writer:
            async def fell_back(found: GenerationError, to: str) -> None:
                async def work(tx: WriteTransaction) -> None:
                    data = {"run_id": run.id, "from": found.model, "to": to, "reason": found.kind.value}
                    tx.report(GENERATION_FELL_BACK, data, member_id=run.member_id, ebook_id=run.ebook_id)

                await database.write(work)

            return GeminiWriter(
                model,
                (settings.gemini_model, *settings.gemini_fallback_models),
                total_seconds=settings.gemini_total_seconds,
                budget=RunBudget(database, run.id, micros),
                on_fallback=fell_back,
                rate_limiter=rate_limiter,
                availability=self.availability,
                on_wait=on_wait,
                prices=prices,
                clock=runtime.clock,
                wait=runtime.wait,
            )

        return writer

    async def close(self) -> None:
        """Ends the client's connections."""
        if self.model is not None:
            await self.model.aclose()


def build_engine(
    database: Database, gemini: GeminiAccess, card: RunCards, runtime: Runtime, lease: timedelta = LEASE
) -> GenerationPipeline:
    """What writes runs."""
    template = TemplateWriter(runtime.template_pace, runtime.wait)
    return GenerationPipeline(database, template, card, runtime.wait, lease, gemini.writer_factory(database))


def build_services(
    settings: Settings, database: Database, gemini: GeminiAccess, adapters: Adapters, runtime: Runtime
) -> Services:
    """All services, not started yet. ``gemini`` is connected already."""
    engine = build_engine(database, gemini, adapters.run_cards, runtime)
    worker = RunWorker(
        database,
        engine,
        runtime.wait,
        settings.generation_workers,
        lambda run_id: generation.refresh(run_id),  # noqa: PLW0108 - made below
    )
    generation = GenerationService(database, worker, adapters.run_cards)
    dispatcher = Dispatcher(
        database,
        adapters.post_sender,
        adapters.broadcast_cards,
        adapters.notices,
        Pacer(settings.broadcast_rate, runtime.wait, time.monotonic),
        runtime.wait,
        settings.affiliate_link_template,
    )
    broadcast_cards = BroadcastCardService(database, adapters.broadcast_cards)
    zone, budget = settings.studio_timezone, settings.monthly_budget_micros
    snapshots = SnapshotService(
        OverviewService(database, zone, budget), TimelineService(database, zone), ChartRenderer()
    )
    return Services(
        database=database,
        generation=generation,
        ebooks=EbookCatalog(database),
        scripts=ScriptLibrary(database),
        drafts=DraftService(database, adapters.channel_access, dispatcher.wake),
        broadcasts=BroadcastService(database, broadcast_cards, dispatcher.wake),
        broadcast_cards=broadcast_cards,
        affiliates=AffiliateService(database, adapters.channel_access),
        badges=BadgeService(database, parse_tiers(settings.badge_tiers)),
        snapshots=snapshots,
        history=EventHistory(database, zone),
        sessions=SessionService(database, zone),
        public=PublicProgress(database),
        boards=LiveBoardWorker(database, adapters.board_messages, adapters.notices, snapshots.of, runtime.wait, zone),
        tracking=TrackingService(database),
        privacy=PrivacyService(database),
        worker=worker,
        dispatcher=dispatcher,
        availability=gemini.availability,
        max_chapter_chars=settings.max_chapter_chars,
    )
