"""``/setup``: the team's roles, the studio's channels, the time zone and the rules."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MythBot
from cogs.interactions.access import require_manager, require_team
from cogs.views.setup import setup_card


class SetupCog(commands.Cog):
    """The ``/setup`` command."""

    @app_commands.command(name="setup", description="Set up the studio: team, channels, time zone, rules")
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: discord.Interaction) -> None:
        """Shows the configuration on one card; each control saves its change at once."""
        require_team(interaction)
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=setup_card(interaction))


async def setup(bot: MythBot) -> None:
    """Adds the cog, in the studio's server only; called when the extension is loaded."""
    await bot.add_cog(SetupCog(), guild=bot.studio)
