"""``/broadcast``: an announcement to every subscribed channel, after a preview and a confirmation."""

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot.app import MythBot
from bot.broadcasting.post import MAX_MESSAGE, MAX_TITLE, Post
from bot.broadcasting.service import Broadcasting
from bot.errors import NotFoundError
from cogs.access import require_team
from cogs.choices import ebook_choices
from cogs.views.broadcast_preview import ComposeModal, image_of, show_preview
from cogs.words import plain
from storage import Database


class BroadcastCog(commands.Cog):
    """Composes announcements."""

    def __init__(self, broadcasting: Broadcasting, database: Database) -> None:
        self._broadcasting = broadcasting
        self._database = database

    @app_commands.command(name="broadcast", description="Announce something in every subscribed channel")
    @app_commands.describe(
        title="The headline",
        message="The text",
        ebook="The book it is about",
        image="A picture below the text",
    )
    @app_commands.autocomplete(ebook=ebook_choices)
    @app_commands.default_permissions(manage_guild=True)
    async def broadcast(
        self,
        interaction: discord.Interaction,
        title: Range[str, 1, MAX_TITLE] | None = None,
        message: Range[str, 1, MAX_MESSAGE] | None = None,
        ebook: Range[str, 1, 100] | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Asks for what is missing, then shows the preview."""
        by = require_team(interaction)
        ebook_id = await self._ebook_id(ebook)
        post = Post(title or "", message or "", image=image_of(image))
        if not (title and title.strip() and message and message.strip()):
            await interaction.response.send_modal(ComposeModal(post=post, ebook_id=ebook_id))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        broadcast = await self._broadcasting.compose(post, by, ebook_id=ebook_id)
        await show_preview(interaction, broadcast.id)

    async def _ebook_id(self, ebook: str | None) -> str | None:
        if not ebook:
            return None
        async with self._database.read() as reading:
            found = await reading.ebooks.find(ebook)
        if found is None:
            raise NotFoundError(f"No book is called “{plain(ebook, 80)}”.", "Choose one from the list.")
        return found.id


async def setup(bot: MythBot) -> None:
    """In the studio's server alone."""
    await bot.add_cog(BroadcastCog(bot.services.broadcasting, bot.services.database), guild=bot.studio)
