"""``/progress``: where everything stands. The team sees all of it, everybody else what is out and coming."""

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
from cogs.views.progress.controls import first_card, show_overview
from cogs.views.progress.texts import public_texts

_PERIODS = [Choice(name=period.words, value=period.value) for period in Period]


class ProgressCog(commands.Cog):
    """Shows progress."""

    def __init__(self, services: Services) -> None:
        self._services = services

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
        """The overview, or the public view."""
        await interaction.response.defer(ephemeral=not share, thinking=True)
        if not is_team(interaction):
            standing = await self._services.badges.get_standing(interaction.user.id)
            texts = public_texts(await self._services.public.view(ebook or ""), standing)
            view = card_layout(*(ui.TextDisplay(text) for text in texts), accent=INDIGO)
            await interaction.edit_original_response(view=view)
            return
        scope = Scope(ebook or "", member.id if member else None, Period(period))
        snapshots = self._services.snapshots
        overview = await snapshots.overviews.of(scope)
        # The words come at once, the picture when it is drawn, unless the message shows something else by then.
        message = await interaction.edit_original_response(view=first_card(overview))
        snapshots.awaited.add(message.id)
        try:
            found = await snapshots.drawn(overview)
            if message.id in snapshots.awaited:
                await show_overview(interaction, found)
        finally:
            snapshots.awaited.discard(message.id)


async def setup(bot: MythBot) -> None:
    """In every server."""
    await bot.add_cog(ProgressCog(bot.services))
