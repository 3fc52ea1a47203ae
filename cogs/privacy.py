"""``/privacy``: what is stored of oneself, as a file, or forgotten."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MythBot
from cogs.views.privacy import privacy_card


class PrivacyCog(commands.Cog):
    """Shows what is stored and offers both ways out."""

    @app_commands.command(name="privacy", description="What is stored about you; get it as a file, or be forgotten")
    async def privacy(self, interaction: discord.Interaction) -> None:
        """In words, with the two buttons."""
        await interaction.response.send_message(view=privacy_card(), ephemeral=True)


async def setup(bot: MythBot) -> None:
    """In every server."""
    await bot.add_cog(PrivacyCog())
