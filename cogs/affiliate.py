"""``/affiliate``: a server subscribes a channel, or leaves."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.affiliates import Affiliates, Place
from bot.app import MythBot
from bot.errors import InputError, NotFoundError
from bot.permissions import in_words, missing
from cogs.access import require_manager


@app_commands.default_permissions(manage_guild=True)
class AffiliateCog(commands.GroupCog, group_name="affiliate", group_description="Announcements in this server"):
    """Joins and leaves, by someone who manages the server."""

    def __init__(self, affiliates: Affiliates) -> None:
        self._affiliates = affiliates

    @app_commands.command(name="join", description="Let announcements arrive in a channel of this server")
    @app_commands.describe(channel="Where they are to arrive", role="A role to ping, if the studio asks for pings")
    async def join(
        self, interaction: discord.Interaction, channel: discord.TextChannel, role: discord.Role | None = None
    ) -> None:
        """Checks what can be checked, then subscribes."""
        by = require_manager(interaction)
        guild = interaction.guild
        if guild is None:
            raise NotFoundError("This works only inside a server.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        lacking = missing(channel.permissions_for(guild.me))
        if lacking:
            raise InputError(
                f"I cannot post in {channel.mention} yet.",
                f"Give me {in_words(lacking)} in that channel's settings, then run this again.",
            )
        if role is not None:
            _check_role(role, channel, guild)
        place = Place(guild.id, guild.name, channel.id, channel.name, role.id if role else None)
        await self._affiliates.join(place, by)
        ping = f" {role.mention} is pinged when the studio asks for it." if role else ""
        await interaction.edit_original_response(
            content=f"You are subscribed: announcements will arrive in {channel.mention}.{ping} "
            "`/affiliate leave` ends it; joining again changes the channel."
        )

    @app_commands.command(name="leave", description="End the announcements in this server")
    async def leave(self, interaction: discord.Interaction) -> None:
        """Unsubscribes."""
        by = require_manager(interaction)
        if interaction.guild_id is None:
            raise NotFoundError("This works only inside a server.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._affiliates.leave(interaction.guild_id, by)
        await interaction.edit_original_response(
            content="Announcements have ended here. `/affiliate join` brings them back."
        )


def _check_role(role: discord.Role, channel: discord.TextChannel, guild: discord.Guild) -> None:
    if role.is_default():
        raise InputError("Everybody cannot be pinged.", "Choose a role that members take by themselves, or none.")
    if not role.mentionable and not channel.permissions_for(guild.me).mention_everyone:
        raise InputError(
            f"I may not ping {role.mention}.",
            "Allow anyone to mention that role in its settings, or join without a role.",
        )


async def setup(bot: MythBot) -> None:
    """In every server."""
    await bot.add_cog(AffiliateCog(bot.services.affiliates))
