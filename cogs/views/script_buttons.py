"""The buttons of a run and of its script. They carry ids in their custom ids, so they work after a restart."""

import re
from typing import ClassVar, Final, Self

import discord
from discord import ui

from bot.actor import Actor
from bot.errors import StateError
from bot.scripts.models import WriterKind
from cogs.interactions.access import get_channel_ids, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.formatting import format_count
from cogs.views.pressed_cards import is_card_pressed, remove_buttons, show_run, show_script
from cogs.views.script_check import count_questions
from cogs.views.script_download import download_view
from cogs.views.script_reader import build_reader
from cogs.views.script_release import ReleaseModal
from storage.states import ScriptState


class RunButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"run:(?P<action>cancel|continue|discard|retry):(?P<run_id>runs_[0-9a-f]{16})",
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
        await show_run(interaction, self.run_id, even_current=False)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """The card shows the run as it is now."""
        await show_run(interaction, self.run_id, even_current=True)


TEMPLATE_QUESTION: Final = (
    "This script is a **template**: a skeleton made from the chapter's own text, not written by Gemini, and it does not count "
    "as a deliverable, which is a finished script that counts for the grant. Approve it all the same?"
)


class ScriptButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"script:(?P<action>read|download|approve|approve_template|release_now|release_template|release|withdraw)"
    r":(?P<script_id>audio_scripts_[0-9a-f]{16})",
):
    """Read, Download, Approve, Approve and release, Release, or Withdraw approval."""

    STYLES: ClassVar = {
        "read": ("Read", discord.ButtonStyle.secondary),
        "download": ("Download", discord.ButtonStyle.secondary),
        "approve": ("Approve", discord.ButtonStyle.success),
        "approve_template": ("Approve the template", discord.ButtonStyle.danger),
        "release_now": ("Approve and release…", discord.ButtonStyle.primary),
        "release_template": ("Approve and release the template…", discord.ButtonStyle.danger),
        "release": ("Release…", discord.ButtonStyle.primary),
        "withdraw": ("Withdraw approval", discord.ButtonStyle.secondary),
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
        """Reads the script, offers its files, approves or releases it, or withdraws its approval."""
        by = require_team(interaction)
        match self.action:
            case "read":
                await self._show_script(interaction)
            case "download":
                view = download_view(self.script_id)
                await interaction.response.send_message("As which file?", view=view, ephemeral=True)
            case "approve" | "release_now" if await self._is_unapproved_template(interaction):
                view = self._build_view("approve_template" if self.action == "approve" else "release_template")
                await interaction.response.send_message(TEMPLATE_QUESTION, view=view, ephemeral=True)
            case "approve" | "approve_template" | "withdraw":
                await self._change_approval(interaction, by)
            case "release_now" | "release_template" | "release":
                await get_services(interaction).drafts.check_release(self.script_id, approve=self.action != "release")
                modal = ReleaseModal(self.script_id, approve=self.action != "release")
                await interaction.response.send_modal(modal)

    def _build_view(self, *actions: str) -> ui.View:
        view = ui.View(timeout=None)
        for action in actions:
            view.add_item(ScriptButton(action, self.script_id))
        return view

    async def _show_script(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored, script = await get_services(interaction).scripts.get(self.script_id)
        await interaction.followup.send(view=build_reader(stored, script), ephemeral=True)

    async def _is_unapproved_template(self, interaction: discord.Interaction) -> bool:
        stored, _ = await get_services(interaction).scripts.get(self.script_id)
        return stored.writer == WriterKind.TEMPLATE and stored.state is ScriptState.DRAFT

    async def _change_approval(self, interaction: discord.Interaction, by: Actor) -> None:
        services = get_services(interaction)
        await interaction.response.defer()
        change = services.scripts.withdraw if self.action == "withdraw" else services.scripts.approve
        findings = (await services.checks.read(self.script_id)).findings
        try:
            stored = await change(self.script_id, by)
        except StateError:
            await refresh_script_card(services, self.script_id)  # the press was on a card that shows an older state
            raise
        if not is_card_pressed(interaction):
            what = "template" if self.action == "approve_template" else "script"
            await interaction.edit_original_response(content=f"The {what} is approved.", view=None)
        await refresh_script_card(services, stored.id)
        await show_script(interaction, stored.id, even_current=False)
        if count := count_questions(findings):
            note = f"Approved with {format_count(count, 'open finding')} of the check. Withdraw the approval to resolve them."
            await interaction.followup.send(note, ephemeral=True)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """The card shows the script as it is now; a question about an older state loses its button."""
        await show_script(interaction, self.script_id, even_current=True)
        await remove_buttons(interaction)
