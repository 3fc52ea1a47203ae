"""What one does from ``/progress``: see what is new, pin a live board, take the events home."""

import io
from typing import Any

import discord
from discord import ui

from bot.progress.scope import Scope
from cogs.interactions.access import get_services, require_team
from cogs.views.base import card_layout
from cogs.views.formatting import EMBER
from cogs.views.progress.scope_ids import SCOPE, ScopedMixin, scope_id
from cogs.views.progress.texts import news_text


class SinceButton(ScopedMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:since:" + SCOPE):
    """Since I last looked."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Since I last looked", custom_id=f"progress:since:{scope_id(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Tells whoever pressed, privately, what is new for them."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        news = await get_services(interaction).history.news(by)
        view = card_layout(ui.TextDisplay(news_text(news)), accent=EMBER)
        await interaction.followup.send(view=view, ephemeral=True)


class BoardButton(ScopedMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:board:" + SCOPE):
    """Pin a live board."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Pin a live board", custom_id=f"progress:board:{scope_id(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Pins it in this channel, for everybody who reads there."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        note = await get_services(interaction).boards.pin(
            interaction.channel_id or 0, interaction.guild_id or 0, self.scope, by
        )
        text = f"The live board stands in this channel and keeps itself current. {note}".strip()
        await interaction.followup.send(text, ephemeral=True)


class ExportButton(ScopedMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:export:" + SCOPE):
    """The events as files."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Export", custom_id=f"progress:export:{scope_id(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Sends the files privately."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await get_services(interaction).history.export(self.scope, by)
        files = [discord.File(io.BytesIO(file.content), file.name) for file in found]
        text = "The events of this view, oldest first: JSON in the exchange format, CSV for spreadsheets."
        await interaction.followup.send(text, files=files, ephemeral=True)
