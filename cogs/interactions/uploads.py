"""How large a file may be that is sent in answer to an interaction."""

from typing import Final

import discord

_MESSAGE_BYTES: Final = 500_000
"""Left for the message itself, which counts as well."""


def get_upload_limit(interaction: discord.Interaction) -> int:
    """The most bytes of the files of one answer. Discord states it with every interaction; a server's boosts raise it."""
    return interaction.filesize_limit - _MESSAGE_BYTES
