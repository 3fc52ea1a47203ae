"""``/affiliates``: the team's view of everybody who is subscribed."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.affiliates.subscriptions import AffiliateService
from bot.app import MythBot
from bot.errors import log_unexpected
from bot.permissions import invite_link
from cogs.interactions.access import get_services, is_team, require_team
from cogs.views.affiliate_list import RemoveButton, list_card
from cogs.views.base import action_row, card_layout
from cogs.views.formatting import INDIGO, RED, escape_text, shorten
from storage.states import SubscriptionState


async def subscription_choices(interaction: discord.Interaction, current: str) -> list[Choice[str]]:
    """Subscriptions whose server's name contains what was typed; none for outsiders."""
    if not is_team(interaction):
        return []
    try:
        found = await get_services(interaction).affiliates.all()
        wanted = current.strip().casefold()
        fitting = [
            one for one in found if one.state is not SubscriptionState.ENDED and wanted in one.guild_name.casefold()
        ]
        return [
            Choice(name=shorten(f"{one.guild_name} · #{one.channel_name}", 100), value=one.id) for one in fitting[:25]
        ]
    except Exception as error:  # noqa: BLE001 - Discord shows "loading options failed" for whatever is raised here
        log_unexpected(error, "completing a server's name")
        return []


@app_commands.default_permissions(manage_guild=True)
class AffiliatesCog(
    commands.GroupCog, group_name="affiliates", group_description="Who is subscribed, and how it fares"
):
    """Looks after subscriptions."""

    def __init__(self, bot: MythBot, affiliates: AffiliateService) -> None:
        self._bot = bot
        self._affiliates = affiliates

    @app_commands.command(name="list", description="Every subscribed server and the link that invites more")
    async def list_(self, interaction: discord.Interaction) -> None:
        """The list, page by page."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        invite = invite_link(self._bot.application_id or 0)
        await interaction.edit_original_response(view=list_card(await self._affiliates.all(), 0, invite))

    @app_commands.command(description="Which channels can be written to, and what is missing where they cannot")
    async def check(self, interaction: discord.Interaction) -> None:
        """From the gateway's cache: nothing is posted."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = [one for one in await self._affiliates.all() if one.state is not SubscriptionState.ENDED]
        obstacles = [(one, self._bot.adapters.channel_access.obstacle(one.guild_id, one.channel_id)) for one in found]
        bad = [(one, why) for one, why in obstacles if why]
        lines = [f"### {len(found) - len(bad)} of {len(found)} channels can be written to"]
        lines += [
            f"#{escape_text(one.channel_name, 40)} in {escape_text(one.guild_name, 60)}: {why}" for one, why in bad[:25]
        ]
        if len(bad) > 25:
            lines.append(f"and {len(bad) - 25} more")
        view = card_layout(discord.ui.TextDisplay("\n".join(lines)[:3900]), accent=RED if bad else INDIGO)
        await interaction.edit_original_response(view=view)

    @app_commands.command(description="End a server's subscription")
    @app_commands.describe(affiliate="Which server")
    @app_commands.autocomplete(affiliate=subscription_choices)
    async def remove(self, interaction: discord.Interaction, affiliate: Range[str, 1, 100]) -> None:
        """Asks first."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._affiliates.get(affiliate)
        server, channel = escape_text(known.guild_name, 80), escape_text(known.channel_name, 60)
        text = f"This ends the announcements in **{server}** (#{channel})."
        view = card_layout(discord.ui.TextDisplay(text), action_row(RemoveButton(known.id)), accent=RED)
        await interaction.edit_original_response(view=view)


async def setup(bot: MythBot) -> None:
    """In the studio's server alone."""
    await bot.add_cog(AffiliatesCog(bot, bot.services.affiliates), guild=bot.studio)
