"""Builds the studio's services on one database. The bot, the façade and the tests use the same functions."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from bot.affiliates.badges import BadgeService
from bot.affiliates.subscriptions import AffiliateService
from bot.batches.cards import BatchCardKeeper
from bot.batches.estimate import GeminiTerms
from bot.batches.open_plans import OpenPlans
from bot.batches.overnight import OvernightWorker, pause_without_key
from bot.batches.overnight_money import OvernightMoney
from bot.batches.service import BatchService
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.dispatcher import Dispatcher
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.service import BroadcastService
from bot.card_turns import CardTurns
from bot.charts.progress_chart import ChartRenderer
from bot.charts.snapshot import SnapshotService
from bot.ebooks.bible import BibleService
from bot.ebooks.cast_service import CastService
from bot.ebooks.casting import CastingService
from bot.ebooks.catalog import EbookCatalog
from bot.ebooks.lexicon_service import LexiconService, StoryService
from bot.ebooks.library import EbookService
from bot.ebooks.reading.process import BookReader
from bot.ebooks.script_check import ScriptCheckService
from bot.exports.book.service import BookExportService
from bot.exports.options import ExportOptions
from bot.exports.service import ExportService
from bot.generation.gemini.access import GeminiAccess, GeminiWriterFactory
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.jobs import GeminiJobs
from bot.generation.open_choices import OpenChoices
from bot.generation.pipeline import GenerationPipeline
from bot.generation.revision_service import RevisionService
from bot.generation.run_cards import RunCardService
from bot.generation.service import GenerationService
from bot.generation.template import TemplateWriter
from bot.generation.worker import RunWorker
from bot.jobs.limit_states import create_limit_states
from bot.jobs.pacer import Pacer
from bot.live_boards import LiveBoardWorker
from bot.ports import Adapters, RunCards
from bot.privacy import PrivacyService
from bot.progress.history import EventHistory
from bot.progress.overview import OverviewService
from bot.progress.public_view import PublicProgress
from bot.progress.script_lists import ScriptListService
from bot.progress.script_versions import VersionService
from bot.progress.sessions import SessionService
from bot.progress.spending import SpendingService
from bot.progress.timeline import TimelineService
from bot.progress.tracking import TrackingService
from bot.runtime import Runtime
from bot.scripts.edit_service import EditService
from bot.scripts.library import ScriptLibrary
from bot.scripts.take_log import TakeLog
from bot.scripts.text_search import TextSearchService
from bot.servers.directory import ServerDirectory
from bot.servers.kept_notices import KeptNotices
from bot.servers.notice_outbox import NoticeOutbox
from bot.settings import Settings
from bot.settings.badge_tiers import parse_tiers
from bot.settings.gemini_prices import parse_prices
from storage import Database
from storage.leases import LEASE_DURATION


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a front end may call, and the workers behind it."""

    database: Database
    generation: GenerationService
    revisions: RevisionService
    open_choices: OpenChoices
    run_cards: RunCardService
    card_turns: CardTurns
    ebooks: EbookCatalog
    bible: BibleService
    cast: CastService
    lexicon: LexiconService
    story: StoryService
    casting: CastingService
    checks: ScriptCheckService
    ebook_library: EbookService
    batches: BatchService
    batch_cards: BatchCardKeeper
    overnight: OvernightWorker | None
    open_plans: OpenPlans
    scripts: ScriptLibrary
    script_lists: ScriptListService
    text_search: TextSearchService
    exports: ExportService
    editing: EditService
    versions: VersionService
    book_exports: BookExportService
    takes: TakeLog
    drafts: DraftService
    notices: NoticeOutbox
    kept_notices: KeptNotices
    servers: ServerDirectory
    broadcasts: BroadcastService
    broadcast_cards: BroadcastCardService
    affiliates: AffiliateService
    badges: BadgeService
    overviews: OverviewService
    snapshots: SnapshotService
    history: EventHistory
    sessions: SessionService
    spending: SpendingService
    public: PublicProgress
    boards: LiveBoardWorker
    tracking: TrackingService
    privacy: PrivacyService
    worker: RunWorker
    dispatcher: Dispatcher
    availability: GeminiAvailability
    max_chapter_chars: int
    book_reader: BookReader
    max_book_mb: int

    async def start(self, *, with_workers: bool = True) -> None:
        """Starts the workers; they resume what was left over.

        Without ``with_workers`` other processes work on what is requested here.
        """
        self.servers.start()
        self.card_turns.start()
        await self.kept_notices.start()
        if not with_workers:
            return
        await self.worker.start()
        await self.batch_cards.start()
        if self.overnight is not None:
            await self.overnight.start()
        else:
            await pause_without_key(self.database)
        await self.dispatcher.start()
        await self.boards.start()
        await self.notices.start()
        await self.text_search.start()

    async def stop(self) -> None:
        """Stops the workers; unfinished work is stored so that the next start resumes it."""
        if self.overnight is not None:
            await self.overnight.stop()
        workers = (
            self.worker,
            self.batch_cards,
            self.dispatcher,
            self.boards,
            self.notices,
            self.text_search,
            self.servers,
        )
        await asyncio.gather(*(worker.stop() for worker in workers))


