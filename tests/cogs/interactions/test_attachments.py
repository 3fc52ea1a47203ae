"""Downloads that go wrong."""

import asyncio
from typing import Any
from unittest.mock import create_autospec

import aiohttp
import discord
import pytest

from bot.errors import InputError
from cogs.interactions.attachments import download_attachment


def attachment(read: Any, size: int = 8) -> discord.Attachment:
    """An attached text file that is downloaded by ``read``."""
    source = create_autospec(discord.Attachment, instance=True, filename="chapter.txt", size=size)
    source.read = read
    assert isinstance(source, discord.Attachment)
    return source


async def hang() -> bytes:
    await asyncio.Event().wait()
    raise AssertionError("never set")


async def cut() -> bytes:
    raise aiohttp.ClientPayloadError("Response payload is not completed")


async def deliver_half() -> bytes:
    return b"It r"


@pytest.mark.parametrize(
    ("read", "sentence"),
    [(hang, "did not deliver chapter.txt within"), (cut, "could not be fetched"), (deliver_half, "only a part")],
)
async def test_a_download_that_fails_ends_in_a_clear_message(read: Any, sentence: str) -> None:
    """Hanging, broken and short downloads say what happened and that nothing was stored."""
    with pytest.raises(InputError, match=sentence) as caught:
        await download_attachment(attachment(read), seconds=0.02)
    assert caught.value.hint == "Nothing was stored. Attach it again."
