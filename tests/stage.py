"""A stage for whole stories: the real bot, in this process, against Discord and Gemini on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord

from bot.app import MythBot
from bot.runtime import Runtime
from bot.settings import Settings
from storage.stores.events import EventFilter
from tests.event_loop_guard import watch_event_loop
from tests.standins.discord_actors import Person
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel, Guild, Message, Role

MANAGE_GUILD = 1 << 5
CHAPTER = """The lantern guttered above the well.

“You came back,” said Hana.

A bell rang thirteen times over the drowned valley, and nobody had touched the rope.

“I never left,” the fox whispered.
"""


@dataclass(slots=True)
class Stage:
    """Who and what is on it. ``hana`` is the team, ``bob`` is a guest in the studio's server."""

    discord: DiscordStandIn
    bot: MythBot
    hana: Person
    bob: Person

    @property
    def channel(self) -> list[Message]:
        """What stands in the studio's channel."""
        return self.discord.channel.messages

    async def run_script(self, person: Person | None = None, **options: Any) -> InteractionLog:
        """``/script`` for chapter 1 of ``ebook_001``, answered."""
        wanted: dict[str, Any] = {"ebook": "ebook_001", "chapter": 1, "title": "The Midnight Summoning"}
        wanted["source"] = ("chapter.txt", CHAPTER.encode())
        wanted |= options
        log = await (person or self.hana).slash("script", **{k: v for k, v in wanted.items() if v is not None})
        return await self.discord.wait_for_answer(log)

    async def wait_for_card(self, text: str, within: float = 10.0) -> Message:
        """The newest message in the studio's channel that holds ``text``, as soon as there is one."""

        def found() -> Message | None:
            return next((message for message in reversed(self.channel) if text in message.text), None)

        message = await self.discord.wait_until(found, within)
        assert message is not None
        return message

    async def wait_for_finished_script(self) -> Message:
        """The card of a finished script."""
        return await self.wait_for_card("Runs ")

    async def event_names(self) -> list[str]:
        """Names of all events, oldest first."""
        async with self.bot.services.database.read() as tx:
            return [event.event async for event in tx.events.stream(EventFilter())]

    async def add_affiliate(self, name: str, *, denied: int = 0) -> "AffiliateServer":
        """Another server with the channel ``lore``, and somebody who manages it. ``denied`` is what the bot lacks there."""
        world = self.discord.world
        guild = world.add_guild(name, world.add_user(f"{name} owner"))
        channel = world.add_channel(guild, "lore")
        if denied:
            channel.deny(guild.me, denied)
        listener_role = world.add_role(guild, "Listeners", mentionable=True)
        manager = self.discord.add_person(
            f"{name} manager", guild=guild, roles=[world.add_role(guild, "Manager", MANAGE_GUILD)]
        )
        self.discord.join(guild)
        await self.discord.wait_until(lambda: self.bot.get_guild(guild.id))
        return AffiliateServer(self, guild, channel, manager, listener_role)


@dataclass(slots=True)
class AffiliateServer:
    """A server with a channel for announcements."""

    stage: Stage
    guild: Guild
    channel: Channel
    manager: Person
    listener_role: Role

    @property
    def posts(self) -> list[Message]:
        """The announcements that stand in its channel."""
        return announcements(self.channel)

    async def run_command(self, subcommand: str, **options: Any) -> str:
        """What ``/affiliate subcommand`` answers."""
        log = await self.manager.slash(f"affiliate {subcommand}", channel=self.guild.text_channel, options=options)
        return (await self.stage.discord.wait_for_answer(log)).text

    async def subscribe(self, **options: Any) -> "AffiliateServer":
        """Subscribed."""
        assert "You are subscribed" in await self.run_command("join", channel=self.channel, **options)
        return self


def announcements(channel: Channel) -> list[Message]:
    """The announcements in a channel: not the test post, not a greeting."""
    return [message for message in channel.messages if "I shared it" in message.buttons]


def settings_for(standin: DiscordStandIn, database_url: str, **changes: Any) -> Settings:
    """Settings for a bot on this stage; nothing of the machine's own environment."""
    return Settings(
        _env_file=None,
        discord_token=standin.env["DISCORD_TOKEN"],
        studio_guild_id=standin.studio.id,
        discord_api_base=standin.base_url,
        database_url=database_url,
        **changes,
    )


@asynccontextmanager
async def running(settings: Settings, runtime: Runtime | None = None) -> AsyncIterator[MythBot]:
    """The bot, ready; stopped as SIGTERM stops it."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = str(settings.discord_api_base).rstrip("/")
    bot = MythBot(settings, runtime=runtime)
    runner = asyncio.create_task(bot.start(settings.discord_token.get_secret_value()))
    ready = asyncio.create_task(bot.first_ready.wait())
    try:
        await asyncio.wait({runner, ready}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        if runner.done():
            runner.result()
        yield bot
    finally:
        await bot.close()
        for task in (runner, ready):
            task.cancel()
        await asyncio.gather(runner, ready, return_exceptions=True)
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def open_stage(database_url: str, runtime: Runtime | None = None, **changes: Any) -> AsyncIterator[Stage]:
    """The whole stage. At the end nothing may have gone against Discord's rules."""
    async with DiscordStandIn() as standin:
        role = standin.world.add_role(standin.studio, "Team", MANAGE_GUILD)
        hana = standin.add_person("Hana", roles=[role])
        bob = standin.add_person("Bob")
        async with running(settings_for(standin, database_url, **changes), runtime) as bot:
            with watch_event_loop() as blocked:
                yield Stage(standin, bot, hana, bob)
        assert blocked == []
        assert standin.violations == []
        assert standin.unexpected == []
