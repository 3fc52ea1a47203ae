"""Buttons below ``/progress`` that do not change what it shows: what is new, pin a live board, export the events."""

import io
from typing import Any

import discord
from discord import ui

from bot.progress.scope import Scope
from cogs.interactions.access import get_services, require_team
from cogs.views.base import card_layout
from cogs.views.formatting import EMBER
from cogs.views.progress.custom_ids import SCOPE_PATTERN, ScopedItemMixin, encode_scope
from cogs.views.progress.view_texts import format_unseen_events


class UnseenEventsButton(ScopedItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:since:" + SCOPE_PATTERN):
    """Shows what is new since the person last pressed it."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Since I last looked", custom_id=f"progress:since:{encode_scope(scope)}"))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Replies privately with what is new, and records the visit.

        The scope is ignored: everything counts as seen afterwards, so everything must be shown.
        """
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        unseen = await get_services(interaction).history.get_unseen_events(by)
        view = card_layout(ui.TextDisplay(format_unseen_events(unseen)), accent=EMBER)
        await interaction.followup.send(view=view, ephemeral=True)


class PinBoardButton(ScopedItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:board:" + SCOPE_PATTERN):
    """Pins a live board of the scope in this channel."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Pin a live board", custom_id=f"progress:board:{encode_scope(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Pins the board, which everybody in the channel can read, and says privately what did not work, if anything."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        note = await get_services(interaction).boards.pin(
            interaction.channel_id or 0, interaction.guild_id or 0, self.scope, by
        )
        text = f"The live board is pinned in this channel and keeps itself current. {note}".strip()
        await interaction.followup.send(text, ephemeral=True)


class ExportButton(ScopedItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:export:" + SCOPE_PATTERN):
    """Exports the events of the scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Export", custom_id=f"progress:export:{encode_scope(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Sends the files privately."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        downloads = await get_services(interaction).history.export_events(self.scope, by)
        files = [discord.File(io.BytesIO(download.content), download.name) for download in downloads]
        text = "The events of this view, oldest first: JSON in the exchange format, CSV for spreadsheets."
        await interaction.followup.send(text, files=files, ephemeral=True)


class SpendingFileButton(ScopedItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:spent:" + SCOPE_PATTERN):
    """What was spent in the scope as a table."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Spending as CSV", custom_id=f"progress:spent:{encode_scope(scope)}"))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Sends the file privately."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        download = await get_services(interaction).spending.export(self.scope, by)
        file = discord.File(io.BytesIO(download.content), download.name)
        await interaction.followup.send("What Gemini cost, for spreadsheets:", file=file, ephemeral=True)
