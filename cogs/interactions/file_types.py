"""Which files Discord's clients offer for an upload.

discord.py 2.7 has no parameter for it (Discord added ``file_types`` on 2026-08-05), so the two classes here add it to what is
sent. Discord checks the name alone, in any case of letters: the content has to be checked all the same.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from discord import AppCommandOptionType, app_commands, ui

_EXTRA: Final = "file_types"
"""Under this key of ``Command.extras`` are the accepted endings; ``extras`` is what discord.py copies with a command."""


class FileCommand(app_commands.Command[Any, ..., Any]):
    """A command whose attachments are files with certain endings, made by ``file_command``."""

    def to_dict(self, tree: app_commands.CommandTree[Any]) -> dict[str, Any]:
        """The command as it is registered, with ``file_types`` on each of its attachments."""
        payload = super().to_dict(tree)
        for option in payload["options"]:
            if option["type"] == AppCommandOptionType.attachment.value:
                option["file_types"] = list(self.extras[_EXTRA])
        return payload


def file_command(name: str, description: str, file_types: Sequence[str]) -> Callable[[Any], FileCommand]:
    """Like ``app_commands.command``; its attachments may end in ``file_types`` (such as ``.epub``, ten at most)."""

    def decorate(callback: Any) -> FileCommand:  # noqa: ANN401 - discord.py's own type of a callback cannot be named
        return FileCommand(name=name, description=description, callback=callback, extras={_EXTRA: tuple(file_types)})

    return decorate


class FilteredUpload(ui.FileUpload[Any]):
    """An optional upload of one file in a modal, whose name ends in one of ``file_types``."""

    def __init__(self, custom_id: str, file_types: Sequence[str]) -> None:
        super().__init__(custom_id=custom_id, required=False, min_values=0, max_values=1)
        self._file_types = list(file_types)

    def to_component_dict(self) -> Any:  # noqa: ANN401 - discord.py's type does not know the key
        """The component as it is sent."""
        return {**super().to_component_dict(), "file_types": self._file_types}
