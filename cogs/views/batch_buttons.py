"""The buttons on the card of a batch."""

import re
from typing import ClassVar, Self

import discord
from discord import ui

from bot.batches.findings import BatchFindings, list_findings
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.ebook_download import send_batch
from cogs.views.pressed_cards import build_card, show_batch


class BatchButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"batch:(?P<action>pause|resume|cancel|retry|findings|export):(?P<batch_id>batches_[0-9a-f]{16})",
):
    """Pause, Resume, Cancel, Retry failed chapters, Findings of the check, or Download the scripts."""

    STYLES: ClassVar = {
        "pause": ("Pause", discord.ButtonStyle.secondary),
        "resume": ("Resume", discord.ButtonStyle.primary),
        "cancel": ("Cancel", discord.ButtonStyle.danger),
        "retry": ("Retry failed chapters", discord.ButtonStyle.primary),
        "findings": ("Findings of the check", discord.ButtonStyle.secondary),
        "export": ("Download the scripts", discord.ButtonStyle.secondary),
    }

    def __init__(self, action: str, batch_id: str) -> None:
        label, style = self.STYLES[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"batch:{action}:{batch_id}"))
        self.action = action
        self.batch_id = batch_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["batch_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Changes the batch; its card then shows the new state."""
        by = require_team(interaction)
        services = get_services(interaction)
        if self.action == "findings":
            await self._show_findings(interaction)
            return
        if self.action == "export":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await send_batch(interaction, self.batch_id)
            return
        await interaction.response.defer()
        match self.action:
            case "pause":
                await services.batches.pause(self.batch_id, by)
            case "resume":
                await services.batches.resume(self.batch_id, by)
            case "cancel":
                await services.batches.cancel(self.batch_id, by)
            case _:
                await services.batches.retry_failed(self.batch_id, by)
        await services.batch_cards.refresh(self.batch_id)
        await show_batch(interaction, self.batch_id, even_current=False)

    async def _show_findings(self, interaction: discord.Interaction) -> None:
        """Answers with the findings; checking a whole book takes some seconds."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = get_services(interaction)
        view = await services.batches.get_view(self.batch_id)
        findings = await list_findings(services.checks, view)
        await interaction.followup.send(view=build_card(BatchFindings(view, findings)), ephemeral=True)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """The card shows the batch as it is now."""
        await show_batch(interaction, self.batch_id, even_current=True)
