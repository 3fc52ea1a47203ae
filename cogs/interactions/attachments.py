"""Fetches the files that people attach."""

import asyncio
from typing import Final

import discord

from bot.ebooks.chapter_text import ChapterText
from bot.ebooks.text import check_file, read_chapter_file
from bot.errors import InputError
from cogs.messages.failures import REQUEST_ERRORS

DOWNLOAD_SECONDS: Final = 20.0
"""How long a download may take. The largest book needs less on any connection that a bot can work with."""


async def read_attached_chapter(
    source: discord.Attachment, max_chars: int, seconds: float = DOWNLOAD_SECONDS
) -> tuple[ChapterText, ...]:
    """The text of an attached file, or the two that it may be; see ``read_chapter_file``.

    Raises:
        InputError: the file cannot be fetched from Discord within ``seconds``, or is not a chapter's text.
    """
    check_file(source.filename, source.size)
    content = await download_attachment(source, seconds)
    # In a thread: eight megabytes take 0.4 s, and the gateway's event loop must not wait for them.
    return await asyncio.to_thread(read_chapter_file, source.filename, content, max_chars)


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
