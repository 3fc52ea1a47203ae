"""``/privacy``: get the data stored about oneself as a file, or have it deleted."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MythBot
from cogs.views.privacy import privacy_card


class PrivacyCog(commands.Cog):
    """The ``/privacy`` command."""

    @app_commands.command(name="privacy", description="What is stored about you; get it as a file, or be forgotten")
    async def privacy(self, interaction: discord.Interaction) -> None:
        """Says what is stored, with the buttons to get and to delete it."""
        await interaction.response.send_message(view=privacy_card(), ephemeral=True)


async def setup(bot: MythBot) -> None:
    """Adds the cog in every server; called when the extension is loaded."""
    await bot.add_cog(PrivacyCog())
