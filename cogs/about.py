"""``/about`` and ``/help``."""

from importlib.metadata import version
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import AppCommand
from discord.ext import commands

from bot.app import MythBot
from bot.permissions import invite_link
from cogs.interactions.access import is_team
from cogs.views.base import card_layout
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_relative_time
from cogs.views.privacy import STORED

_MAX_TEXT: Final = 4_000
"""Characters; Discord's limit for the text of one message with components."""

HELP_SECTIONS: Final = {
    "Make scripts": ("ebook", "batch", "script", "scripts"),
    "Announce them": ("broadcast", "broadcasts"),
    "Affiliates": ("affiliate", "affiliates"),
    "Progress": ("progress", "track", "grant", "badges"),
    "The studio": ("setup", "privacy", "about", "help"),
}
"""The root commands by what they are for, in the order in which one needs them. A test compares them with all commands."""


class AboutCog(commands.Cog):
    """The ``/about`` and ``/help`` commands."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._command_ids: dict[str, int] = {}  # by root command, fetched at the first /help

    @app_commands.command(name="about", description="What this is, what is stored, and what goes to Gemini")
    async def about(self, interaction: discord.Interaction) -> None:
        """Shows the version, the writer, what is stored and the invite link."""
        settings = self._bot.settings
        writer = (
            escape_text(settings.gemini_model) if settings.gemini_key else "the template writer (no Gemini key is set)"
        )
        resting = await self._bot.services.availability.get_resting_until()
        if resting is not None:
            writer += f", paused until {discord.utils.format_dt(resting, 't')} after repeated failures"
        invite = invite_link(self._bot.application_id) if self._bot.application_id else ""
        started = format_relative_time(self._bot.started_at)
        texts = [
            "### Midnight Myth Audio\nHorror ebooks become audio dramas here.",
            f"Version {version('midnight-myth')} · started {started} · scripts by {writer}",
            STORED + "\n`/privacy` gives you your data as a file, or forgets you.",
            f"**For your own server.** [Invite the bot]({invite}), then `/affiliate join`.",
        ]
        view = card_layout(*(discord.ui.TextDisplay(text) for text in texts), accent=EMBER)
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command(name="help", description="What you can do here")
    async def help(self, interaction: discord.Interaction) -> None:
        """Lists every command that this person can use here, as a clickable mention."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        lines_by_root: dict[str, list[str]] = {}
        guilds: tuple[discord.abc.Snowflake | None, ...] = (None, self._bot.studio) if is_team(interaction) else (None,)
        for guild in guilds:
            for command in self._bot.tree.walk_commands(guild=guild):
                if isinstance(command, app_commands.Command) and _is_usable(command, interaction.permissions):
                    mention = await self._mention_command(command.qualified_name, guild)
                    root = (command.root_parent or command).name
                    lines_by_root.setdefault(root, []).append(f"{mention} · {command.description}")
        lines = ["### What you can do here"]
        for heading, roots in HELP_SECTIONS.items():
            section = [line for root in roots for line in lines_by_root.get(root, ())]
            lines += [f"**{heading}**", *section] if section else []
        view = card_layout(discord.ui.TextDisplay("\n".join(fit_lines(lines, _MAX_TEXT))), accent=EMBER)
        await interaction.edit_original_response(view=view)

    async def _mention_command(self, name: str, guild: discord.abc.Snowflake | None) -> str:
        """The command as Discord's clickable mention, or as plain text if its id cannot be fetched."""
        root = name.split(maxsplit=1)[0]
        if root not in self._command_ids:
            try:
                registered: list[AppCommand] = await self._bot.tree.fetch_commands(guild=guild)
            except discord.HTTPException:
                return f"`/{name}`"
            self._command_ids |= {command.name: command.id for command in registered}
        command_id = self._command_ids.get(root)
        return f"</{name}:{command_id}>" if command_id else f"`/{name}`"


def _is_usable(command: "app_commands.Command[Any, ..., Any]", permissions: discord.Permissions) -> bool:
    """Whether Discord offers the command to somebody with these permissions, where nobody has changed who gets it."""
    needed = (command.root_parent or command).default_permissions
    return needed is None or permissions.administrator or needed <= permissions


async def setup(bot: MythBot) -> None:
    """Adds the cog in every server; called when the extension is loaded."""
    await bot.add_cog(AboutCog(bot))
