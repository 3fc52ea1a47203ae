"""``/progress``: the team sees how far everything is, everybody else what is out and what is coming."""

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.progress.scope import Period, Scope
from bot.services import Services
from cogs.interactions.access import is_team
from cogs.interactions.autocomplete import ebook_autocomplete
from cogs.views.base import card_layout
from cogs.views.formatting import INDIGO
from cogs.views.progress.controls import build_overview_card, replaces_view, show_overview
from cogs.views.progress.view_texts import format_public_view

_PERIODS = [Choice(name=period.label, value=period.value) for period in Period]


class ProgressCog(commands.Cog):
    """The command, and the pictures that its messages wait for.

    ``pending_pictures`` are ids of messages that show an overview as text and get a picture when it is drawn, unless
    somebody chooses another view before.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.pending_pictures: set[int] = set()

    @app_commands.command(name="progress", description="Where the books stand")
    @app_commands.describe(
        ebook="Only this book",
        member="Only what this member did",
        period="How far to look back",
        share="Show it to everybody in the channel",
    )
    @app_commands.autocomplete(ebook=ebook_autocomplete)
    @app_commands.choices(period=_PERIODS)
    async def progress(
        self,
        interaction: discord.Interaction,
        ebook: Range[str, 1, 100] | None = None,
        member: discord.User | None = None,
        period: str = Period.WEEK.value,
        share: bool = False,  # noqa: FBT001, FBT002 - an option's value, never passed by hand
    ) -> None:
        """Shows the overview to the team and the public view to others."""
        await interaction.response.defer(ephemeral=not share, thinking=True)
        if is_team(interaction):
            scope = Scope(ebook or "", member.id if member else None, Period(period))
            await self._show_overview(interaction, scope)
        else:
            await self._show_public_view(interaction, ebook or "")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Drops the pending picture of a message that switches to another view; discord.py calls this."""
        if interaction.message is not None and replaces_view(interaction) and is_team(interaction):
            self.pending_pictures.discard(interaction.message.id)

    async def _show_overview(self, interaction: discord.Interaction, scope: Scope) -> None:
        overview = await self._services.overviews.get_overview(scope)
        # The text is there at once; drawing the picture takes up to a second.
        message = await interaction.edit_original_response(view=build_overview_card(overview))
        self.pending_pictures.add(message.id)
        try:
            snapshot = await self._services.snapshots.draw_snapshot(overview)
            if message.id in self.pending_pictures:
                await show_overview(interaction, snapshot)
        finally:
            self.pending_pictures.discard(message.id)

    async def _show_public_view(self, interaction: discord.Interaction, ebook: str) -> None:
        standing = await self._services.badges.get_standing(interaction.user.id)
        texts = format_public_view(await self._services.public.get_view(ebook), standing)
        view = card_layout(*(ui.TextDisplay(text) for text in texts), accent=INDIGO)
        await interaction.edit_original_response(view=view)


async def setup(bot: MythBot) -> None:
    """Adds the command to every server."""
    await bot.add_cog(ProgressCog(bot.services))
