"""The buttons of a run and of its script. They carry ids in their custom ids, so they work after a restart."""

import io
import re
from typing import ClassVar, Self

import discord
from discord import ui

from cogs.interactions.access import get_channel_ids, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.script_reader import build_page
from cogs.views.script_release import ReleaseModal


class RunButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"run:(?P<action>[a-z]+):(?P<run_id>runs_[0-9a-f]{16})",
):
    """Cancel, Continue, Discard or Retry."""

    STYLES: ClassVar = {
        "cancel": ("Cancel", discord.ButtonStyle.secondary),
        "continue": ("Continue", discord.ButtonStyle.primary),
        "discard": ("Discard", discord.ButtonStyle.danger),
        "retry": ("Retry", discord.ButtonStyle.primary),
    }

    def __init__(self, action: str, run_id: str, label: str = "") -> None:
        name, style = self.STYLES[action]
        super().__init__(ui.Button(label=label or name, style=style, custom_id=f"run:{action}:{run_id}"))
        self.action = action
        self.run_id = run_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["run_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Changes the run; its card then shows the new state."""
        by = require_team(interaction)
        generation = get_services(interaction).generation
        await interaction.response.defer()
        match self.action:
            case "cancel" | "discard":
                await generation.cancel_run(self.run_id, by)
            case "continue":
                await generation.resume_run(self.run_id, by)
            case _:
                await generation.retry_run(self.run_id, by, channel=get_channel_ids(interaction))


class ScriptButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"script:(?P<action>[a-z_]+):(?P<script_id>audio_scripts_[0-9a-f]{16})",
):
    """Read, Download, Approve, Approve and release, or Release."""

    STYLES: ClassVar = {
        "read": ("Read", discord.ButtonStyle.secondary),
        "download": ("Download", discord.ButtonStyle.secondary),
        "approve": ("Approve", discord.ButtonStyle.success),
        "release_now": ("Approve and release…", discord.ButtonStyle.primary),
        "release": ("Release…", discord.ButtonStyle.primary),
    }

    def __init__(self, action: str, script_id: str) -> None:
        label, style = self.STYLES[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"script:{action}:{script_id}"))
        self.action = action
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Reads, downloads, approves or releases the script."""
        by = require_team(interaction)
        match self.action:
            case "read":
                await self._show_script(interaction)
            case "download":
                await interaction.response.defer(ephemeral=True, thinking=True)
                downloads = await get_services(interaction).scripts.build_downloads(self.script_id, by)
                files = [discord.File(io.BytesIO(download.content), download.name) for download in downloads]
                await interaction.followup.send("The script as Markdown and as JSON.", files=files, ephemeral=True)
            case "approve":
                await self._approve(interaction)
            case _:
                await self._open_release_modal(interaction)

    async def _show_script(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored, script = await get_services(interaction).scripts.get(self.script_id)
        await interaction.followup.send(view=build_page(stored, script, 0), ephemeral=True)

    async def _approve(self, interaction: discord.Interaction) -> None:
        services = get_services(interaction)
        await interaction.response.defer()
        stored = await services.scripts.approve(self.script_id, require_team(interaction))
        if stored.run_id:
            await services.run_cards.refresh_card(stored.run_id)

    async def _open_release_modal(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(ReleaseModal(self.script_id, approve=self.action == "release_now"))
