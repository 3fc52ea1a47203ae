"""``/script``: one chapter becomes a script."""

import asyncio
from typing import Final

import discord
from discord import app_commands, ui
from discord.app_commands import Range
from discord.ext import commands

from bot.actor import Actor
from bot.app import MythBot
from bot.ebooks.text import check_file, check_text, decode_text
from bot.errors import InputError
from bot.generation.request import MAX_TITLE, RequestedRun, ScriptRequest
from bot.generation.service import GenerationService
from bot.permissions import find_missing, format_permissions
from cogs.interactions.access import get_channel_ids, require_team
from cogs.interactions.autocomplete import ebook_autocomplete
from cogs.views.formatting import escape_text
from cogs.views.modals import Modal

MAX_EBOOK: Final = 100  # characters of a book's name; autocomplete shows no longer values
_MAX_PASTE: Final = 4_000  # characters; the most that Discord accepts in a text input


class ScriptCog(commands.Cog):
    """The command ``/script``."""

    def __init__(self, generation: GenerationService, max_chars: int) -> None:
        self._generation = generation
        self._max_chars = max_chars

    @app_commands.command(name="script", description="Turn a chapter into a recordable audio-drama script")
    @app_commands.describe(
        ebook="The book; a new name makes a new book",
        chapter="The chapter's number",
        title="The chapter's title",
        theme="The mood, such as fox-demon horror",
        source="The chapter's text as a .txt or .md file; without it you can paste it",
        notes="What the writer should know or do",
        hook="A line that invites affiliates' listeners",
        language="The script's language; empty: the chapter's own",
    )
    @app_commands.autocomplete(ebook=ebook_autocomplete)
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
    ) -> None:
        """Requests a script. The text comes from the file, else from what is stored, else from a modal."""
        by = require_team(interaction)
        _check_channel(interaction)
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
        )
        if source is not None:
            check_file(source.filename, source.size)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.request_script(interaction, request, await self.read_attachment(source), by)
            return
        stored_text = await self._generation.find_chapter_text(request.ebook, chapter)
        if stored_text is None:
            await interaction.response.send_modal(SourceModal(self, request))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.request_script(interaction, request, stored_text, by)

    async def read_attachment(self, source: discord.Attachment) -> str:
        """The text of an attached file.

        Raises:
            InputError: the file cannot be fetched from Discord, or is not a chapter's text.
        """
        content = await _download(source)
        # In a thread: eight megabytes take 0.4 s, and the gateway's event loop must not wait for them.
        return await asyncio.to_thread(decode_text, source.filename, content, self._max_chars)

    def check_pasted_text(self, text: str) -> str:
        """The pasted text.

        Raises:
            InputError: it is not a chapter's text.
        """
        return check_text(text, self._max_chars)

    async def request_script(
        self, interaction: discord.Interaction, request: ScriptRequest, content: str, by: Actor
    ) -> None:
        """Creates the run and starts it; answers the deferred interaction with a link to its card."""
        requested = await self._generation.request_script(request, content, by, channel=get_channel_ids(interaction))
        card = await self._generation.start_run(requested.run.id)
        link = f" https://discord.com/channels/{interaction.guild_id}/{card[0]}/{card[1]}" if card else ""
        await interaction.edit_original_response(content=_describe_run(requested) + link)


class SourceModal(Modal, title="The chapter's text"):
    """Asks for the chapter's text, typed or as a file."""

    def __init__(self, cog: ScriptCog, request: ScriptRequest) -> None:
        super().__init__()
        self._cog = cog
        self._request = request
        self._text: ui.TextInput[SourceModal] = ui.TextInput(
            style=discord.TextStyle.paragraph, required=False, max_length=_MAX_PASTE, custom_id="text"
        )
        self._upload: ui.FileUpload[SourceModal] = ui.FileUpload(
            required=False, min_values=0, max_values=1, custom_id="source"
        )
        description = f"Up to {_MAX_PASTE:,} characters."
        self.add_item(ui.Label(text="Paste it here", description=description, component=self._text))
        self.add_item(ui.Label(text="Or attach it", description="A .txt or .md file.", component=self._upload))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Requests the script with this text."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self._upload.values:
            source = self._upload.values[0]
            check_file(source.filename, source.size)
            content = await self._cog.read_attachment(source)
        else:
            content = self._cog.check_pasted_text(self._text.value)
        await self._cog.request_script(interaction, self._request, content, by)


async def _download(source: discord.Attachment) -> bytes:
    try:
        return await source.read()
    except discord.HTTPException as error:
        raise InputError(f"{source.filename[:80]} could not be fetched from Discord.", "Attach it again.") from error


def _check_channel(interaction: discord.Interaction) -> None:
    """Checks, before anything is stored, that the bot can post a card in the channel.

    Raises:
        InputError: the bot lacks a permission there.
    """
    lacking = find_missing(interaction.app_permissions)
    if lacking:
        raise InputError(
            "I cannot post the script's card in this channel.",
            f"Give me {format_permissions(lacking)} here, or use another channel.",
        )


def _describe_run(requested: RequestedRun) -> str:
    if requested.is_new_ebook:
        return (
            f"New book **{escape_text(requested.ebook.id, 100)}**: its public id is the name you gave. "
            f"Chapter {requested.run.chapter_number} is on its way."
        )
    if requested.run.version > 1:
        return f"This will be version {requested.run.version} of chapter {requested.run.chapter_number}."
    return f"Chapter {requested.run.chapter_number} is on its way."


async def setup(bot: MythBot) -> None:
    """Adds the command to the studio's server alone."""
    services = bot.services
    cog = ScriptCog(services.generation, services.max_chapter_chars)
    await bot.add_cog(cog, guild=bot.studio)
