"""The button on a live board."""

from typing import Any, Final

import discord
from discord import ui

from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin

MARK: Final = "board:down"
"""The button's id, by which a board is known among a channel's messages."""


class TakeDownButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=MARK):
    """Take it down."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Take it down", custom_id=MARK))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """No board stands in this channel any more."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        message_id = interaction.message.id if interaction.message else 0
        await get_services(interaction).boards.take_down(interaction.channel_id or 0, message_id, by)
        await interaction.followup.send("The live board is gone. `/progress` pins another.", ephemeral=True)
