"""Answers buttons, menus and forms that nothing handles, such as those of an older version or with a forged id.

Without an answer Discord shows "This interaction failed", and a form that was open during a restart would lose its text.
"""

import io
from typing import Any, Final

import discord
from discord.ext import commands

from bot.app import MythBot
from cogs.views.modals import is_open
from cogs.views.persistent_items import PERSISTENT_ITEMS

_MAX_INLINE: Final = 1_500
"""Characters of typed text that are given back in the message itself; more comes as a file."""


class UnknownInteractions(commands.Cog):
    """The listener. Known interactions are handled by discord.py and their own items."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Says that nothing was done."""
        data: dict[str, Any] = dict(interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component and not _is_known_item(custom_id):
            text = "This button or menu is no longer known, and nothing was done. Use the command again."
            await interaction.response.send_message(text, ephemeral=True)
        elif interaction.type is discord.InteractionType.modal_submit and not is_open(custom_id):
            await _give_text_back(interaction, _find_typed_texts(data.get("components", [])))


def _is_known_item(custom_id: str) -> bool:
    return any(item.__discord_ui_compiled_template__.fullmatch(custom_id) for item in PERSISTENT_ITEMS)


def _find_typed_texts(components: list[dict[str, Any]]) -> list[str]:
    """The texts of a submitted form, whose fields are nested in rows or labels."""
    texts: list[str] = []
    for component in components:
        if isinstance(component.get("value"), str) and component["value"].strip():
            texts.append(component["value"])
        texts += _find_typed_texts(component.get("components", []))
        texts += _find_typed_texts([component["component"]] if component.get("component") else [])
    return texts


async def _give_text_back(interaction: discord.Interaction, texts: list[str]) -> None:
    message = "The bot was restarted while this form was open, and nothing was stored. Use the command again."
    typed = "\n\n".join(texts)
    file = discord.utils.MISSING
    if len(typed) > _MAX_INLINE:
        message += " What you had typed is in the file."
        file = discord.File(io.BytesIO(typed.encode()), "what_you_typed.txt")
    elif typed:
        fenced = typed.replace("```", "` ` `")
        message += f" This is what you had typed:\n```\n{fenced}\n```"
    await interaction.response.send_message(message, file=file, ephemeral=True)


async def setup(bot: MythBot) -> None:
    """Registers the listener."""
    await bot.add_cog(UnknownInteractions())
