"""A small bot on discord.py with one of everything, to prove the stand-in with; also a process of its own.

`python -m tests.standins.discord_sample_bot` takes DISCORD_TOKEN, DISCORD_API_BASE and STUDIO_GUILD_ID.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.standins.discord_server import DiscordStandIn


class Approve(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"approve:(?P<number>\d+)"):
    """A button that outlives restarts."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Approve", custom_id=f"approve:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, _i: object, _item: object, match: object) -> "Approve":
        """Made again from its custom_id."""
        return cls(int(match["number"]))  # type: ignore[index]

    async def callback(self, interaction: discord.Interaction) -> None:
        """Edit the message that bears it."""
        await interaction.response.edit_message(content=f"approved {self.number}", view=None)


class Form(discord.ui.Modal, title="Chapter"):
    """A modal with a text, a select and a file."""

    words: discord.ui.Label["Form"] = discord.ui.Label(
        text="Words", component=discord.ui.TextInput(style=discord.TextStyle.paragraph, custom_id="words")
    )
    tone: discord.ui.Label["Form"] = discord.ui.Label(
        text="Tone",
        component=discord.ui.Select(options=[discord.SelectOption(label="Dark", value="d")], custom_id="tone"),
    )
    book: discord.ui.Label["Form"] = discord.ui.Label(
        text="Book", component=discord.ui.FileUpload(required=False, custom_id="book")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say what was filled in."""
        words, tone, book = self.words.component, self.tone.component, self.book.component
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(tone, discord.ui.Select)
        assert isinstance(book, discord.ui.FileUpload)
        sizes = [len(await each.read()) for each in book.values]
        await interaction.response.send_message(f"{words.value} {tone.values} {sizes}", ephemeral=True)


class Bot(discord.Client):
    """A small bot with one of everything."""

    def __init__(self, studio: int) -> None:
        super().__init__(intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.studio = discord.Object(studio)
        self.resumed = 0

    async def setup_hook(self) -> None:
        """Register the commands."""
        group = app_commands.Group(name="scripts", description="scripts")

        @app_commands.command(description="write")
        async def script(
            interaction: discord.Interaction, ebook: str, chapter: int, source: discord.Attachment | None = None
        ) -> None:
            await interaction.response.defer()
            text = (await source.read()).decode() if source else "nothing"
            view = discord.ui.View(timeout=None).add_item(Approve(chapter))
            await interaction.edit_original_response(content=f"{ebook} {chapter} {text}", view=view)
            await interaction.followup.send("psst", ephemeral=True)

        @script.autocomplete("ebook")
        async def ebooks(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{current}!", value=current)]

        async def form(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Form())

        group.add_command(app_commands.Command(name="new", description="a form", callback=form))
        self.tree.add_command(group, guild=self.studio)
        self.tree.add_command(script, guild=self.studio)
        self.add_dynamic_items(Approve)
        # Client connects to DEFAULT_GATEWAY and never asks for the address by itself
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        await self.tree.sync(guild=self.studio)

    async def on_resumed(self) -> None:
        """Count."""
        self.resumed += 1


@asynccontextmanager
async def running(standin: DiscordStandIn, token: str | None = None) -> AsyncIterator[Bot]:
    """A bot that is connected."""
    async with Bot(standin.studio.id) as bot:
        task = asyncio.create_task(bot.start(token or standin.world.token))
        waiting = asyncio.create_task(standin.wait_until_connected())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        try:
            if task.done():
                task.result()
            await standin.wait_until(lambda: bot.get_guild(standin.studio.id))
            yield bot
        finally:
            await bot.close()
            if not task.done() or not task.exception():
                await task


if __name__ == "__main__":
    Route.BASE = os.environ["DISCORD_API_BASE"]
    Bot(int(os.environ["STUDIO_GUILD_ID"])).run(os.environ["DISCORD_TOKEN"])
