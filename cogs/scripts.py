"""``/scripts``: the finished scripts."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.exports.formats import ExportFormat
from bot.progress.script_lists import ScriptStatus
from bot.services import Services
from cogs.interactions.access import require_team
from cogs.interactions.autocomplete import script_autocomplete, team_ebook_autocomplete
from cogs.views.pressed_cards import build_card
from cogs.views.script_approval import approve_script
from cogs.views.script_download import FORMAT_LABELS, send_download
from cogs.views.script_list import script_list
from cogs.views.script_release import show_release
from cogs.views.script_request import check_channel
from cogs.views.script_revision import request_revision
from cogs.views.script_search import MAX_QUERY, search_results
from cogs.views.take_list import build_take_list, choose_listing


class ScriptsCog(commands.GroupCog, group_name="scripts", group_description="The finished scripts"):
    """The team's ``/scripts`` commands."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name="show", description="A script's card with its check, as it is now")
    @app_commands.describe(script="The script, by its title, its book or its id")
    @app_commands.autocomplete(script=script_autocomplete)
    async def show(self, interaction: discord.Interaction, script: Range[str, 1, 100]) -> None:
        """Shows the card with its buttons, only to the person who asked."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        view = build_card(await self._services.run_cards.get_script_view(script))
        await interaction.edit_original_response(view=view)

    @app_commands.command(name="approve", description="Approves a script for release and recording")
    @app_commands.describe(script="The script, by its title, its book or its id")
    @app_commands.autocomplete(script=script_autocomplete)
    async def approve(self, interaction: discord.Interaction, script: Range[str, 1, 100]) -> None:
        """Asks first where it is a template or has open findings."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        await approve_script(interaction, script)

    @app_commands.command(name="release", description="Announces an approved script on all affiliate servers")
    @app_commands.describe(
        script="The script, by its title, its book or its id",
        link="Where it can be heard or read; without one the book's own link, if it has one",
    )
    @app_commands.autocomplete(script=script_autocomplete)
    async def release(
        self, interaction: discord.Interaction, script: Range[str, 1, 100], link: Range[str, 1, 512] | None = None
    ) -> None:
        """Shows the preview, in which the release is confirmed."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        await show_release(interaction, script, link or "", approve=False)

    @app_commands.command(name="export", description="A script as a file")
    @app_commands.describe(script="The script, by its title, its book or its id", file_format="What the file is for")
    @app_commands.rename(file_format="format")
    @app_commands.choices(file_format=[Choice(name=label, value=each.value) for each, label in FORMAT_LABELS.items()])
    @app_commands.autocomplete(script=script_autocomplete)
    async def export(self, interaction: discord.Interaction, script: Range[str, 1, 100], file_format: str) -> None:
        """Answers with the file, only for the person who asked."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        await send_download(interaction, script, ExportFormat(file_format))

    @app_commands.command(name="search", description="Searches all scripts, chapters and books")
    @app_commands.describe(query='Words, or "words that follow one another"; the last one may be unfinished')
    async def search(self, interaction: discord.Interaction, query: Range[str, 1, MAX_QUERY]) -> None:
        """Shows what contains all words of the query, the best first."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._services.text_search.search(query)
        await interaction.edit_original_response(view=search_results(found))

    @app_commands.command(name="list", description="All scripts, the newest version of each chapter first")
    @app_commands.describe(ebook="Only this book's", status="Only scripts in this state")
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    @app_commands.choices(status=[Choice(name=each.value.capitalize(), value=each.value) for each in ScriptStatus])
    async def list_scripts(
        self, interaction: discord.Interaction, ebook: Range[str, 1, 100] | None = None, status: str = ScriptStatus.ALL
    ) -> None:
        """Lists the scripts page by page."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        listed = await self._services.script_lists.read_page(ScriptStatus(status), ebook or "", 0)
        await interaction.edit_original_response(view=script_list(listed))

    @app_commands.command(name="versions", description="All versions of a script, their history and how they differ")
    @app_commands.describe(script="The script, by its title, its book or its id")
    @app_commands.autocomplete(script=script_autocomplete)
    async def versions(self, interaction: discord.Interaction, script: Range[str, 1, 100]) -> None:
        """Shows the versions of the script's chapter, the newest first."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        view = build_card(await self._services.versions.list_versions(script, 0))
        await interaction.edit_original_response(view=view)

    @app_commands.command(
        name="revise", description="Have Gemini rewrite a script, a scene or some cues into a new version"
    )
    @app_commands.describe(
        script="The script, by its title, its book or its id",
        notes="What is to be different",
        cues="A range such as 10-20, or a scene such as scene 2; empty: the whole script",
    )
    @app_commands.autocomplete(script=script_autocomplete)
    async def revise(
        self,
        interaction: discord.Interaction,
        script: Range[str, 1, 100],
        notes: Range[str, 1, 1500],
        cues: Range[str, 1, 40] | None = None,
    ) -> None:
        """Requests a revision, whose card appears in this channel; the script itself stays as it is."""
        by = require_team(interaction)
        check_channel(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        await request_revision(interaction, script, notes, cues or "", by)

    @app_commands.command(name="takes", description="What of a script is recorded, its pick-ups and what is missing")
    @app_commands.describe(script="The script, by its title, its book or its id")
    @app_commands.autocomplete(script=script_autocomplete)
    async def takes(self, interaction: discord.Interaction, script: Range[str, 1, 100]) -> None:
        """Shows the take log, beginning with the pick-ups."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        script = await self._services.scripts.find_id(script)
        log = await self._services.takes.get_script(script)
        await interaction.edit_original_response(view=build_take_list(log, choose_listing(log)))


async def setup(bot: MythBot) -> None:
    """Adds the commands to the studio's server alone."""
    await bot.add_cog(ScriptsCog(bot.services), guild=bot.studio)
