"""The one error path: errors of commands, buttons, selects and modals all end in ``reply_with_error``."""

import logging
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import MythError, log_unexpected
from cogs.messages.error_codes import (
    ALREADY_ACKNOWLEDGED,
    INVALID_WEBHOOK_TOKEN,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    UNKNOWN_INTERACTION,
)
from cogs.messages.failures import REQUEST_ERRORS, has_code
from storage import DatabaseClosingError, DatabaseUnavailableError

_log = logging.getLogger(__name__)
_EXPIRED: Final = (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED, INVALID_WEBHOOK_TOKEN)
"""Nobody can be answered any more."""


async def reply_with_error(interaction: discord.Interaction, error: Exception) -> None:
    """Replies privately with one sentence that says what happened and one that says what to do.

    An error of ours gets a reference id instead of a description; the log has the traceback under the same id. Never raises:
    a reply that Discord refuses is logged.
    """
    await reply_with_buttons(interaction, error, None)


async def reply_with_buttons(interaction: discord.Interaction, error: Exception, view: discord.ui.View | None) -> None:
    """Like ``reply_with_error``, with buttons that help below the text."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if has_code(error, *_EXPIRED):
        _log.info("an interaction expired or was answered elsewhere before this answer")
        return
    text = _describe(interaction, error)
    buttons: dict[str, Any] = {} if view is None else {"view": view}
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True, **buttons)
        else:
            await interaction.response.send_message(text, ephemeral=True, **buttons)
    except (
        *REQUEST_ERRORS,
        RuntimeError,
    ) as failure:  # aiohttp's RuntimeError: the session is closed, since the bot stops
        level = logging.INFO if has_code(failure, *_EXPIRED) else logging.WARNING
        _log.log(level, "could not reply with an error: %s", failure)


def _describe(interaction: discord.Interaction, error: Exception) -> str:
    match error:
        case MythError():
            _log.info("%s", error.sentence)
            return error.text
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return "This command has changed. Reload Discord and try again."
        case app_commands.NoPrivateMessage():
            return "This works only inside a server."
        case app_commands.TransformerError():
            return "One of the options has a value that cannot be used. Choose it from the list."
        case app_commands.CheckFailure():
            return "You may not use this here. Ask somebody who manages this server."
        case discord.Forbidden() if has_code(error, MISSING_PERMISSIONS, MISSING_ACCESS):
            return "I lack a permission in this channel. Give me View Channel, Send Messages, Embed Links and Attach Files."
        case discord.NotFound():
            return "This no longer exists. It may have been deleted."
        case DatabaseClosingError():
            _log.info("%s was not carried out: the bot is being stopped", _name_of(interaction))
            return "I am being stopped, and nothing of this was stored. Repeat it in a minute."
        case DatabaseUnavailableError():
            reference = log_unexpected(error, f"answering {_name_of(interaction)}")
            return f"{_describe_outage(interaction, error)} Reference for your operator: {reference}."
        case _:
            reference = log_unexpected(error, f"answering {_name_of(interaction)}")
            return (
                "Something went wrong on our side, and what you asked for was not done, or not all of it."
                f" Look before you repeat it. Give your operator this reference: {reference}."
            )


def _describe_outage(interaction: discord.Interaction, error: DatabaseUnavailableError) -> str:
    """What was not stored, and why."""
    command = interaction.command
    what = "What you pressed or sent" if command is None else f"/{command.qualified_name}"
    if error.is_uncertain:
        return f"{what} may not have been stored. {error} Look before you repeat it."
    return f"{what} was not carried out and nothing of it was stored. {error} Repeat it later."


def _name_of(interaction: discord.Interaction) -> str:
    """Returns the command or the custom id of the interaction, for the log."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    custom_id = dict(interaction.data or {}).get("custom_id", "an unknown component")
    return f"the component {custom_id}"


async def setup(bot: commands.Bot) -> None:
    """Sends the errors of every command to ``reply_with_error``; views and modals do so themselves (cogs/views/base.py)."""
    bot.tree.error(reply_with_error)