def build_pipeline(
    database: Database,
    gemini: GeminiAccess,
    cards: RunCards,
    runtime: Runtime,
    lease: timedelta = LEASE_DURATION,
) -> GenerationPipeline:
    """The pipeline that writes runs: with Gemini if ``gemini`` is connected, else with the template writer alone."""
    template = TemplateWriter(runtime.template_pace, runtime.wait)
    factory = GeminiWriterFactory.create(database, gemini)
    return GenerationPipeline(database, template, cards, runtime.wait, lease, factory, runtime.has_template_batches)


def build_services(
    settings: Settings, database: Database, gemini: GeminiAccess, adapters: Adapters, runtime: Runtime
) -> Services:
    """All services; their workers are not started. ``gemini`` must be connected, or it counts as missing."""
    zone = settings.studio_timezone
    pipeline = build_pipeline(database, gemini, adapters.run_cards, runtime)
    has_gemini = pipeline.writer_factory is not None
    run_cards = RunCardService(database, adapters.run_cards, has_gemini)
    worker = RunWorker(database, pipeline, runtime.wait, settings.generation_workers, run_cards.refresh_card)
    generation = GenerationService(database, worker, run_cards, has_gemini, settings.daily_scripts_per_member)

    terms = GeminiTerms(
        settings.gemini_model,
        parse_prices(settings.gemini_prices),
        settings.gemini_requests_per_minute,
        settings.monthly_budget_micros,
        settings.generation_workers,
        settings.gemini_fallback_models,
    )
    overnight = _build_overnight(database, gemini, pipeline, worker, terms)
    servers = ServerDirectory(
        database, adapters.channel_access, runtime.wait, settings.studio_guild_id, not database.exclusive
    )
    dispatcher = _build_dispatcher(settings, database, adapters, runtime)
    broadcast_cards = BroadcastCardService(database, adapters.broadcast_cards, adapters.channel_access)

    overviews = OverviewService(database, zone, settings.monthly_budget_micros)
    snapshots = SnapshotService(overviews, TimelineService(database, zone), ChartRenderer())
    boards = LiveBoardWorker(database, adapters.board_messages, snapshots.take_snapshot, runtime.wait, zone)
    return Services(
        database=database,
        generation=generation,
        revisions=RevisionService(database, has_gemini),
        open_choices=OpenChoices(),
        run_cards=run_cards,
        card_turns=CardTurns(database),
        ebooks=EbookCatalog(database),
        bible=BibleService(database),
        cast=CastService(database),
        lexicon=LexiconService(database),
        story=StoryService(database),
        casting=CastingService(database),
        checks=ScriptCheckService(database),
        ebook_library=EbookService(database, settings.max_chapter_chars),
        batches=BatchService(
            database,
            worker,
            terms,
            has_gemini,
            settings.daily_scripts_per_member,
            runtime.has_template_batches,
            overnight,
        ),
        overnight=overnight,
        batch_cards=BatchCardKeeper(database, adapters.batch_cards, runtime.wait),
        open_plans=OpenPlans(),
        scripts=ScriptLibrary(database),
        exports=ExportService(database, ExportOptions(settings.studio_paper)),
        editing=EditService(database),
        versions=VersionService(database),
        script_lists=ScriptListService(database),
        text_search=TextSearchService(database),
        book_exports=BookExportService(database, ExportOptions(settings.studio_paper)),
        takes=TakeLog(database),
        drafts=DraftService(database, adapters.channel_access, dispatcher.wake),
        notices=NoticeOutbox(database, adapters.notices, servers, runtime.wait),
        kept_notices=KeptNotices(database),
        servers=servers,
        broadcasts=BroadcastService(database, broadcast_cards, dispatcher.wake),
        broadcast_cards=broadcast_cards,
        affiliates=AffiliateService(database, adapters.channel_access),
        badges=BadgeService(database, parse_tiers(settings.badge_tiers)),
        overviews=overviews,
        snapshots=snapshots,
        history=EventHistory(database, zone),
        sessions=SessionService(database, zone),
        spending=SpendingService(database, zone, settings.monthly_budget_micros),
        public=PublicProgress(database),
        boards=boards,
        tracking=TrackingService(database),
        privacy=PrivacyService(database, broadcast_cards.refresh_card),
        worker=worker,
        dispatcher=dispatcher,
        availability=gemini.availability,
        max_chapter_chars=settings.max_chapter_chars,
        book_reader=BookReader(),
        max_book_mb=settings.max_book_mb,
    )


def _build_overnight(
    database: Database,
    gemini: GeminiAccess,
    pipeline: GenerationPipeline,
    worker: RunWorker,
    terms: GeminiTerms,
) -> OvernightWorker | None:
    if gemini.client is None:
        return None
    return OvernightWorker(
        database,
        pipeline,
        worker,
        tuple(GeminiJobs(gemini.client, model) for model in dict.fromkeys([terms.model, *terms.fallbacks])),
        OvernightMoney(gemini.client, terms.budget_micros, terms.prices),
        gemini.runtime.wait,
    )


def _build_dispatcher(settings: Settings, database: Database, adapters: Adapters, runtime: Runtime) -> Dispatcher:
    states = create_limit_states(database, time.monotonic)
    pacer = Pacer(settings.broadcast_rate, runtime.wait, time.monotonic, states)
    return Dispatcher(
        database,
        adapters.post_sender,
        adapters.broadcast_cards,
        pacer,
        runtime.wait,
        settings.affiliate_link_template,
    )
