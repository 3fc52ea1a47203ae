"""``/progress``: where everything stands. The team sees all of it, everybody else what is out and coming."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.badges import Badges
from bot.progress.overview import Period, Progress, Scope
from cogs.access import is_team
from cogs.choices import ebook_choices
from cogs.views.progress import EventsButton, ExportButton, OverviewButton, overview_card, public_card

_PERIODS = [Choice(name=period.words, value=period.value) for period in Period]


class ProgressCog(commands.Cog):
    """Shows progress."""

    def __init__(self, progress: Progress, badges: Badges) -> None:
        self._progress = progress
        self._badges = badges

    @app_commands.command(name="progress", description="Where the books stand")
    @app_commands.describe(
        ebook="Only this book",
        member="Only what this member did",
        period="How far to look back",
        share="Show it to everybody in the channel",
    )
    @app_commands.autocomplete(ebook=ebook_choices)
    @app_commands.choices(period=_PERIODS)
    async def progress(
        self,
        interaction: discord.Interaction,
        ebook: Range[str, 1, 100] | None = None,
        member: discord.Member | None = None,
        period: str = Period.WEEK.value,
        share: bool = False,  # noqa: FBT001, FBT002 - an option's value, never passed by hand
    ) -> None:
        """The overview, or the public view."""
        await interaction.response.defer(ephemeral=not share, thinking=True)
        if not is_team(interaction):
            standing = await self._badges.of(interaction.user.id)
            view = public_card(await self._progress.public(ebook or ""), standing)
        else:
            scope = Scope(ebook or "", member.id if member else None, Period(period))
            view = overview_card(await self._progress.overview(scope))
        await interaction.edit_original_response(view=view)


async def setup(bot: MythBot) -> None:
    """In every server."""
    bot.add_dynamic_items(OverviewButton, EventsButton, ExportButton)
    await bot.add_cog(ProgressCog(bot.services.progress, bot.services.badges))
