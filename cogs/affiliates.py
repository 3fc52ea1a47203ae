"""``/affiliates``: the team's view of all subscriptions."""

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot.affiliates.subscriptions import AffiliateService
from bot.app import MythBot
from bot.permissions import invite_link
from cogs.interactions.access import get_services, require_team
from cogs.interactions.autocomplete import MAX_CHOICES, LabelledIds, autocomplete
from cogs.views.affiliate_list import channel_check_card, list_card, remove_question
from cogs.views.formatting import isolate


@autocomplete("a server's name", team_only=True)
async def subscription_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds subscriptions that have not ended by the name of their server."""
    subscriptions = await get_services(interaction).affiliates.search_by_server(text, MAX_CHOICES)
    return [(row.id, f"{isolate(row.guild_name, 60)} · #{row.channel_name}") for row in subscriptions]


@app_commands.default_permissions(manage_guild=True)
class AffiliatesCog(commands.GroupCog, group_name="affiliates", group_description="Subscribed servers and their state"):
    """``/affiliates``."""

    def __init__(self, bot: MythBot, affiliates: AffiliateService) -> None:
        self._bot = bot
        self._affiliates = affiliates

    @app_commands.command(name="list", description="Every subscribed server and the link that invites more")
    async def list_(self, interaction: discord.Interaction) -> None:
        """Lists the subscriptions page by page."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        subscriptions = await self._affiliates.list_subscriptions()
        view = list_card(subscriptions, 0, invite_link(self._bot.application_id or 0))
        await interaction.edit_original_response(view=view)

    @app_commands.command(description="Which channels can be written to, and what is missing where they cannot")
    async def check(self, interaction: discord.Interaction) -> None:
        """Checks the bot's permissions in every subscribed channel, without posting anything."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=channel_check_card(await self._affiliates.check_channels()))

    @app_commands.command(description="End a server's subscription")
    @app_commands.describe(affiliate="Which server")
    @app_commands.autocomplete(affiliate=subscription_autocomplete)
    async def remove(self, interaction: discord.Interaction, affiliate: Range[str, 1, 100]) -> None:
        """Asks whether to end the subscription."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        subscription = await self._affiliates.get_subscription(affiliate)
        await interaction.edit_original_response(view=remove_question(subscription))


async def setup(bot: MythBot) -> None:
    """Registers the cog in the studio's server only."""
    await bot.add_cog(AffiliatesCog(bot, bot.services.affiliates), guild=bot.studio)
