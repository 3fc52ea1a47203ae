"""Refuses typed options with characters that nobody can type and that no database stores, before any command sees them.

Discord passes on what a program sends: PostgreSQL refuses null characters, and half surrogates are no characters at all.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import discord
from discord.ext import commands

from bot.errors import InputError
from cogs.interactions.error_handler import reply_with_error

_UNUSABLE: Final = re.compile("[\x00\ud800-\udfff]")


async def refuse_unusable_text(interaction: discord.Interaction) -> bool:
    """Whether all texts among the options can be used; if not, the person has been told, or is offered no choices."""
    data: dict[str, Any] = dict(interaction.data or {})
    name = _find_unusable_option(data.get("options") or ())
    if name is None:
        return True
    if interaction.type is discord.InteractionType.autocomplete:
        await interaction.response.autocomplete([])
    else:
        refusal = InputError(
            f"The option {name} contains a character that cannot be stored.", "Type it anew, without pasting."
        )
        await reply_with_error(interaction, refusal)
    return False


def _find_unusable_option(options: Iterable[dict[str, Any]]) -> str | None:
    """The name of the first option with an unusable text; those of a sub-command are nested."""
    for option in options:
        nested = _find_unusable_option(option.get("options") or ())
        if nested is not None:
            return nested
        value = option.get("value")
        if isinstance(value, str) and _UNUSABLE.search(value):
            return str(option["name"])
    return None


async def setup(bot: commands.Bot) -> None:
    """Checks the options of every command and of every option that completes itself."""
    bot.tree.interaction_check = refuse_unusable_text  # type: ignore[method-assign]  # the bot's own tree class is no cog's
