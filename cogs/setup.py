"""``/setup``: who the team is, where things are posted, and which rules hold; each with a check and a test post."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MythBot
from cogs.interactions.access import require_manager, require_team
from cogs.views.setup import setup_card


class SetupCog(commands.Cog):
    """Opens the wizard."""

    @app_commands.command(name="setup", description="Set up the studio: team, channels, time zone, rules")
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: discord.Interaction) -> None:
        """Everything on one card; each change is kept at once."""
        require_team(interaction)
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=setup_card(interaction))


async def setup(bot: MythBot) -> None:
    """In the studio's server alone."""
    await bot.add_cog(SetupCog(), guild=bot.studio)
