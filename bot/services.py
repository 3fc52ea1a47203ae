"""Puts the studio's services together over one database. Used by the bot, by the façade and by tests alike."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

from bot.affiliates.badges import Badges, parse_tiers
from bot.affiliates.subscriptions import Affiliates
from bot.broadcasts.dispatcher import Dispatcher
from bot.broadcasts.post import BroadcastCard, Notices, Reach, Sender
from bot.broadcasts.service import Broadcasting
from bot.charts.progress_chart import Pictures
from bot.charts.snapshot import PicturedProgress
from bot.clock import Clock, Wait, plainly, utcnow
from bot.event_names import FELL_BACK
from bot.generation.budget import RunMeter
from bot.generation.gemini.client import GeminiModel, load_sdk
from bot.generation.gemini.pricing import parse_prices
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.pipeline import Engine, OnWait, WriterFor
from bot.generation.run_card import Card
from bot.generation.service import Generation
from bot.generation.template import TemplateWriter
from bot.generation.worker import LEASE, RunWorker
from bot.generation.writer import Writer, WritingFault
from bot.jobs.circuit_breaker import Health
from bot.jobs.pacer import Pacer
from bot.jobs.rate_limiter import Turnstile
from bot.live_boards import BoardFace, Boards
from bot.privacy import Privacy
from bot.progress.history import History
from bot.progress.overview import Overviews
from bot.progress.public_view import PublicProgress
from bot.progress.sessions import Sessions
from bot.progress.timeline import Timelines
from bot.progress.tracking import Tracking
from bot.scripts.library import Scripts
from bot.settings import Settings, StudioSettings
from storage import Database, Writing
from storage.stores.runs import Run


@dataclass(frozen=True, slots=True)
class Face:
    """What the services show themselves through; implemented where Discord is known."""

    card: Card
    sender: Sender
    reach: Reach
    broadcast_card: BroadcastCard
    notices: Notices
    boards: BoardFace


@dataclass(frozen=True, slots=True)
class Ways:
    """How time and waiting are known, and how fast the template writes: what a demo and tests replace."""

    clock: Clock = utcnow
    wait: Wait = plainly
    template_pace: float = 0.0


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the face may call."""

    database: Database
    generation: Generation
    scripts: Scripts
    broadcasting: Broadcasting
    affiliates: Affiliates
    badges: Badges
    pictured: PicturedProgress
    history: History
    sessions: Sessions
    public: PublicProgress
    boards: Boards
    tracking: Tracking
    privacy: Privacy
    worker: RunWorker
    dispatcher: Dispatcher
    health: Health
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
    ways: Ways
    model: GeminiModel | None = None
    health: Health = field(default_factory=Health)

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
            clock=self.ways.clock,
            wait=self.ways.wait,
        )

    def writer_for(self, database: Database) -> WriterFor | None:
        """None where no key is set."""
        if self.model is None:
            return None
        model, settings, ways = self.model, self.settings, self.ways
        prices = parse_prices(settings.gemini_prices)
        micros = settings.monthly_budget_micros
        turnstile = Turnstile(settings.gemini_requests_per_minute, ways.wait)

        def writer(run: Run, on_wait: OnWait) -> Writer:
            async def fell_back(found: WritingFault, to: str) -> None:
                async def work(writing: Writing) -> None:
                    data = {"run_id": run.id, "from": found.model, "to": to, "reason": found.kind.value}
                    writing.report(FELL_BACK, data, member_id=run.member_id, ebook_id=run.ebook_id)

                await database.write(work)

            return GeminiWriter(
                model,
                (settings.gemini_model, *settings.gemini_fallback_models),
                total_seconds=settings.gemini_total_seconds,
                meter=RunMeter(database, run.id, micros),
                on_fallback=fell_back,
                turnstile=turnstile,
                health=self.health,
                on_wait=on_wait,
                prices=prices,
                clock=ways.clock,
                wait=ways.wait,
            )

        return writer

    async def close(self) -> None:
        """Ends the client's connections."""
        if self.model is not None:
            await self.model.aclose()


def build_engine(database: Database, gemini: GeminiAccess, card: Card, ways: Ways, lease: timedelta = LEASE) -> Engine:
    """What writes runs."""
    template = TemplateWriter(ways.template_pace, ways.wait)
    return Engine(database, template, card, ways.wait, lease, gemini.writer_for(database))


def build_services(settings: Settings, database: Database, gemini: GeminiAccess, face: Face, ways: Ways) -> Services:
    """All services, not started yet. ``gemini`` is connected already."""
    engine = build_engine(database, gemini, face.card, ways)
    worker = RunWorker(database, engine, ways.wait, settings.generation_workers)
    generation = Generation(database, worker, face.card)
    worker.refresh = generation.refresh
    dispatcher = Dispatcher(
        database,
        face.sender,
        face.broadcast_card,
        face.notices,
        Pacer(settings.broadcast_rate, ways.wait, time.monotonic),
        ways.wait,
        settings.affiliate_link_template,
    )
    zone, budget = settings.studio_timezone, settings.monthly_budget_micros
    pictured = PicturedProgress(Overviews(database, zone, budget), Timelines(database, zone), Pictures())
    return Services(
        database=database,
        generation=generation,
        scripts=Scripts(database),
        broadcasting=Broadcasting(database, face.reach, face.broadcast_card, face.notices, dispatcher.wake),
        affiliates=Affiliates(database),
        badges=Badges(database, parse_tiers(settings.badge_tiers)),
        pictured=pictured,
        history=History(database, zone),
        sessions=Sessions(database, zone),
        public=PublicProgress(database),
        boards=Boards(database, face.boards, face.notices, pictured.of, ways.wait, zone),
        tracking=Tracking(database),
        privacy=Privacy(database),
        worker=worker,
        dispatcher=dispatcher,
        health=gemini.health,
        max_chapter_chars=settings.max_chapter_chars,
    )
