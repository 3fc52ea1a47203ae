"""``/affiliate``: a server subscribes a channel, changes its settings or leaves. Also what ends a subscription by itself."""

import asyncio
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.affiliates.subscriptions import AffiliateService
from bot.app import MythBot
from bot.shards import Shards
from cogs.interactions.access import require_manager
from cogs.views.affiliate_join import subscribe_channel
from cogs.views.affiliate_leave import leave_question
from cogs.views.affiliate_settings import settings_card
from storage.states import SubscriptionState

_log = logging.getLogger(__name__)
_GREETING = (
    "Midnight Myth Audio makes horror audio dramas. To get its announcements in one of your channels, somebody who manages "
    "this server types `/affiliate join`."
)
_ANSWER_LOOKS = 20
_ANSWER_PAUSE_SECONDS = 0.5
"""Ten seconds in all; most answers take less than one."""
_BOT_REMOVED = "the bot was removed from the server"
_CHANNEL_DELETED = "its channel was deleted"


@app_commands.default_permissions(manage_guild=True)
class AffiliateCog(commands.GroupCog, group_name="affiliate", group_description="Announcements in this server"):
    """``/affiliate``, for somebody who manages the server, and the listeners for servers and channels that disappear."""

    def __init__(self, bot: MythBot, affiliates: AffiliateService) -> None:
        self._bot = bot
        self._affiliates = affiliates

    @app_commands.command(name="join", description="Get announcements in a channel of this server")
    @app_commands.describe(
        channel="The channel for the announcements", role="A role to ping, if the studio asks for pings"
    )
    async def join(
        self, interaction: discord.Interaction, channel: discord.TextChannel, role: discord.Role | None = None
    ) -> None:
        """Subscribes the channel, or says which permission is missing there."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=await subscribe_channel(interaction, channel, role))

    @app_commands.command(name="settings", description="Change the role to ping and the books you follow")
    async def settings(self, interaction: discord.Interaction) -> None:
        """Shows the subscription with the menus that change it."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = await self._affiliates.get_settings(interaction.guild_id or 0)
        await interaction.edit_original_response(view=settings_card(settings))

    @app_commands.command(name="leave", description="End the announcements in this server")
    async def leave(self, interaction: discord.Interaction) -> None:
        """Asks whether to end the subscription."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = await self._affiliates.get_settings(interaction.guild_id or 0)
        await interaction.edit_original_response(view=leave_question(settings.subscription))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greets a new server once in its system channel, if the bot may write there."""
        channel = guild.system_channel
        if guild.id == self._bot.settings.studio_guild_id or channel is None or guild.me is None:
            return
        if channel.permissions_for(guild.me).send_messages and await self._affiliates.claim_greeting(guild.id):
            try:
                await channel.send(_GREETING)
            except discord.HTTPException as error:
                _log.info("a server could not be greeted: %s", error)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Ends the subscriptions of the shard's servers and channels that disappeared while the bot was offline.

        Other shards see to their own servers, wherever they are.
        """
        shards = Shards([shard_id], self._bot.shard_count or 1)
        for subscription in await self._affiliates.list_subscriptions():
            guild = self._bot.get_guild(subscription.guild_id)
            if subscription.state is SubscriptionState.ENDED or not shards.has_server(subscription.guild_id):
                continue
            if guild is None:
                await self._affiliates.end_lost_subscription(subscription.guild_id, _BOT_REMOVED)
            # An unavailable server is one in an outage of Discord: its channels are not known now.
            elif not guild.unavailable and guild.get_channel(subscription.channel_id) is None:
                await self._affiliates.end_lost_subscription(subscription.guild_id, _CHANNEL_DELETED)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Ends the subscription of a server that removed the bot."""
        await self._affiliates.end_lost_subscription(guild.id, _BOT_REMOVED)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Ends the subscription whose channel was deleted."""
        subscription = await self._affiliates.find_by_guild(channel.guild.id)
        if subscription is not None and subscription.channel_id == channel.id:
            await self._affiliates.end_lost_subscription(channel.guild.id, _CHANNEL_DELETED)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Gives whoever manages a server the notice that no channel took, once they use the bot there."""
        is_autocomplete = interaction.type is discord.InteractionType.autocomplete
        if interaction.guild_id is None or is_autocomplete or not interaction.permissions.manage_guild:
            return
        notice = await self._bot.services.kept_notices.take(interaction.guild_id)
        if notice is None:
            return
        try:
            await _wait_for_answer(interaction)
            await interaction.followup.send(notice, ephemeral=True)
        except discord.HTTPException as error:
            _log.warning("could not give a notice: %s", error)
            await self._bot.services.kept_notices.keep(interaction.guild_id, notice)


async def _wait_for_answer(interaction: discord.Interaction) -> None:
    """Returns when the interaction has its answer: until then Discord takes a follow-up for the answer that was deferred.

    Raises:
        discord.HTTPException: the answer cannot be looked at.
    """
    for _ in range(_ANSWER_LOOKS):
        await asyncio.sleep(_ANSWER_PAUSE_SECONDS)
        if interaction.response.type in {None, discord.InteractionResponseType.modal}:
            continue  # a form is answered by whoever submits it
        answer = await interaction.original_response()
        if not (await interaction.followup.fetch_message(answer.id)).flags.loading:
            return


async def setup(bot: MythBot) -> None:
    """Registers the cog in every server."""
    await bot.add_cog(AffiliateCog(bot, bot.services.affiliates))
