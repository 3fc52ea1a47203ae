"""The ``/privacy`` card: what is stored about a person, and the buttons to get or delete it."""

import io
import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.exports.files import MAX_UPLOAD_BYTES
from cogs.interactions.access import get_actor, get_services
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, GREY, RED, format_count

STORED: Final = (
    "**What is stored.** The chapters you give or confirm, the scripts made from them and their takes, the announcements, "
    "and what was done when. Events contain a random id for you; your Discord id and name are in one table only.\n"
    "**What goes to Google's Gemini.** The chapter's text, its title, theme, notes and hook, and the book's cast, "
    "lexicon and story so far, when a script is written. No Discord ids, no names of people here and no messages."
)
_CONFIRM_FORGETTING: Final = (
    "### Forget you?\n"
    "Your Discord id and name, the names of your sessions and how far you have looked are deleted at once, and your shares "
    "and badges then belong to nobody. Your announcements that wait for approval are discarded. This cannot be undone.\n"
    "What you did stays in the log under a random id that leads to nobody: otherwise the log could no longer be verified. "
    "Scripts, chapters and takes stay with the studio. What you wrote into them or into `/track` yourself, and messages "
    "in channels, are not changed."
)


def privacy_card() -> ui.LayoutView:
    """Says what is stored, with the buttons to get and to delete it."""
    buttons = action_row(PrivacyButton("get"), PrivacyButton("forget"))
    return card_layout(ui.TextDisplay(f"### Your data\n{STORED}"), buttons, accent=EMBER)


class PrivacyButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template="privacy:(?P<action>get|forget|really|keep)"
):
    """Get my data; forget me, which asks for confirmation; and the two answers to that question."""

    _LABELS: Final = {"get": "Get my data", "forget": "Forget me…", "really": "Forget me", "keep": "Keep my data"}

    def __init__(self, action: str) -> None:
        style = discord.ButtonStyle.danger if action == "really" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=self._LABELS[action], style=style, custom_id=f"privacy:{action}"))
        self.action = action

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Performs the action for the person who pressed; only they see the result."""
        match self.action:
            case "get":
                await interaction.response.defer(ephemeral=True, thinking=True)
                download = await get_services(interaction).privacy.export_data(get_actor(interaction), MAX_UPLOAD_BYTES)
                file = discord.File(io.BytesIO(download.content), download.name)
                await interaction.followup.send("This is everything stored under your id.", file=file, ephemeral=True)
            case "forget":
                buttons = action_row(PrivacyButton("really"), PrivacyButton("keep"))
                view = card_layout(ui.TextDisplay(_CONFIRM_FORGETTING), buttons, accent=RED)
                await interaction.response.edit_message(view=view)
            case "really":
                await interaction.response.defer()
                discarded = await get_services(interaction).privacy.forget_member(get_actor(interaction))
                text = "### You are forgotten\nIf you use a command of the studio again, you start as a new person."
                if discarded:
                    posts = format_count(discarded, "announcement")
                    text += f"\n{posts} of yours that waited for approval: discarded, not posted."
                await interaction.edit_original_response(view=card_layout(ui.TextDisplay(text), accent=GREY))
            case _:
                await interaction.response.edit_message(view=privacy_card())
