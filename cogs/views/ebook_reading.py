"""The question which of two readings of a text file has the right letters, before the picker."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.ebooks.library import ProposedImport
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.ebook_import import import_card
from cogs.views.ebook_import_text import SHOWN_LINE, find_differing_lines
from cogs.views.formatting import EMBER, escape_text


def reading_question(name: str, first: ProposedImport, second: ProposedImport) -> ui.LayoutView:
    """Asks which of two readings of the text file ``name`` has the right letters; each is an open import."""
    lines = [escape_text(line, SHOWN_LINE) for line in find_differing_lines(first.plan, second.plan)]
    text = (
        f"The encoding of {escape_text(name, 80)} is uncertain. Which line is right?\n1. {lines[0]}\n2. {lines[1]}\n"
        "If neither is, save the file as UTF-8 and add it again. Nothing has been stored."
    )
    buttons = (
        ReadingButton(first.token, second.token, "The first"),
        ReadingButton(second.token, first.token, "The second"),
    )
    return card_layout(ui.TextDisplay(text), action_row(*buttons), accent=EMBER)


class ReadingButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"import:reading:(?P<token>[0-9a-f]{16}):(?P<other>[0-9a-f]{16})",
):
    """Chooses one of two readings of a text file; the other is forgotten."""

    def __init__(self, token: str, other: str, label: str = "This one") -> None:
        style = discord.ButtonStyle.primary
        super().__init__(ui.Button(label=label, style=style, custom_id=f"import:reading:{token}:{other}"))
        self.token = token
        self.other = other

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["token"], match["other"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the picker with the chosen reading."""
        by = require_team(interaction)
        await interaction.response.defer()
        library = get_services(interaction).ebook_library
        proposed = await library.get_import(self.token, by)
        library.cancel_import(self.other, by)
        await interaction.edit_original_response(content=None, view=import_card(proposed))
