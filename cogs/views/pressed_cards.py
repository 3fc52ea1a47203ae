"""Brings a card that somebody has pressed up to date, through the interaction of the press.

A card may be older than what it shows: Discord refused an edit, another card took its place, or it is the private answer of a
command. Discord takes an edit through an interaction also where it refuses others.
"""

import logging
from functools import singledispatch
from typing import Final

import discord
from discord import ui

from bot.generation.run_view import RunView
from cogs.interactions.access import get_services
from cogs.messages.failures import REQUEST_ERRORS

_log = logging.getLogger(__name__)

_CAN_EDIT: Final = discord.InteractionResponseType.deferred_message_update


@singledispatch
def build_card(shown: object) -> ui.LayoutView:
    """The card that shows ``shown``. The modules of the cards register themselves: their buttons import this one."""
    raise TypeError(f"no card shows a {type(shown).__name__}")


async def show_run(interaction: discord.Interaction, run_id: str, *, even_current: bool) -> None:
    """The pressed card shows the run as it is now; see ``_show``."""
    if is_card_pressed(interaction):
        view = await get_services(interaction).run_cards.get_view(run_id)
        await _show(interaction, build_card(view), view.run.card_id, even_current=even_current)


async def show_script(interaction: discord.Interaction, script_id: str, *, even_current: bool) -> None:
    """The pressed card shows the script as it is now, whether a run has written it or not; see ``_show``."""
    if is_card_pressed(interaction):
        view = await get_services(interaction).run_cards.get_script_view(script_id)
        card_id = view.run.card_id if isinstance(view, RunView) else None
        await _show(interaction, build_card(view), card_id, even_current=even_current)


async def show_broadcast(interaction: discord.Interaction, broadcast_id: str, *, even_current: bool) -> None:
    """The pressed card shows the announcement as it is now; see ``_show``."""

    if is_card_pressed(interaction):
        status = await get_services(interaction).broadcasts.get_status(broadcast_id)
        await _show(interaction, build_card(status), status.broadcast.card_id, even_current=even_current)


async def show_batch(interaction: discord.Interaction, batch_id: str, *, even_current: bool) -> None:
    """The pressed card shows the batch as it is now; see ``_show``."""
    if is_card_pressed(interaction):
        view = await get_services(interaction).batches.get_view(batch_id)
        await _show(interaction, build_card(view), view.batch.card_id, even_current=even_current)


def is_card_pressed(interaction: discord.Interaction) -> bool:
    """Whether the component belongs to a card, and not to a question or to a preview."""
    return interaction.message is not None and interaction.message.flags.components_v2


async def remove_buttons(interaction: discord.Interaction) -> None:
    """The pressed question loses its buttons, where the press has been acknowledged and not answered by another message."""
    if not is_card_pressed(interaction) and interaction.response.type is _CAN_EDIT:
        try:
            await interaction.edit_original_response(view=None)
        except REQUEST_ERRORS as error:
            _log.info("could not remove the buttons of a question: %r", error)


async def _show(
    interaction: discord.Interaction, view: ui.LayoutView, card_id: int | None, *, even_current: bool
) -> None:
    """The pressed message shows ``view``, unless the press has been answered with another message.

    The current card, with the id ``card_id``, is left to its service, which keeps its edits in order, unless ``even_current``
    is set.
    """
    if interaction.message is None or (interaction.message.id == card_id and not even_current):
        return
    try:
        if not interaction.response.is_done():
            await interaction.response.edit_message(view=view)
        elif interaction.response.type is _CAN_EDIT:
            await interaction.edit_original_response(view=view)
    except REQUEST_ERRORS as error:  # deleted meanwhile, for example because another card has taken its place
        _log.info("could not bring a pressed card up to date: %r", error)
