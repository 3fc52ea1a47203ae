"""The stage for tests of whole features: the real bot in this process, and people who use it through a stand-in for Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord

from bot.app import MythBot
from bot.roles import Role as ProcessRole
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
    """The running bot, its Discord, and two people in the studio's server: ``hana`` is on the team, ``bob`` is not."""

    discord: DiscordStandIn
    bot: MythBot
    hana: Person
    bob: Person

    @property
    def channel(self) -> list[Message]:
        """The messages in the studio's channel, oldest first."""
        return self.discord.channel.messages

    async def run_script(self, person: Person | None = None, **options: Any) -> InteractionLog:
        """Runs ``/script`` for chapter 1 of ``ebook_001`` and waits for the answer.

        ``options`` are added to the command's options or replace them; None removes one.
        """
        given: dict[str, Any] = {"ebook": "ebook_001", "chapter": 1, "title": "The Midnight Summoning"}
        given["source"] = ("chapter.txt", CHAPTER.encode())
        given |= options
        log = await (person or self.hana).slash("script", **{k: v for k, v in given.items() if v is not None})
        return await self.discord.wait_for_answer(log)

    async def wait_for_card(self, text: str, within: float = 30.0) -> Message:
        """The newest message in the studio's channel that contains ``text``, as soon as there is one (``within`` seconds)."""

        def newest() -> Message | None:
            return next((message for message in reversed(self.channel) if text in message.text), None)

        message = await self.discord.wait_until(newest, within)
        assert message is not None
        return message

    async def wait_for_finished_script(self) -> Message:
        """The card of a finished script, as soon as there is one."""
        return await self.wait_for_card("Runs ")

    async def approve_template(self, card: Message) -> None:
        """Hana approves the template on the card, and confirms that she means a template."""
        question = await self.discord.wait_for_answer(await self.hana.click(card, "Approve"))
        await self.hana.click(question, "Approve the template")
        await self.discord.wait_until(lambda: "approved" in card.text)

    async def event_names(self) -> list[str]:
        """The names of all events, oldest first."""
        async with self.bot.services.database.read() as tx:
            return [event.event async for event in tx.events.stream(EventFilter())]

    async def add_affiliate(self, name: str, *, denied: int = 0) -> "AffiliateServer":
        """Adds a server with the channel ``lore`` and somebody who manages it.

        ``denied`` are permissions (bits) that the bot does not have in that channel.
        """
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
    """A server of an affiliate, with a channel for announcements."""

    stage: Stage
    guild: Guild
    channel: Channel
    manager: Person
    listener_role: Role

    @property
    def posts(self) -> list[Message]:
        """The posts in its channel, oldest first."""
        return posts_in(self.channel)

    async def run_command(self, subcommand: str, **options: Any) -> str:
        """Runs ``/affiliate subcommand``; the text of the answer."""
        log = await self.manager.slash(f"affiliate {subcommand}", channel=self.guild.text_channel, options=options)
        return (await self.stage.discord.wait_for_answer(log)).text

    async def subscribe(self, **options: Any) -> "AffiliateServer":
        """Subscribes the channel."""
        assert "You are subscribed" in await self.run_command("join", channel=self.channel, **options)
        return self


def posts_in(channel: Channel) -> list[Message]:
    """The posts of broadcasts in a channel, without test posts and greetings."""
    return [message for message in channel.messages if "I shared it" in message.buttons]


def add_team_member(standin: DiscordStandIn, name: str) -> Person:
    """Adds somebody to the studio's server who is on the team, because no team role is set and they may manage the server."""
    return standin.add_person(name, roles=[standin.world.add_role(standin.studio, "Team", MANAGE_GUILD)])


def settings_for(standin: DiscordStandIn, database_url: str, **changes: Any) -> Settings:
    """Settings for a bot on this stage, without the machine's own environment. ``changes`` are fields of ``Settings``."""
    return Settings(
        _env_file=None,
        discord_token=standin.env["DISCORD_TOKEN"],
        studio_guild_id=standin.studio.id,
        discord_api_base=standin.base_url,
        database_url=database_url,
        **changes,
    )


@asynccontextmanager
async def running_bot(
    settings: Settings, runtime: Runtime | None = None, role: ProcessRole = ProcessRole.ALL
) -> AsyncIterator[MythBot]:
    """The bot, ready; closed at the end as SIGTERM would close it."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = str(settings.discord_api_base).rstrip("/")
    bot = MythBot(settings, role=role, runtime=runtime)
    runner = asyncio.create_task(bot.start(settings.discord_token.get_secret_value()))
    ready = asyncio.create_task(bot.first_ready.wait())
    try:
        await asyncio.wait({runner, ready}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        if runner.done():
            runner.result()
        yield bot
    finally:
        await bot.close()
        # Listeners that discord.py has scheduled and that have not begun would count as never awaited when the loop ends.
        listeners = [task for task in asyncio.all_tasks() if task.get_name().startswith("discord.py: ")]
        if listeners:
            await asyncio.wait(listeners, timeout=2)
        for task in (runner, ready):
            task.cancel()
        await asyncio.gather(runner, ready, return_exceptions=True)
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def open_stage(
    database_url: str, runtime: Runtime | None = None, role: ProcessRole = ProcessRole.ALL, **changes: Any
) -> AsyncIterator[Stage]:
    """The whole stage.

    Raises:
        AssertionError: At the end, a request broke Discord's rules, could have rung somebody, or had no route in the stand-in;
            or the bot kept the event loop busy for too long.
    """
    async with DiscordStandIn() as standin:
        hana = add_team_member(standin, "Hana")
        bob = standin.add_person("Bob")
        async with running_bot(settings_for(standin, database_url, **changes), runtime, role) as bot:
            with watch_event_loop() as blocked:
                yield Stage(standin, bot, hana, bob)
        assert blocked == []
        assert standin.violations == []
        assert standin.unexpected == []
