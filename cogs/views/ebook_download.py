"""The answer to ``/ebook export`` and to the same button of a batch: how far it is, then the archives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import discord

from bot.actor import Actor
from bot.exports.book.builder import BookArchives
from bot.exports.book.service import NoteProgress
from cogs.interactions.access import get_services, require_team
from cogs.interactions.uploads import get_upload_limit
from cogs.views.formatting import escape_text, shorten

_PAUSE: Final = 3.0
"""Seconds between two changes of the answer: nobody waits longer for a sign, and Discord does not slow the bot down."""
_MAX_TEXT: Final = 1_800


async def send_book(interaction: discord.Interaction, ebook: str) -> None:
    """Makes the archives of a book and sends them, one in each message; the interaction must be deferred."""
    exports = get_services(interaction).book_exports
    await _send(interaction, lambda *rest: exports.export_book(ebook, *rest), "The scripts of the book")


async def send_batch(interaction: discord.Interaction, batch_id: str) -> None:
    """Makes the archives of what a batch has written and sends them like those of a book."""
    exports = get_services(interaction).book_exports
    await _send(interaction, lambda *rest: exports.export_batch(batch_id, *rest), "The scripts of the batch")


_Export = Callable[[int, Actor, NoteProgress], AbstractAsyncContextManager[BookArchives]]


async def _send(interaction: discord.Interaction, export: _Export, subject: str) -> None:
    by = require_team(interaction)
    progress = _Progress(interaction)
    async with AsyncExitStack() as stack:
        async with progress.shown():
            limit = get_upload_limit(interaction)
            archives = await stack.enter_async_context(export(limit, by, progress.note))
        first, *others = archives.files
        await interaction.edit_original_response(
            content=_describe(archives, subject), attachments=[discord.File(first.content, first.name)]
        )
        for file in others:
            await interaction.followup.send(file=discord.File(file.content, file.name), ephemeral=True)


class _Progress:
    """Shows every few seconds how far the archives are, also where nothing has changed, so that it is never silent."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._text = "the chapters"
        self._ended = asyncio.Event()

    def note(self, text: str) -> None:
        """What is being made now."""
        self._text = text

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Shows it until the end of the context; what comes after it never meets a late change of the answer."""
        task = asyncio.create_task(self._show())
        try:
            yield
        finally:
            self._ended.set()
            await task

    async def _show(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not self._ended.is_set():
            text = f"Making the files: {self._text}… ({loop.time() - began:.0f} s)"
            await self._interaction.edit_original_response(content=text)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _PAUSE)


def _describe(archives: BookArchives, subject: str) -> str:
    count = len(archives.files)
    about = f"{subject}." if count == 1 else f"{subject}, in {count} files: unpack all into one folder."
    notes = [escape_text(note, 200) for note in archives.notes]
    return shorten(" ".join((about, "A README in it says what is where.", *notes)), _MAX_TEXT)
