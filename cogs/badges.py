"""``/badges``: one's own mythic badges and the leaderboard."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.affiliates.badges import BadgeService
from bot.app import MythBot
from cogs.views.badges import format_leaderboard, format_standing
from cogs.views.base import card_layout
from cogs.views.formatting import INDIGO


class BadgesCog(commands.Cog):
    """``/badges``."""

    def __init__(self, badges: BadgeService) -> None:
        self._badges = badges

    @app_commands.command(name="badges", description="Your mythic badges, and who has shared the most")
    async def badges(self, interaction: discord.Interaction) -> None:
        """Shows one's own badges, then the ten members who have shared the most."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        standing = await self._badges.get_standing(interaction.user.id)
        leaderboard = await self._badges.get_leaderboard()
        texts = [
            f"### Your badges\n{format_standing(standing)}",
            f"**Most shares**\n{format_leaderboard(leaderboard)}",
        ]
        view = card_layout(*(discord.ui.TextDisplay(text) for text in texts), accent=INDIGO)
        await interaction.edit_original_response(view=view)


async def setup(bot: MythBot) -> None:
    """Registers the cog in every server."""
    await bot.add_cog(BadgesCog(bot.services.badges))
