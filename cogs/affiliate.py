"""``/affiliate``: a server subscribes a channel, changes its mind, or leaves. And what happens without anybody's command."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.affiliates.subscriptions import AffiliateService
from bot.app import MythBot
from bot.errors import NotFoundError, StateError
from cogs.interactions.access import require_manager
from cogs.views.affiliate_settings import join, settings_card
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription

_log = logging.getLogger(__name__)
_GREETING = (
    "Midnight Myth Audio makes horror audio dramas. To have its announcements in a channel of yours, somebody who manages "
    "this server types `/affiliate join`."
)


@app_commands.default_permissions(manage_guild=True)
class AffiliateCog(commands.GroupCog, group_name="affiliate", group_description="Announcements in this server"):
    """Joins, changes and leaves, by someone who manages the server."""

    def __init__(self, bot: MythBot, affiliates: AffiliateService) -> None:
        self._bot = bot
        self._affiliates = affiliates

    @app_commands.command(name="join", description="Let announcements arrive in a channel of this server")
    @app_commands.describe(channel="Where they are to arrive", role="A role to ping, if the studio asks for pings")
    async def join(
        self, interaction: discord.Interaction, channel: discord.TextChannel, role: discord.Role | None = None
    ) -> None:
        """Checks what can be checked, posts a test, then subscribes."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=await join(interaction, channel, role))

    @app_commands.command(name="settings", description="Change the role to ping and the books you follow")
    async def settings(self, interaction: discord.Interaction) -> None:
        """The subscription with its controls."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._affiliates.of_guild(interaction.guild_id or 0)
        if known is None:
            raise StateError("This server is not subscribed.", "`/affiliate join` subscribes it.")
        await interaction.edit_original_response(view=await settings_card(interaction, known))

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

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greets once, where everybody's system messages stand, if that is allowed."""
        channel = guild.system_channel
        if guild.id == self._bot.settings.studio_guild_id or channel is None or guild.me is None:
            return
        if channel.permissions_for(guild.me).send_messages:
            try:
                await channel.send(_GREETING)
            except discord.HTTPException as error:
                _log.info("a server could not be greeted: %s", error)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """What was lost while the bot was away ends now."""
        for one in await self._affiliates.all():
            guild = self._bot.get_guild(one.guild_id)
            if one.state is SubscriptionState.ENDED or (guild is not None and guild.unavailable):
                continue
            if guild is None:
                await self._lost(one, "the bot was removed from the server")
            elif guild.get_channel(one.channel_id) is None:
                await self._lost(one, "its channel was deleted")

    async def _lost(self, one: Subscription, why: str) -> None:
        if await self._affiliates.lost(one.guild_id, why):
            name = discord.utils.escape_markdown(one.guild_name)
            await self._bot.adapters.notices.post_to_audit_channel(f"{name} is no longer subscribed: {why}.")

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The subscription ends when the bot is removed."""
        known = await self._affiliates.of_guild(guild.id)
        if known is not None:
            await self._lost(known, "the bot was removed from the server")

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """The subscription ends when its channel is deleted."""
        known = await self._affiliates.of_guild(channel.guild.id)
        if known is not None and known.channel_id == channel.id:
            await self._lost(known, "its channel was deleted")


async def setup(bot: MythBot) -> None:
    """In every server."""
    await bot.add_cog(AffiliateCog(bot, bot.services.affiliates))
