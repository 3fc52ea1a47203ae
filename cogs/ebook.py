"""``/ebook``: books are added from files, listed, shown, changed and removed."""

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot.app import MythBot
from bot.ebooks.library import EbookService
from bot.ebooks.reading.book_file import BOOK_SUFFIXES, check_book_file
from cogs.interactions.access import get_services, require_team
from cogs.interactions.autocomplete import team_ebook_autocomplete
from cogs.interactions.file_types import file_command
from cogs.views.bible_entries import BibleList
from cogs.views.bible_views import show_list
from cogs.views.ebook_adding import show_picker
from cogs.views.ebook_card import ebook_card, ebook_list
from cogs.views.ebook_download import send_book
from cogs.views.ebook_edit import edit_card, removal_question


class EbookCog(
    commands.GroupCog, group_name="ebook", group_description="Books, their chapters and what is known of them"
):
    """The team's ``/ebook`` commands."""

    def __init__(self, library: EbookService) -> None:
        self._library = library

    @file_command("add", "Add a whole book from a file; you check its chapters first", BOOK_SUFFIXES)
    @app_commands.describe(
        file="The book: EPUB, DOCX, PDF with text, Markdown or plain text",
        title="The book's title; empty: the one in the file",
        theme="The mood, such as fox-demon horror",
    )
    async def add(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment,
        title: Range[str, 1, 200] | None = None,
        theme: Range[str, 1, 100] | None = None,
    ) -> None:
        """Reads the file and shows its chapters; nothing is stored before somebody confirms them."""
        require_team(interaction)
        check_book_file(file.filename, file.size, get_services(interaction).max_book_mb)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_picker(interaction, file, (title or "").strip(), (theme or "").strip())

    @app_commands.command(name="list", description="All books with their chapters and scripts")
    async def list_ebooks(self, interaction: discord.Interaction) -> None:
        """Lists the books."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=ebook_list(await self._library.list_ebooks()))

    @app_commands.command(name="show", description="One book: its chapters with words and how far each one is")
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def show(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Shows the book's chapters."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=ebook_card(await self._library.show_ebook(ebook)))

    @app_commands.command(
        name="edit", description="Change a book's title, theme, link, language, audience, tone or hook"
    )
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def edit(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Shows what is known of the book, with the buttons that open its forms."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        details = await self._library.show_ebook(ebook)
        await interaction.edit_original_response(view=edit_card(details.ebook))

    @app_commands.command(name="remove", description="Remove a book; its scripts stay")
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def remove(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Asks whether to remove the book."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=removal_question(await self._library.show_ebook(ebook)))

    @app_commands.command(name="export", description="All scripts of a book as files, with one production pack")
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def export(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Answers with the archives, only for the person who asked."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send_book(interaction, ebook)

    @app_commands.command(name="cast", description="The characters of a book: names, voices and who was proposed")
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def cast(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Shows the book's cast, to be changed."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_list(interaction, ebook, BibleList.CAST)

    @app_commands.command(name="lexicon", description="How a book's words are said, and its story so far")
    @app_commands.describe(ebook="The book")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    async def lexicon(self, interaction: discord.Interaction, ebook: Range[str, 1, 100]) -> None:
        """Shows the book's lexicon, to be changed."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_list(interaction, ebook, BibleList.LEXICON)


async def setup(bot: MythBot) -> None:
    """Adds the commands to the studio's server alone."""
    await bot.add_cog(EbookCog(bot.services.ebook_library), guild=bot.studio)
