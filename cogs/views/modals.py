"""The base class of modals: a refused form can be opened again with what was typed."""

import re
import secrets
from collections import OrderedDict
from typing import Any, Final, Self
from weakref import WeakValueDictionary

import discord
from discord import ui

from bot.errors import StateError
from cogs.interactions.error_handler import reply_with_buttons
from cogs.views.base import PersistentItemMixin

_KEPT: Final = 200
"""Refused forms that are kept, the oldest of which is dropped. A form has at most some 10 kB of text."""
_open_modals: Final["WeakValueDictionary[str, Modal]"] = WeakValueDictionary()
_kept: Final["OrderedDict[str, tuple[int, Modal]]"] = OrderedDict()
"""Refused forms by token, each with the id of the person who typed. They are gone after a restart."""


class Modal(ui.Modal):
    """A modal whose exceptions are answered by the common error handler, with a button that opens it again."""

    def __init__(self) -> None:
        super().__init__()
        _open_modals[self.custom_id] = self

    async def on_error(self, interaction: discord.Interaction, error: Exception, /) -> None:  # type: ignore[override]  # modals pass no item
        """Replies with the error's text and keeps what was typed."""
        await reply_with_buttons(interaction, error, self.keep_for(interaction.user.id))

    def keep_for(self, user_id: int) -> ui.View:
        """The form is kept for this person; returns the button that opens it again."""
        view = ui.View(timeout=None)
        view.add_item(ReopenButton(_keep(user_id, self)))
        return view

    def fill_with_typed_text(self) -> None:
        """The fields show what was typed and chosen last. Files have to be attached again."""
        for item in self.walk_children():
            if isinstance(item, ui.TextInput):
                item.default = item.value or None
            elif isinstance(item, ui.Select):
                for option in item.options:
                    option.default = option.value in item.values


def is_open(custom_id: str) -> bool:
    """Whether this process knows the modal; after a restart it knows none of those that are still on screens."""
    return custom_id in _open_modals


def _keep(user_id: int, modal: Modal) -> str:
    token = secrets.token_hex(8)
    _kept[token] = user_id, modal
    while len(_kept) > _KEPT:
        _kept.popitem(last=False)
    return token


class ReopenButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"reopen:(?P<token>[0-9a-f]{16})"):
    """Opens a refused form again, for the person who filled it in."""

    def __init__(self, token: str) -> None:
        super().__init__(ui.Button(label="Edit what I typed", custom_id=f"reopen:{token}"))
        self.token = token

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["token"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens the form with the text in its fields."""
        user_id, modal = _kept.get(self.token, (0, None))
        if modal is None or user_id != interaction.user.id:
            raise StateError("This form is no longer available.", "Use the command again.")
        modal.fill_with_typed_text()
        await interaction.response.send_modal(modal)
