"""The one error path. Commands, buttons, selects and modals all end in ``reply_with_error``."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import MythError, log_unexpected

_log = logging.getLogger(__name__)
_MISSING_PERMISSIONS = 50013
_MISSING_ACCESS = 50001
_UNKNOWN_INTERACTION = 10062
_ALREADY_ANSWERED = 40060


async def reply_with_error(interaction: discord.Interaction, error: Exception) -> None:
    """The person reads one sentence that says what happened and one that says what to do. Never raises."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if _is_gone(error):
        _log.info("an interaction was gone before it could be answered")
        return
    text = _sentence(interaction, error)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as failure:
        _log.warning("an error could not be told to the person: %s", failure)


def _is_gone(error: Exception) -> bool:
    return isinstance(error, discord.HTTPException) and error.code in {_UNKNOWN_INTERACTION, _ALREADY_ANSWERED}


def _sentence(interaction: discord.Interaction, error: Exception) -> str:
    match error:
        case MythError():
            _log.info("%s", error.sentence)
            return error.text
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return "This command has changed. Reload Discord and try again."
        case app_commands.NoPrivateMessage():
            return "This works only inside a server."
        case app_commands.TransformerError():
            return "What was given for one of the options cannot be used. Choose it from the list."
        case app_commands.CheckFailure():
            return "You may not use this here. Ask somebody who manages this server."
        case discord.Forbidden() if error.code in {_MISSING_PERMISSIONS, _MISSING_ACCESS}:
            return "I lack a permission in this channel. Give me View Channel, Send Messages, Embed Links and Attach Files."
        case discord.NotFound():
            return "What this is about no longer exists. It may have been deleted."
        case _:
            ref = log_unexpected(error, f"answering {_what(interaction)}")
            return f"Something went wrong on our side. Nothing was lost. Tell your operator this reference: {ref}."


def _what(interaction: discord.Interaction) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    pressed = dict(interaction.data or {}).get("custom_id", "something")
    return f"a press of {pressed}"


async def setup(bot: commands.Bot) -> None:
    """Errors of every command end in ``reply_with_error``; views and modals pass theirs to it themselves."""
    bot.tree.error(reply_with_error)
