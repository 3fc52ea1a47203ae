"""The composition root: ``setup_hook`` builds everything on one exit stack, and ``close`` unwinds the stack."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import Any, Final

import aiohttp
import discord
from discord.ext import commands
from yarl import URL

from bot.gateway_state import GatewayState
from bot.gateway_turn import GatewayTurn
from bot.generation.gemini.access import GeminiAccess
from bot.last_answers import wait_for_answers
from bot.membership import Membership
from bot.monitoring import Monitor
from bot.monitoring.gateway import get_heartbeat_age
from bot.monitoring.health import Health
from bot.ports import Adapters
from bot.roles import Role
from bot.runtime import Runtime
from bot.services import Services, build_services
from bot.settings import Settings
from bot.shards import Shards
from bot.studio_config import LiveConfig, StudioConfig, StudioConfigService
from bot.synced_commands import SyncedCommands, fingerprint_of
from storage import Database, DatabaseClosingError

_log = logging.getLogger(__name__)
# Loaded before the other extensions, because the services are built with the adapters.
ADAPTERS: Final = "cogs.messages.adapters"
EXTENSIONS: Final = (
    "cogs.interactions.error_handler",
    "cogs.interactions.unusable_text",
    "cogs.views.persistent_items",
    "cogs.interactions.unknown",
    "cogs.script",
    "cogs.scripts",
    "cogs.ebook",
    "cogs.batch",
    "cogs.progress",
    "cogs.track",
    "cogs.affiliate",
    "cogs.affiliates",
    "cogs.badges",
    "cogs.broadcast",
    "cogs.setup",
    "cogs.privacy",
    "cogs.about",
    "cogs.servers",
)
SILENT_SECONDS: Final = 14.0
"""Seconds without a byte from Discord after which a request ends. aiohttp's default is five minutes, and until then discord.py
sends no other message to the same channel. Waiting for a rate limit does not count: discord.py waits before it sends."""
# The bot uses no voice; without this, discord.py warns at every start that the voice libraries are missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class MythBot(commands.AutoShardedBot):
    """The bot, or the part of it that ``role`` names.

    ``runtime`` lets a demo or a test replace the clock and waiting. With ``force_sync`` the commands are registered with
    Discord even if they have not changed.
    """

    adapters: Adapters
    services: Services
    studio_config: StudioConfigService

    def __init__(
        self,
        settings: Settings,
        *,
        role: Role = Role.ALL,
        runtime: Runtime | None = None,
        force_sync: bool = False,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=discord.app_commands.AppCommandContext(guild=True),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=settings.shard_count,
        )
        self.shard_ids = list(settings.shard_ids) or None
        self.settings = settings
        self.role = role
        self.runtime = runtime or Runtime()
        self.started_at: datetime = self.runtime.clock()
        self.logged_in = asyncio.Event()
        self.has_turn = asyncio.Event()
        self.first_ready = asyncio.Event()
        self.config = LiveConfig(StudioConfig())
        self._force_sync = force_sync
        self._stack = AsyncExitStack()
        self._is_closing = False
        self._closed = asyncio.Event()
        self._connected_shards: set[int] = set()
        self._membership: Membership | None = None

    @property
    def timezone(self) -> str:
        """The IANA name of the zone in which typed times are read."""
        return self.config.value.timezone or self.settings.studio_timezone

    @property
    def team_role_ids(self) -> tuple[int, ...]:
        """The roles whose holders are the team; none means everybody with Manage Server."""
        configured = self.config.value.team_role_ids
        return self.settings.team_role_ids if configured is None else configured

    @property
    def studio(self) -> discord.Object:
        """The studio's own server, as the object that registering commands needs."""
        return discord.Object(self.settings.studio_guild_id)

    @property
    def own_shards(self) -> Shards:
        """The shards of this process; none without a gateway, and before Discord has said how many there should be."""
        if not self.role.has_gateway or self.shard_count is None:
            return Shards((), 1)
        return Shards(self.shard_ids or range(self.shard_count), self.shard_count)

    def sees_server(self, guild_id: int) -> bool:
        """Whether Discord has told this process of all servers of this one's shard, so that the cache is complete there."""
        return self.first_ready.is_set() and self.own_shards.has_server(guild_id)

    async def setup_hook(self) -> None:
        """Opens the database, connects Gemini, builds the services, loads the extensions and registers the commands.

        discord.py calls it once, after the login and before the gateway connects. A process without a gateway has no commands.

        Raises:
            StorageError: the database cannot be opened.
        """
        _end_silent_requests(self.http)
        gap = self.settings.session_gap
        database = await Database.open(self.settings.database_url, self.runtime.database_clock, session_gap=gap)
        self._stack.push_async_callback(database.close)
        await self.load_extension(ADAPTERS)
        self.studio_config = StudioConfigService(database, self.config)
        self.studio_config.start()
        await self.studio_config.load()
        gemini = GeminiAccess(self.settings, self.runtime)
        self._stack.push_async_callback(gemini.close)
        await gemini.connect()
        self.services = build_services(self.settings, database, gemini, self.adapters, self.runtime)
        self._stack.push_async_callback(self.services.snapshots.renderer.close)
        for extension in EXTENSIONS if self.role.has_gateway else ():
            await self.load_extension(extension)
        if self.role.has_gateway and (database.exclusive or self._force_sync):
            await self.register_commands(force=self._force_sync)
        if not database.exclusive:
            self._membership = Membership.create(database, self.runtime.wait, self.role, self.studio_config.load)
            if self.role.has_gateway:
                await self._find_gateway()
            await self._membership.start(self.own_shards)
            self._stack.push_async_callback(self._membership.heartbeat.stop)
        await self._start_monitor()
        self._stack.push_async_callback(self.services.stop)
        self._stack.callback(database.prepare_to_close)  # called before the others: they store what is under way

    async def _register_changed_commands(self) -> None:
        await self.register_commands(force=False)

    async def _find_gateway(self) -> None:
        """Asks Discord for the gateway's address and the number of shards.

        discord.py asks only where the number is not set, and remembers the address only for the first connection; but a proxy
        has its own address.
        """
        recommended, gateway, limit = await self.http.get_bot_gateway()
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        if self.settings.shard_count is None:
            self.shard_count = recommended
        if self._membership is not None:
            self._membership.session_starts.at_once = limit["max_concurrency"]

    def _get_state(self, **options: Any) -> GatewayState:  # noqa: ANN401 - discord.py's own
        return GatewayState(
            dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options
        )

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Waits until the shard may begin a session. discord.py's own rule knows only the shards of this process."""
        if self._membership is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await asyncio.sleep(await self._membership.session_starts.reserve(shard_id or 0))

    async def connect(self, *, reconnect: bool = True) -> None:
        """Connects to the gateway until the bot is closed; a process without one works meanwhile, over HTTP alone.

        Raises:
            SteppedDownError: another process has taken over.
        """
        self.logged_in.set()
        if self._membership is None:
            await self._find_gateway()
        else:
            await self._membership.take_turn(self.application_id or 0, self.own_shards, self._register_changed_commands)
        self.has_turn.set()
        if not self.role.has_gateway:
            await self._begin()
            await self._closed.wait()
        elif self._membership is None or self._membership.turn is None:
            await super().connect(reconnect=reconnect)
        else:
            await self._stay_connected(self._membership.turn, super().connect(reconnect=reconnect))

    async def _stay_connected(self, turn: GatewayTurn, connection: Coroutine[Any, Any, None]) -> None:
        tasks = [asyncio.create_task(connection), asyncio.create_task(turn.keep())]
        connected, kept = tasks
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if connected.done():
                connected.result()
                return
            for shard in self.shards.values():
                await shard.disconnect()
            kept.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_monitor(self) -> None:
        """Metrics and health checks are there as long as the bot, also while it stops."""
        services = self.services
        workers = {
            worker.kind: worker.jobs
            for worker in (services.worker, services.dispatcher, services.boards, services.notices)
        }
        health = Health(
            services.database,
            workers,
            is_ready=lambda: self.first_ready.is_set() and not self._is_closing,
            get_heartbeat_age=lambda: get_heartbeat_age(self) if self.role.has_gateway else None,
            is_standby=lambda: self.logged_in.is_set() and not self.has_turn.is_set() and not self._is_closing,
        )
        monitor = Monitor(self.settings, health, services.availability.is_resting, self.runtime.wait)
        self._stack.push_async_callback(monitor.stop)
        await monitor.start()

    def dispatch(self, event_name: str, /, *args: object, **kwargs: object) -> None:
        """Tells the listeners of an event; once the bot closes, events are dropped.

        discord.py announces ``ready`` two seconds after the last server even if the bot has closed meanwhile, and then fails.
        """
        if not self._is_closing:
            super().dispatch(event_name, *args, **kwargs)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Notes that Discord has named the shard's servers; those of the last shard may all have arrived."""
        self._connected_shards.add(shard_id)
        await self._begin_when_complete()

    async def on_guild_available(self, _guild: discord.Guild) -> None:
        """Starts the workers as soon as the last server has arrived."""
        await self._begin_when_complete()

    async def _begin_when_complete(self) -> None:
        """The bot is ready if all shards are connected and all servers have arrived.

        Discord's READY names a shard's servers and then sends each one. discord.py reports ``on_ready`` only after two seconds
        without a further server. That wait is needed only if a server stays away because of an outage.
        """
        ids = self.own_shards.ids
        is_connected = bool(ids) and self._connected_shards.issuperset(ids)
        if is_connected and not any(guild.unavailable for guild in self.guilds):
            await self._begin()

    async def on_ready(self) -> None:
        """Starts the workers, at the latest now: resumed cards and posts need the servers' channels."""
        await self._begin()

    async def _begin(self) -> None:
        """The bot is ready: its workers start, if it has any."""
        if not self.first_ready.is_set():
            self.first_ready.set()
            _log.info(
                "ready as %s; role: %s, shards: %s, servers: %d",
                self.user,
                self.role,
                str(self.own_shards) or "none",
                len(self.guilds),
            )
            with suppress(DatabaseClosingError):  # stopped before everything was started
                await self.services.start(with_workers=self.role.has_workers)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Registers the studio's commands when the bot is invited to the studio's server while it runs."""
        if guild.id == self.settings.studio_guild_id:
            await self.register_commands(force=True)

    async def register_commands(self, *, force: bool) -> None:
        """The commands are registered with Discord; nothing is sent if they are unchanged, unless ``force`` is set."""
        synced = SyncedCommands(self.services.database)
        payload = [
            [command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)]
            for guild in (None, self.studio)
        ]
        fingerprint = fingerprint_of([payload, self.application_id, self.studio.id])
        if not force and await synced.matches(fingerprint):
            return
        await self.tree.sync()
        try:
            await self.tree.sync(guild=self.studio)
        except discord.Forbidden:
            _log.error(
                "The bot is not in the studio's server %d: invite it there, or correct STUDIO_GUILD_ID.", self.studio.id
            )
            return
        await synced.save(fingerprint)
        _log.info("commands registered")

    async def close(self) -> None:
        """Stops the workers, closes the database and disconnects; may be called more than once."""
        self._is_closing = True
        # Workers stop while Discord can still be reached, so that a card can say that it was interrupted.
        await self._stack.aclose()
        await wait_for_answers()
        await super().close()
        if self._membership is not None and self._membership.turn is not None:
            await self._membership.turn.end()  # nothing comes from Discord any more: a standby may take over
        self._closed.set()


def _end_silent_requests(http: discord.http.HTTPClient) -> None:
    """Requests that Discord never answers end with a ``TimeoutError``. discord.py has no setting for this."""
    session = http._HTTPClient__session  # type: ignore[attr-defined]  # noqa: SLF001
    if isinstance(session, aiohttp.ClientSession):  # the demo's simulated Discord has none
        session._timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENT_SECONDS, sock_read=SILENT_SECONDS)  # noqa: SLF001
