"""The question before a server's subscription ends."""

from typing import Any

import discord
from discord import ui

from bot.errors import NotFoundError
from cogs.interactions.access import get_services, require_manager
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import GREY, RED
from storage.stores.subscriptions import Subscription


def leave_question(subscription: Subscription) -> ui.LayoutView:
    """Asks whether announcements are to end here."""
    text = (
        f"### End the announcements here?\nNothing will be posted in <#{subscription.channel_id}> any more. What was posted "
        "stays, and `/affiliate join` brings announcements back."
    )
    return card_layout(ui.TextDisplay(text), action_row(LeaveButton()), accent=RED)


class LeaveButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"affiliate:leave"):
    """Ends the subscription of the server in which it is pressed."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label="End announcements", style=discord.ButtonStyle.danger, custom_id="affiliate:leave")
        )

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Ends it and says so."""
        by = require_manager(interaction)
        if interaction.guild_id is None:
            raise NotFoundError("This works only inside a server.")
        await interaction.response.defer()
        await get_services(interaction).affiliates.unsubscribe_server(interaction.guild_id, by)
        text = "Announcements have ended here. `/affiliate join` brings them back."
        await interaction.edit_original_response(view=card_layout(ui.TextDisplay(text), accent=GREY))
