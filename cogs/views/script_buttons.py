"""What one does to a run and to its script. The buttons carry ids, so they work after a restart."""

import io
import re
from typing import ClassVar, Self

import discord
from discord import ui

from bot.errors import NotFoundError, StateError
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.script_reader import reader
from cogs.views.script_release import ReleaseModal
from storage.states import RunState


class RunButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"run:(?P<act>[a-z]+):(?P<id>runs_[0-9a-f]{16})",
):
    """Cancel, Continue, Discard or Retry."""

    STYLES: ClassVar = {
        "cancel": ("Cancel", discord.ButtonStyle.secondary),
        "continue": ("Continue", discord.ButtonStyle.primary),
        "discard": ("Discard", discord.ButtonStyle.danger),
        "retry": ("Retry", discord.ButtonStyle.primary),
    }

    def __init__(self, act: str, run_id: str, label: str = "") -> None:
        name, style = self.STYLES[act]
        super().__init__(ui.Button(label=label or name, style=style, custom_id=f"run:{act}:{run_id}"))
        self.act = act
        self.run_id = run_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Acts; the run's card shows the rest."""
        by = require_team(interaction)
        generation = get_services(interaction).generation
        await interaction.response.defer()
        match self.act:
            case "cancel" | "discard":
                await generation.cancel(self.run_id, by)
            case "continue":
                await generation.resume_run(self.run_id, by)
            case _:
                await self._retry(interaction)

    async def _retry(self, interaction: discord.Interaction) -> None:
        by = require_team(interaction)
        services = get_services(interaction)
        run = await services.generation.get(self.run_id)
        if run.state is RunState.INTERRUPTED:
            await services.generation.resume_run(self.run_id, by)
            return
        if run.state in {RunState.READY, RunState.WRITING}:
            raise StateError("This chapter is being written already.", "Its card shows how far it is.")
        if interaction.guild_id is None or interaction.channel_id is None:
            raise NotFoundError("This works only in a channel of the studio's server.")
        ordered = await services.generation.repeat(
            self.run_id, by, place=(interaction.guild_id, interaction.channel_id)
        )
        await services.generation.begin(ordered.run.id)


class ScriptButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"script:(?P<act>[a-z_]+):(?P<id>audio_scripts_[0-9a-f]{16})",
):
    """Read, Download, Approve, Release."""

    STYLES: ClassVar = {
        "read": ("Read", discord.ButtonStyle.secondary),
        "download": ("Download", discord.ButtonStyle.secondary),
        "approve": ("Approve", discord.ButtonStyle.success),
        "release_now": ("Approve and release…", discord.ButtonStyle.primary),
        "release": ("Release…", discord.ButtonStyle.primary),
    }

    def __init__(self, act: str, script_id: str) -> None:
        label, style = self.STYLES[act]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"script:{act}:{script_id}"))
        self.act = act
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Acts."""
        by = require_team(interaction)
        match self.act:
            case "read":
                await self._read(interaction)
            case "download":
                await interaction.response.defer(ephemeral=True, thinking=True)
                downloads = await get_services(interaction).scripts.download(self.script_id, by)
                files = [discord.File(io.BytesIO(found.content), found.name) for found in downloads]
                await interaction.followup.send("The script as Markdown and as JSON.", files=files, ephemeral=True)
            case "approve":
                await self._approve(interaction)
            case _:
                await self._release(interaction)

    async def _read(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored, script = await get_services(interaction).scripts.get(self.script_id)
        await interaction.followup.send(view=reader(stored, script, 0), ephemeral=True)

    async def _approve(self, interaction: discord.Interaction) -> None:
        services = get_services(interaction)
        await interaction.response.defer()
        stored = await services.scripts.approve(self.script_id, require_team(interaction))
        if stored.run_id:
            await services.generation.refresh(stored.run_id)

    async def _release(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(ReleaseModal(self.script_id, approve=self.act == "release_now"))
