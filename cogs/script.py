"""``/script``: one chapter becomes a script."""

from typing import Final

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.ebooks.text import read_pasted_chapter
from bot.errors import InputError
from bot.generation.request import MAX_TITLE, ScriptRequest
from bot.generation.service import GenerationService
from bot.scripts.models import ScriptMode
from cogs.interactions.access import get_services, require_team
from cogs.interactions.autocomplete import chapter_autocomplete, ebook_or_new_autocomplete
from cogs.interactions.file_types import FilteredUpload, file_command
from cogs.views.formatting import MODE_LABELS
from cogs.views.modals import Modal
from cogs.views.script_file import SOURCE_SUFFIXES, check_source, request_script_from_file
from cogs.views.script_request import check_channel, request_script

MAX_EBOOK: Final = 100  # characters of a book's name; autocomplete shows no longer values
_MAX_PASTE: Final = 4_000  # characters; the most that Discord accepts in a text input

MODE_CHOICES: Final = [Choice(name=label, value=mode.value) for mode, label in MODE_LABELS.items()]


class ScriptCog(commands.Cog):
    """The command ``/script``."""

    def __init__(self, generation: GenerationService, max_chars: int) -> None:
        self._generation = generation
        self._max_chars = max_chars

    @file_command("script", "Turn a chapter into a recordable audio-drama script", SOURCE_SUFFIXES)
    @app_commands.describe(
        ebook="The book; a new name makes a new book",
        chapter="The chapter's number; of a stored book, type the number or a word of the title",
        title="The chapter's title",
        theme="The mood, such as fox-demon horror",
        source="The chapter's text as a file; without it you can paste it",
        notes="What the writer should know or do",
        hook="A line that invites affiliates' listeners",
        language="The script's language if it is to be translated; empty: the chapter's own",
        mode="Whether the author's words stay as they are; empty: as the book says",
    )
    @app_commands.autocomplete(ebook=ebook_or_new_autocomplete)
    @app_commands.autocomplete(chapter=chapter_autocomplete)
    @app_commands.choices(mode=MODE_CHOICES)
    async def script(
        self,
        interaction: discord.Interaction,
        ebook: Range[str, 1, MAX_EBOOK],
        chapter: Range[int, 0, 9999],
        title: Range[str, 1, MAX_TITLE] | None = None,
        theme: Range[str, 1, 100] | None = None,
        source: discord.Attachment | None = None,
        notes: Range[str, 1, 1500] | None = None,
        hook: Range[str, 1, 500] | None = None,
        language: Range[str, 1, 40] | None = None,
        mode: str | None = None,
    ) -> None:
        """Requests a script. The text comes from the file, else from what is stored, else from a modal."""
        by = require_team(interaction)
        check_channel(interaction)
        if not ebook.strip():
            raise InputError("The book has no name.", "Type one, or choose one from the list.")
        request = ScriptRequest(
            ebook=ebook.strip(),
            chapter_number=chapter,
            title=(title or "").strip(),
            theme=(theme or "").strip(),
            notes=(notes or "").strip(),
            hook=(hook or "").strip(),
            language=(language or "").strip(),
            mode=ScriptMode(mode) if mode else None,
        )
        if source is not None:
            check_source(source, get_services(interaction).max_book_mb)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await request_script_from_file(interaction, request, source, by)
            return
        stored_text = await self._generation.find_chapter_text(request.ebook, chapter)
        if stored_text is None:
            await interaction.response.send_modal(SourceModal(request, self._max_chars))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await request_script(interaction, request, stored_text, by)


class SourceModal(Modal, title="The chapter's text"):
    """Asks for the chapter's text, typed or as a file."""

    def __init__(self, request: ScriptRequest, max_chars: int) -> None:
        super().__init__()
        self._request = request
        self._max_chars = max_chars
        self._text: ui.TextInput[SourceModal] = ui.TextInput(
            style=discord.TextStyle.paragraph, required=False, max_length=_MAX_PASTE, custom_id="text"
        )
        self._upload = FilteredUpload("source", SOURCE_SUFFIXES)
        description = f"Up to {_MAX_PASTE:,} characters."
        self.add_item(ui.Label(text="Paste it here", description=description, component=self._text))
        self.add_item(
            ui.Label(
                text="Or attach it", description="A text, Markdown, DOCX, EPUB or PDF file.", component=self._upload
            )
        )

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Requests the script with the file, else with the pasted text; a refused form can be opened again."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not self._upload.values:
            text = read_pasted_chapter(self._text.value, self._max_chars)
            await request_script(interaction, self._request, text, by)
            return
        source = self._upload.values[0]
        check_source(source, get_services(interaction).max_book_mb)
        await request_script_from_file(interaction, self._request, source, by)


async def setup(bot: MythBot) -> None:
    """Adds the command to the studio's server alone."""
    services = bot.services
    cog = ScriptCog(services.generation, services.max_chapter_chars)
    await bot.add_cog(cog, guild=bot.studio)
