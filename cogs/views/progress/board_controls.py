"""The button on a live board."""

from typing import Any, Final

import discord
from discord import ui

from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin

TAKE_DOWN_ID: Final = "board:down"
"""The button's custom id. A message that has it is a live board."""


class TakeDownButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=TAKE_DOWN_ID):
    """Takes the live board down."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Take it down", custom_id=TAKE_DOWN_ID))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Deletes the board's message; the channel has no live board any more."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        message_id = interaction.message.id if interaction.message else 0
        await get_services(interaction).boards.take_down(interaction.channel_id or 0, message_id, by)
        await interaction.followup.send("The live board is gone. Use `/progress` to pin another.", ephemeral=True)
