"""The base class of persistent components, and the two builders for layouts.

discord.py only logs an exception from a ``DynamicItem``, and treats an exception in ``interaction_check`` as a refusal without
an answer. The class here sends such an exception to ``reply_with_error``, as commands do; for modals see ``modals.py``.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

import discord
from discord import ui

from bot.errors import StateError
from cogs.interactions.error_handler import reply_with_error

_Choice = TypeVar("_Choice", bound=StrEnum)
_NUMBER: Final = re.compile("[0-9]{1,5}")
_KEY: Final = re.compile("[0-9a-z:-]{1,16}")


class PersistentItemMixin:
    """Makes a ``ui.DynamicItem`` work after a restart and routes its exceptions to the common error handler.

    The custom id holds everything the item needs. A subclass implements ``handle_interaction``, and ``from_match`` if its
    template has groups. It must be listed in ``cogs/views/persistent_items.py``.
    """

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:  # noqa: ARG003 - overridden by items whose template has groups
        """Builds the item from its custom id, matched by the template. Items without values in their id inherit this."""
        return cls()

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Builds the item for an interaction; discord.py calls this."""
        return cls.from_match(match)

    async def callback(self, interaction: discord.Interaction) -> Any:  # noqa: ANN401 - discord.py's signature
        """Handles the interaction and replies with the error's text if that fails; discord.py calls this."""
        try:
            try:
                await self.handle_interaction(interaction)
            except StateError:
                await self.show_current_state(interaction)
                raise
        except Exception as error:  # noqa: BLE001 - the common error handler answers every exception, none is swallowed
            await reply_with_error(interaction, error)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Called where something is no longer possible: brings the message that still offers it up to date."""

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Does what the button or select is for. May raise: the exception is answered by the common error handler."""
        raise NotImplementedError


def read_chosen_number(values: Sequence[str]) -> int:
    """The number behind the chosen option of a select.

    Raises:
        StateError: the value is none that a select offers; only a made-up interaction has such.
    """
    if len(values) != 1 or not _NUMBER.fullmatch(values[0]):
        raise _made_up_choice()
    return int(values[0])


def read_chosen_key(values: Sequence[str]) -> str:
    """The value of the chosen option of a select whose values are short keys or numbers.

    Raises:
        StateError: the value is none that a select offers; only a made-up interaction has such.
    """
    if len(values) != 1 or not _KEY.fullmatch(values[0]):
        raise _made_up_choice()
    return values[0]


def read_chosen_member(kind: type[_Choice], values: Sequence[str]) -> _Choice:
    """The member of an enum behind the chosen option of a select.

    Raises:
        StateError: the value is none that a select offers; only a made-up interaction has such.
    """
    if len(values) != 1 or values[0] not in {member.value for member in kind}:
        raise _made_up_choice()
    return kind(values[0])


def _made_up_choice() -> StateError:
    return StateError("This choice is not in the list, and nothing was done.", "Choose one in the newest list.")


def action_row(*items: ui.Item[Any]) -> ui.ActionRow[Any]:
    """Returns a row of up to five buttons, or with a single select."""
    return ui.ActionRow(*items)


def card_layout(*items: ui.Item[Any], accent: discord.Colour) -> ui.LayoutView:
    """Returns a layout with one container in the accent colour.

    It never times out: its components are persistent items, which discord.py finds by their custom ids.
    """
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=accent))
    return view
