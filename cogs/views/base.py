"""One way for errors: what a button, a select or a modal raises reaches the same sentence as a command's error.

discord.py only logs what a dynamic item raises, and takes an exception in ``interaction_check`` for a silent no.
"""

import re
from typing import Any, Self

import discord
from discord import ui

from cogs.interactions.error_handler import reply_with_error


class Modal(ui.Modal):
    """A modal whose errors are answered."""

    async def on_error(self, interaction: discord.Interaction, error: Exception, /) -> None:  # type: ignore[override]  # modals pass no item
        """Tells the person."""
        await reply_with_error(interaction, error)


class PressMixin:
    """Makes a dynamic item anew from its id, and turns ``callback`` into ``press`` with the one error path around it."""

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """The item of this id. Where nothing else is said, the template's groups are what the item is made from."""
        return cls(*match.groups())

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The item that was pressed."""
        return cls.parse(match)

    async def callback(self, interaction: discord.Interaction) -> Any:  # noqa: ANN401 - discord.py's signature
        """Presses, or tells the person why not."""
        try:
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 - the one error path: nothing is swallowed, everything is answered
            await reply_with_error(interaction, error)

    async def press(self, interaction: discord.Interaction) -> None:
        """What the button does."""
        raise NotImplementedError


def row(*buttons: ui.Item[Any]) -> ui.ActionRow[Any]:
    """Buttons beside each other, five at most."""
    return ui.ActionRow(*buttons)


def layout(*items: ui.Item[Any], accent: discord.Colour) -> ui.LayoutView:
    """A card: one container that never times out, since its buttons are found by their ids."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=accent))
    return view
