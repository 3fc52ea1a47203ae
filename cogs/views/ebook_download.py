"""The answer to ``/ebook export``: how far it is, then the archives."""

import asyncio
from pathlib import Path
from typing import Final

import discord

from bot.exports.book.builder import BookArchives
from cogs.interactions.access import get_services, require_team
from cogs.interactions.uploads import get_upload_limit
from cogs.views.formatting import escape_text, shorten

_PAUSE: Final = 2.0
"""Seconds between two changes of the answer at least, so that Discord does not slow the bot down."""
_MAX_TEXT: Final = 1_800


async def send_book(interaction: discord.Interaction, ebook: str) -> None:
    """Makes the archives and sends them, one in each message; the interaction must be deferred."""
    by = require_team(interaction)
    progress = _Progress(interaction)
    exports = get_services(interaction).book_exports
    async with exports.export_book(ebook, get_upload_limit(interaction), by, progress.show) as archives:
        first, *others = archives.paths
        await interaction.edit_original_response(
            content=_describe(archives), attachments=[await asyncio.to_thread(_open, first)]
        )
        for path in others:
            await interaction.followup.send(file=await asyncio.to_thread(_open, path), ephemeral=True)


class _Progress:
    """Shows how far the archives are, not too often."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._shown_at = float("-inf")

    async def show(self, done: int, total: int) -> None:
        """Changes the answer, unless it was changed a moment ago."""
        now = asyncio.get_running_loop().time()
        if now - self._shown_at < _PAUSE and done < total:
            return
        self._shown_at = now
        text = f"Making the files: {done} of {total} chapters are done…" if done < total else "Packing the files…"
        await self._interaction.edit_original_response(content=text)


def _open(path: Path) -> discord.File:
    return discord.File(path)


def _describe(archives: BookArchives) -> str:
    count = len(archives.paths)
    about = (
        "The scripts of the book."
        if count == 1
        else f"The scripts of the book, in {count} files: unpack all into one folder."
    )
    notes = [escape_text(note, 200) for note in archives.notes]
    return shorten(" ".join((about, "A README in it says what is where.", *notes)), _MAX_TEXT)
