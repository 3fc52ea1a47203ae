"""Fetches the files that people attach."""

import asyncio
from typing import Final

import discord

from bot.errors import InputError
from cogs.messages.failures import REQUEST_ERRORS

DOWNLOAD_SECONDS: Final = 20.0
"""How long a download may take. The largest book needs less on any connection that a bot can work with."""


async def download_attachment(source: discord.Attachment, seconds: float = DOWNLOAD_SECONDS) -> bytes:
    """The content of an attached file. Its size must have been checked before.

    Raises:
        InputError: it cannot be fetched from Discord within ``seconds``.
    """
    name = source.filename[:80]
    try:
        async with asyncio.timeout(seconds):
            content = await source.read()
    except TimeoutError as error:
        raise InputError(
            f"Discord did not deliver {name} within {seconds:.0f} seconds.", "Nothing was stored. Attach it again."
        ) from error
    except REQUEST_ERRORS as error:
        raise InputError(
            f"{name} could not be fetched from Discord.", "Nothing was stored. Attach it again."
        ) from error
    if len(content) < source.size:
        raise InputError(f"Discord delivered only a part of {name}.", "Nothing was stored. Attach it again.")
    return content
