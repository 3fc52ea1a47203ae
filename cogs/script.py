"""``/script``: one chapter becomes a script."""

from dataclasses import dataclass

import discord
from discord import app_commands, ui
from discord.app_commands import Range
from discord.ext import commands

from bot.actor import Actor
from bot.app import MythBot
from bot.ebooks.text import check_name, check_text, read
from bot.errors import InputError, NotFoundError
from bot.generation.request import MAX_TITLE, ScriptRequest
from bot.generation.service import GenerationService, NewChapter, RequestedRun
from bot.permissions import in_words, missing
from cogs.interactions.access import require_team
from cogs.interactions.autocomplete import ebook_autocomplete
from cogs.views.base import Modal
from cogs.views.formatting import escape_text
from storage import Database

MAX_EBOOK = 100
_PASTE = 4_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed, without the text."""

    ebook: str
    chapter: int
    title: str
    theme: str
    notes: str
    hook: str
    language: str


class ScriptCog(commands.Cog):
    """Orders chapters."""

    def __init__(self, generation: GenerationService, database: Database, max_chars: int) -> None:
        self._generation = generation
        self._database = database
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
        language="The script's language; the chapter's own where you say nothing",
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
        """Takes the text from the file, from what is stored, or from a modal."""
        by = require_team(interaction)
        _check_channel(interaction)
        if not ebook.strip():
            raise InputError("The book has no name.", "Type one, or choose one from the list.")
        texts = (value.strip() if value else "" for value in (title, theme, notes, hook, language))
        wish = Wish(ebook.strip(), chapter, *texts)
        if source is not None:
            check_name(source.filename, source.size)
            await interaction.response.defer(ephemeral=True, thinking=True)
            content = read(source.filename, await _bytes_of(source), self._max_chars)
            await self._order(interaction, wish, content, by)
            return
        stored = await self._stored(wish)
        if stored is None:
            await interaction.response.send_modal(PasteModal(self, wish))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._order(interaction, wish, stored, by)

    async def pasted(self, interaction: discord.Interaction, wish: Wish, modal: "PasteModal") -> None:
        """Goes on where the modal left off."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if modal.files:
            attached = modal.files[0]
            check_name(attached.filename, attached.size)
            content = read(attached.filename, await _bytes_of(attached), self._max_chars)
        else:
            content = check_text(modal.text, self._max_chars)
        await self._order(interaction, wish, content, by)

    async def _stored(self, wish: Wish) -> str | None:
        async with self._database.read() as tx:
            ebook = await tx.ebooks.find(wish.ebook)
            chapter = await tx.ebooks.chapter(ebook.id, wish.chapter) if ebook else None
        return chapter.content if chapter else None

    async def _order(self, interaction: discord.Interaction, wish: Wish, content: str, by: Actor) -> None:
        if interaction.guild_id is None or interaction.channel_id is None:
            raise NotFoundError("This works only in a channel of the studio's server.")
        async with self._database.read() as tx:
            ebook = await tx.ebooks.find(wish.ebook)
            known = await tx.ebooks.chapter(ebook.id, wish.chapter) if ebook else None
        order = ScriptRequest(
            title=wish.title or (known.title if known else f"Chapter {wish.chapter}"),
            theme=wish.theme or (ebook.theme if ebook else "") or "horror",
            notes=wish.notes,
            hook=wish.hook,
            language=wish.language,
        )
        ordered = await self._generation.order(
            NewChapter(wish.ebook, wish.chapter, content),
            order,
            by,
            place=(interaction.guild_id, interaction.channel_id),
        )
        card = await self._generation.begin(ordered.run.id)
        where = f" https://discord.com/channels/{interaction.guild_id}/{card[0]}/{card[1]}" if card else ""
        await interaction.edit_original_response(content=_answer(ordered) + where)


class PasteModal(Modal, title="The chapter's text"):
    """Asks for the text, typed or as a file."""

    def __init__(self, cog: ScriptCog, wish: Wish) -> None:
        super().__init__()
        self._cog = cog
        self._wish = wish
        self._text: ui.TextInput[PasteModal] = ui.TextInput(
            style=discord.TextStyle.paragraph, required=False, max_length=_PASTE, custom_id="text"
        )
        self._upload: ui.FileUpload[PasteModal] = ui.FileUpload(
            required=False, min_values=0, max_values=1, custom_id="source"
        )
        self.add_item(ui.Label(text="Paste it here", description=f"Up to {_PASTE:,} characters.", component=self._text))
        self.add_item(ui.Label(text="Or attach it", description="A .txt or .md file.", component=self._upload))

    @property
    def text(self) -> str:
        """What was pasted."""
        return self._text.value

    @property
    def files(self) -> list[discord.Attachment]:
        """What was attached."""
        return self._upload.values

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Hands over to the command."""
        await self._cog.pasted(interaction, self._wish, self)


async def _bytes_of(source: discord.Attachment) -> bytes:
    try:
        return await source.read()
    except discord.HTTPException as error:
        raise InputError(f"{source.filename[:80]} could not be fetched from Discord.", "Attach it again.") from error


def _check_channel(interaction: discord.Interaction) -> None:
    """Before anything is stored: a card needs a channel that the bot can write to."""
    lacking = missing(interaction.app_permissions)
    if lacking:
        raise InputError(
            "I cannot post the script's card in this channel.",
            f"Give me {in_words(lacking)} here, or use another channel.",
        )


def _answer(ordered: RequestedRun) -> str:
    text = f"Chapter {ordered.run.chapter_number} is on its way."
    if ordered.new_ebook:
        text = f"New book **{escape_text(ordered.ebook.id, 100)}**: its public id is the name you gave. {text}"
    elif ordered.run.version > 1:
        text = f"This will be version {ordered.run.version} of chapter {ordered.run.chapter_number}."
    return text


async def setup(bot: MythBot) -> None:
    """In the studio's server alone."""
    services = bot.services
    cog = ScriptCog(services.generation, services.database, services.max_chapter_chars)
    await bot.add_cog(cog, guild=bot.studio)
