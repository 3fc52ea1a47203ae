"""From an attached file to the private picker: download, reading in a child process, and the proposal of chapters."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord

from bot.ebooks.library import ProposedImport
from cogs.interactions.access import get_services, require_team
from cogs.interactions.attachments import download_attachment
from cogs.views.ebook_import import import_card, note_card
from cogs.views.ebook_reading import reading_question
from cogs.views.formatting import escape_text


async def show_picker(interaction: discord.Interaction, source: discord.Attachment, title: str, theme: str) -> None:
    """Shows the book's chapters for confirmation, in place of the deferred response. Nothing is stored.

    Raises:
        InputError: the file cannot be fetched or is no book. The message with the progress is gone then.
    """
    async with _progress_shown(interaction, source) as tell:
        content = await download_attachment(source)
        readings = await propose_book(interaction, source.filename, content, title, theme, tell)
    view = import_card(readings[0]) if len(readings) == 1 else reading_question(source.filename, *readings[:2])
    await interaction.edit_original_response(content=None, view=view)


async def propose_book(
    interaction: discord.Interaction,
    name: str,
    content: bytes,
    title: str = "",
    theme: str = "",
    tell: Callable[[str], Awaitable[None]] | None = None,
) -> list[ProposedImport]:
    """The book in the file called ``name`` as an open import of this person; two where its letters can be read in two ways.

    ``tell`` shows sentences about the progress.

    Raises:
        InputError: the file is no book.
    """
    by = require_team(interaction)
    services = get_services(interaction)
    book = await services.book_reader.read(name, content, tell)
    digest = hashlib.sha256(content).hexdigest()
    readings = [book] if book.other_reading is None else [book, book.other_reading]
    return [
        await services.ebook_library.propose_import(reading, name, digest, title, theme, by) for reading in readings
    ]


@asynccontextmanager
async def _progress_shown(
    interaction: discord.Interaction, source: discord.Attachment
) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """The response says that the file is being read. If that fails it is deleted, so that only the error is left."""

    async def tell(sentence: str) -> None:
        await interaction.edit_original_response(content=None, view=note_card(escape_text(sentence, 300)))

    await tell(f"Downloading {source.filename[:80]}, {_format_size(source.size)} …")
    try:
        yield tell
    except Exception:
        await interaction.delete_original_response()
        raise


def _format_size(size: int) -> str:
    """Bytes as ``1.2 MB`` or ``40 KB``."""
    return f"{size / 1_048_576:.1f} MB" if size >= 104_858 else f"{max(1, round(size / 1024))} KB"
