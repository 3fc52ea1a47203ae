"""``/track``: adds an entry of one's own to the audit trail."""

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot.app import MythBot
from bot.progress.tracking import MAX_DATA_LENGTH, MAX_EVENT_LENGTH, TrackingService
from cogs.interactions.access import require_team
from cogs.views.formatting import escape_text


class TrackCog(commands.Cog):
    """The command."""

    def __init__(self, tracking: TrackingService) -> None:
        self._tracking = tracking

    @app_commands.command(name="track", description="Note something in the progress log")
    @app_commands.describe(event="What happened", data='Details as JSON, such as {"takes": 3}')
    async def track(
        self,
        interaction: discord.Interaction,
        event: Range[str, 1, MAX_EVENT_LENGTH],
        data: Range[str, 1, MAX_DATA_LENGTH] | None = None,
    ) -> None:
        """Adds the entry and confirms it privately."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._tracking.add_entry(event, data or "", by)
        await interaction.edit_original_response(content=f"Noted: {escape_text(event)}")


async def setup(bot: MythBot) -> None:
    """Adds the command to the studio's server only."""
    await bot.add_cog(TrackCog(bot.services.tracking), guild=bot.studio)
