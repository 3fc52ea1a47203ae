"""The composition root: everything is built in ``setup_hook`` on one exit stack, and ``close`` unwinds it."""

import asyncio
import hashlib
import json
import logging
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

import discord
from discord.ext import commands
from yarl import URL

from bot.ports import Adapters
from bot.services import GeminiAccess, Runtime, Services, build_services
from bot.settings import Settings
from bot.studio_config import LiveConfig, StudioConfig, load_config
from storage import Database, WriteTransaction

_log = logging.getLogger(__name__)
# The adapters come first: the services are built with them.
ADAPTERS: Final = "cogs.messages.adapters"
EXTENSIONS: Final = (
    "cogs.interactions.error_handler",
    "cogs.views.persistent_items",
    "cogs.script",
    "cogs.progress",
    "cogs.track",
    "cogs.affiliate",
    "cogs.affiliates",
    "cogs.badges",
    "cogs.broadcast",
    "cogs.setup",
    "cogs.privacy",
    "cogs.about",
)
_SYNCED: Final = "commands_synced"
# The studio writes and never speaks; discord.py would warn at every start that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class MythBot(commands.Bot):
    """The bot. ``runtime`` is how a demo or a test changes time and waiting; ``force_sync`` registers the commands anew."""

    adapters: Adapters
    services: Services

    def __init__(self, settings: Settings, *, runtime: Runtime | None = None, force_sync: bool = False) -> None:
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
        )
        self.settings = settings
        self.runtime = runtime or Runtime()
        self.started_at: datetime = self.runtime.clock()
        self.first_ready = asyncio.Event()
        self.config = LiveConfig(StudioConfig())
        self._force_sync = force_sync
        self._stack = AsyncExitStack()

    @property
    def timezone(self) -> str:
        """Where typed times are meant."""
        return self.config.value.timezone or self.settings.studio_timezone

    @property
    def team_role_ids(self) -> tuple[int, ...]:
        """Whose holders are the team."""
        chosen = self.config.value.team_role_ids
        return self.settings.team_role_ids if chosen is None else chosen

    @property
    def studio(self) -> discord.Object:
        """The studio's own server, as far as registering commands needs it."""
        return discord.Object(self.settings.studio_guild_id)

    async def setup_hook(self) -> None:
        """Opens, builds and starts everything, in this order; ``close`` undoes it in the opposite one."""
        gap = self.settings.session_gap
        database = await Database.open(self.settings.database_url, self.runtime.database_clock, session_gap=gap)
        self._stack.push_async_callback(database.close)
        async with database.read() as tx:
            self.config.value = await load_config(tx)
        gemini = GeminiAccess(self.settings, self.runtime)
        self._stack.push_async_callback(gemini.close)
        await gemini.connect()
        await self.load_extension(ADAPTERS)
        self.services = build_services(self.settings, database, gemini, self.adapters, self.runtime)
        self._stack.push_async_callback(self.services.snapshots.pictures.close)
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.register_commands(force=self._force_sync)
        if self.settings.discord_api_base is not None:
            # discord.py asks for the gateway's address only when it is sharded; a proxy has one of its own.
            _, gateway, _ = await self.http.get_bot_gateway()
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        self._stack.push_async_callback(self.services.stop)

    async def on_guild_available(self, _guild: discord.Guild) -> None:
        """Starts the workers as soon as the last server has arrived.

        Discord's READY names the servers and then sends each one. discord.py reports ``on_ready`` only after two seconds
        without a further server. That wait is needed only if a server stays away because of an outage.
        """
        if not any(guild.unavailable for guild in self.guilds):
            await self._start_workers()

    async def on_ready(self) -> None:
        """Starts the workers, at the latest now: resumed cards and posts need the servers' channels."""
        await self._start_workers()

    async def _start_workers(self) -> None:
        if not self.first_ready.is_set():
            self.first_ready.set()
            _log.info("ready as %s in %d servers", self.user, len(self.guilds))
            await self.services.start()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The studio's server may let the bot in only after it was started."""
        if guild.id == self.settings.studio_guild_id:
            await self.register_commands(force=True)

    async def register_commands(self, *, force: bool) -> None:
        """Registers the commands with Discord where the tree, the application or the studio's server has changed."""
        database = self.services.database
        payload = [
            [command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)]
            for guild in (None, self.studio)
        ]
        text = json.dumps([payload, self.application_id, self.studio.id], sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        async with database.read() as tx:
            if not force and await tx.key_values.get(_SYNCED) == fingerprint:
                return
        await self.tree.sync()
        try:
            await self.tree.sync(guild=self.studio)
        except discord.Forbidden:
            _log.error(
                "The bot is not in the studio's server %d: invite it there, or correct STUDIO_GUILD_ID.", self.studio.id
            )
            return

        async def work(tx: WriteTransaction) -> None:
            await tx.key_values.put(_SYNCED, fingerprint)

        await database.write(work)
        _log.info("commands registered")

    async def close(self) -> None:
        """Leaves the gateway and unwinds everything; may be called more than once."""
        # The workers let go while Discord can still be reached, so that a card can say that it was interrupted.
        await self._stack.aclose()
        await super().close()
