"""``/badges``: one's mythic badges and the leaderboard."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.affiliates.badges import BadgeService
from bot.app import MythBot
from cogs.views.badges import badge_lines
from cogs.views.base import card_layout
from cogs.views.formatting import INDIGO, escape_text, format_count


class BadgesCog(commands.Cog):
    """Shows badges."""

    def __init__(self, badges: BadgeService) -> None:
        self._badges = badges

    @app_commands.command(name="badges", description="Your mythic badges, and who has shared the most")
    async def badges(self, interaction: discord.Interaction) -> None:
        """One's own, then the ten who have shared the most."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        standing = await self._badges.of(interaction.user.id)
        board = await self._badges.leaderboard()
        ranks = [
            f"{place}. {escape_text(ranked.name, 40)} · {format_count(ranked.shares, 'share')}"
            + (f" · {escape_text(ranked.badge.name, 60)}" if ranked.badge else "")
            for place, ranked in enumerate(board, 1)
        ]
        texts = [
            "### Your badges\n" + badge_lines(standing),
            "**Who carries the tale**\n"
            + ("\n".join(ranks) or "Nobody yet. Share an announcement and press “I shared it”."),
        ]
        view = card_layout(*(discord.ui.TextDisplay(text) for text in texts), accent=INDIGO)
        await interaction.edit_original_response(view=view)


async def setup(bot: MythBot) -> None:
    """In every server."""
    await bot.add_cog(BadgesCog(bot.services.badges))
