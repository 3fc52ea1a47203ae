"""The buttons of versions and their histories: pages, undo, restore, and a new draft of an older version."""

import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.progress.script_versions import NOW, SOURCE, TextState
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.pressed_cards import build_card


async def show_history(interaction: discord.Interaction, script_id: str, page: int = 0) -> None:
    """The message of the deferred interaction shows the version's history."""
    history = await get_services(interaction).versions.read_history(script_id, page)
    await interaction.edit_original_response(view=build_card(history))


class VersionButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"version:(?P<action>list|prev|next|history|newer|older|undo|restore|copy|book)"
    r":(?P<script_id>audio_scripts_[0-9a-f]{16}):(?P<number>-?\d{1,6})",
):
    """Shows versions, a history or how the text differs from the book, or changes the text.

    ``number`` is that of an edit for ``restore`` and of a page for the others.
    """

    STYLES: ClassVar = {
        "list": ("All versions", discord.ButtonStyle.secondary),
        "prev": ("‹ Previous", discord.ButtonStyle.secondary),
        "next": ("Next ›", discord.ButtonStyle.secondary),
        "history": ("History", discord.ButtonStyle.secondary),
        "newer": ("‹ Newer", discord.ButtonStyle.secondary),
        "older": ("Older ›", discord.ButtonStyle.secondary),
        "undo": ("Undo the last edit", discord.ButtonStyle.secondary),
        "restore": ("Restore this text", discord.ButtonStyle.danger),
        "copy": ("New draft from this version", discord.ButtonStyle.primary),
        "book": ("Compare with the book", discord.ButtonStyle.secondary),
    }

    def __init__(self, action: str, script_id: str, number: int = 0, *, disabled: bool = False) -> None:
        label, style = self.STYLES[action]
        custom_id = f"version:{action}:{script_id}:{number}"
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id, disabled=disabled))
        self.action = action
        self.script_id = script_id
        self.number = number

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], int(match["number"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the result in place of the message."""
        by = require_team(interaction)
        services = get_services(interaction)
        await interaction.response.defer()
        match self.action:
            case "list" | "prev" | "next":
                versions = await services.versions.list_versions(self.script_id, self.number)
                await interaction.edit_original_response(view=build_card(versions))
            case "book":
                states = TextState(self.script_id, SOURCE), TextState(self.script_id, NOW)
                comparison = await services.versions.compare(*states)
                await interaction.edit_original_response(view=build_card(comparison))
            case "undo":
                await services.editing.undo(self.script_id, by)
                await self._show_changed(interaction)
            case "restore":
                await services.editing.restore(self.script_id, self.number, by)
                await self._show_changed(interaction)
            case "copy":
                await show_history(interaction, (await services.editing.copy_version(self.script_id, by)).id)
            case _:
                await show_history(interaction, self.script_id, self.number)

    async def _show_changed(self, interaction: discord.Interaction) -> None:
        await show_history(interaction, self.script_id)
        await refresh_script_card(get_services(interaction), self.script_id)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows the history, which offers what is possible now."""
        await show_history(interaction, self.script_id)
