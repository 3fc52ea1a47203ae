"""From the file of ``/script`` to a run: a chapter is written, and a whole book is offered to be added instead."""

import asyncio

import discord
from discord import ui

from bot.actor import Actor
from bot.ebooks.chapter_text import ChapterText
from bot.ebooks.library import ProposedImport
from bot.ebooks.reading.book_file import BOOK_SUFFIXES, check_book_file
from bot.ebooks.text import FILE_SUFFIXES, TooLongError, check_file, read_chapter_file
from bot.ebooks.whole_books import MIN_CHAPTERS, count_chapters
from bot.generation.request import ScriptRequest
from cogs.interactions.access import get_services
from cogs.interactions.attachments import download_attachment
from cogs.views.ebook_adding import propose_book
from cogs.views.ebook_import import ImportButton
from cogs.views.ebook_import_ids import PickerPosition
from cogs.views.ebook_reading import reading_question
from cogs.views.formatting import escape_text, format_count
from cogs.views.script_request import TextChoiceButton, request_script, request_script_or_ask

SOURCE_SUFFIXES = BOOK_SUFFIXES


def check_source(source: discord.Attachment, max_book_mb: int) -> None:
    """Checks, before the download, that the file can be a chapter's text or a book.

    Raises:
        InputError: by its name or its size it cannot.
    """
    if _is_text_file(source.filename) or not source.filename.lower().endswith(BOOK_SUFFIXES):
        check_file(source.filename, source.size)
    else:
        check_book_file(source.filename, source.size, max_book_mb)


async def request_script_from_file(
    interaction: discord.Interaction, request: ScriptRequest, source: discord.Attachment, by: Actor
) -> None:
    """Requests the script of the chapter in the file; a book's file, or a text with several chapters, asks first.

    The interaction is deferred, and its message shows the question or the link to the card.

    Raises:
        InputError: the file cannot be fetched, or holds neither a chapter's text nor a book.
    """
    content = await download_attachment(source)
    if not _is_text_file(source.filename):
        await _request_from_book(interaction, request, source.filename, content, by)
        return
    max_chars = get_services(interaction).max_chapter_chars
    try:
        texts = await asyncio.to_thread(read_chapter_file, source.filename, content, max_chars)
        chapters = await asyncio.to_thread(count_chapters, content, source.filename)
    except TooLongError as error:
        await _request_from_book(interaction, request, source.filename, content, by, error)
        return
    if chapters < MIN_CHAPTERS or len(texts) > 1:
        await request_script_or_ask(interaction, request, source.filename, texts, by)
        return
    (proposed,) = await propose_book(interaction, source.filename, content, request.ebook, request.theme)
    token = get_services(interaction).open_choices.add(request, texts)
    await _offer_book(
        interaction,
        source.filename,
        proposed,
        TextChoiceButton(token, 0, f"It is all chapter {request.chapter_number}"),
    )


async def _request_from_book(
    interaction: discord.Interaction,
    request: ScriptRequest,
    name: str,
    content: bytes,
    by: Actor,
    refusal: TooLongError | None = None,
) -> None:
    """Requests the script of a file with a single chapter, else offers to add it. ``refusal`` is why it is no chapter."""
    proposed, *others = await propose_book(interaction, name, content, request.ebook, request.theme)
    chapters = proposed.plan.chapters
    if others:
        await interaction.edit_original_response(view=reading_question(name, proposed, others[0]))
        return
    if len(chapters) == 1:
        get_services(interaction).ebook_library.cancel_import(proposed.token, by)
        if refusal is not None:
            raise refusal
        await request_script(interaction, request, ChapterText(chapters[0].text, chapters[0].title), by)
        return
    await _offer_book(interaction, name, proposed)


async def _offer_book(
    interaction: discord.Interaction, name: str, proposed: ProposedImport, *others: TextChoiceButton
) -> None:
    view = ui.View(timeout=None)
    view.add_item(ImportButton("open", PickerPosition(proposed.token)))
    for other in others:
        view.add_item(other)
    count = format_count(len(proposed.plan.chapters), "chapter")
    text = f"{escape_text(name, 80)} is a whole book: {count}. You can add it, then write any chapter. Nothing is stored yet."
    await interaction.edit_original_response(content=text, view=view)


def _is_text_file(name: str) -> bool:
    return name.lower().endswith(FILE_SUFFIXES)
