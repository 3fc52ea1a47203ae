"""What one is told about one's own data, and the buttons under it."""

import io
import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.exports.files import MAX_UPLOAD_BYTES
from cogs.interactions.access import get_actor, get_services
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, GREY, RED

STORED: Final = (
    "**What is stored.** The chapters you give, the scripts made from them, the announcements, and what was done when. "
    "Events carry a random id for you; your Discord id and name stand in one table alone.\n"
    "**What goes to Google's Gemini.** The chapter's text, its title, theme, notes and hook, when a script is written. "
    "No Discord id, no name of yours, no message of anybody."
)
_FORGETTING = (
    "### Forget you?\n"
    "Your Discord id and name, the names of your sessions and how far you have looked are deleted at once, and your shares "
    "and badges belong to nobody then. It cannot be undone.\n"
    "What you did stays in the log under a random id that leads to nobody: the log's proof would break otherwise. Scripts and "
    "chapters stay the studio's. What you wrote into them or into `/track` yourself, and messages that stand in channels, "
    "are not changed."
)


def privacy_card() -> ui.LayoutView:
    """What is stored, and the two ways out."""
    buttons = action_row(PrivacyButton("get"), PrivacyButton("forget"))
    return card_layout(ui.TextDisplay(f"### Your data\n{STORED}"), buttons, accent=EMBER)


class PrivacyButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template="privacy:(?P<act>get|forget|really|keep)"
):
    """Get my data; forget me, asked once more; and the two answers to that."""

    _LABELS: Final = {"get": "Get my data", "forget": "Forget me…", "really": "Forget me", "keep": "Keep my data"}

    def __init__(self, act: str) -> None:
        style = discord.ButtonStyle.danger if act == "really" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=self._LABELS[act], style=style, custom_id=f"privacy:{act}"))
        self.act = act

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Does it for whoever pressed, and tells nobody else."""
        match self.act:
            case "get":
                await interaction.response.defer(ephemeral=True, thinking=True)
                found = await get_services(interaction).privacy.collect(get_actor(interaction), MAX_UPLOAD_BYTES)
                file = discord.File(io.BytesIO(found.content), found.name)
                await interaction.followup.send("This is all that carries your id.", file=file, ephemeral=True)
            case "forget":
                buttons = action_row(PrivacyButton("really"), PrivacyButton("keep"))
                view = card_layout(ui.TextDisplay(_FORGETTING), buttons, accent=RED)
                await interaction.response.edit_message(view=view)
            case "really":
                await interaction.response.defer()
                await get_services(interaction).privacy.forget(get_actor(interaction))
                text = "### You are forgotten\nIf you use a command of the studio again, you begin as somebody new."
                await interaction.edit_original_response(view=card_layout(ui.TextDisplay(text), accent=GREY))
            case _:
                await interaction.response.edit_message(view=privacy_card())
