"""``/broadcast`` and ``/broadcasts``: announcements to every subscribed channel, before, while and after they go out."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.broadcasts.post import MAX_MESSAGE, MAX_TITLE, BroadcastStatus, Post
from bot.broadcasts.service import BroadcastService
from bot.errors import NotFoundError, StateError, log_unexpected
from cogs.interactions.access import get_services, is_team, require_team
from cogs.interactions.autocomplete import ebook_choices
from cogs.views.base import card_layout
from cogs.views.broadcast_card import BroadcastButton, broadcast_card, send_report
from cogs.views.broadcast_compose import ComposeModal, image_of
from cogs.views.broadcast_dialog import show_preview
from cogs.views.formatting import INDIGO, escape_text, format_count, format_relative_time, shorten
from storage import Database
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast

_LISTED = tuple(state for state in BroadcastState if state is not BroadcastState.DRAFT)


async def broadcast_choices(interaction: discord.Interaction, current: str) -> list[Choice[str]]:
    """Recent announcements whose title contains what was typed; none for outsiders."""
    if not is_team(interaction):
        return []
    try:
        async with get_services(interaction).database.read() as tx:
            found = await tx.broadcasts.in_states(*_LISTED, limit=100)
        wanted = current.strip().casefold()
        fitting = [broadcast for broadcast in found if wanted in broadcast.title.casefold()]
        return [Choice(name=_label(broadcast), value=broadcast.id) for broadcast in fitting[:25]]
    except Exception as error:  # noqa: BLE001 - Discord shows "loading options failed" for whatever is raised here
        log_unexpected(error, "completing an announcement's title")
        return []


def _label(broadcast: Broadcast) -> str:
    return shorten(f"{broadcast.title} · {broadcast.state.value} · {broadcast.created_at:%d %b %H:%M}", 100)


class BroadcastCog(commands.Cog):
    """Composes announcements."""

    def __init__(self, broadcasting: BroadcastService, database: Database) -> None:
        self._broadcasting = broadcasting
        self._database = database

    @app_commands.command(name="broadcast", description="Announce something in every subscribed channel")
    @app_commands.describe(
        title="The headline",
        message="The text",
        ebook="The book it is about",
        image="A picture below the text",
    )
    @app_commands.autocomplete(ebook=ebook_choices)
    @app_commands.default_permissions(manage_guild=True)
    async def broadcast(
        self,
        interaction: discord.Interaction,
        title: Range[str, 1, MAX_TITLE] | None = None,
        message: Range[str, 1, MAX_MESSAGE] | None = None,
        ebook: Range[str, 1, 100] | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Asks for what is missing, then shows the preview."""
        by = require_team(interaction)
        ebook_id = await self._ebook_id(ebook)
        post = Post(title or "", message or "", image=image_of(image))
        if not (title and title.strip() and message and message.strip()):
            await interaction.response.send_modal(ComposeModal(post=post, ebook_id=ebook_id))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        broadcast = await self._broadcasting.compose(post, by, ebook_id=ebook_id)
        await show_preview(interaction, broadcast.id)

    async def _ebook_id(self, ebook: str | None) -> str | None:
        if not ebook:
            return None
        async with self._database.read() as tx:
            found = await tx.ebooks.find(ebook)
        if found is None:
            raise NotFoundError(f"No book is called “{escape_text(ebook, 80)}”.", "Choose one from the list.")
        return found.id


@app_commands.default_permissions(manage_guild=True)
class BroadcastsCog(commands.GroupCog, group_name="broadcasts", group_description="Announcements sent and to be sent"):
    """Looks after announcements."""

    def __init__(self, broadcasting: BroadcastService) -> None:
        self._broadcasting = broadcasting

    @app_commands.command(name="list", description="The latest announcements and how they went")
    async def list_(self, interaction: discord.Interaction) -> None:
        """The last ten."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with get_services(interaction).database.read() as tx:
            found = await tx.broadcasts.in_states(*_LISTED, limit=10)
        accounts = [await self._broadcasting.account(broadcast.id) for broadcast in found]
        lines = ["### Announcements", *(map(_line, accounts) if accounts else ["None yet. `/broadcast` begins."])]
        view = card_layout(discord.ui.TextDisplay("\n".join(lines)), accent=INDIGO)
        await interaction.edit_original_response(view=view)

    @app_commands.command(description="How an announcement is going, with its buttons")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_choices)
    async def status(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Its card, privately."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=broadcast_card(await self._broadcasting.account(broadcast)))

    @app_commands.command(description="Every channel, outcome, time and message link as CSV")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_choices)
    async def report(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """The CSV."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send_report(interaction, broadcast)

    @app_commands.command(description="Change the posts of an announcement that has been sent")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_choices)
    async def edit(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Opens its text."""
        require_team(interaction)
        account = await self._broadcasting.account(broadcast)
        if not account.total:
            raise StateError("This announcement was never posted.", "There is nothing to change.")
        await interaction.response.send_modal(ComposeModal(account.broadcast))

    @app_commands.command(description="Remove the posts of an announcement")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_choices)
    async def recall(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Asks first."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        account = await self._broadcasting.account(broadcast)
        if not account.sent:
            raise StateError("No post of this announcement stands anywhere.", "There is nothing to remove.")
        view = discord.ui.View(timeout=None)
        view.add_item(BroadcastButton("remove", broadcast, f"Remove {format_count(account.sent, 'post')}"))
        text = (
            f"This removes “{escape_text(account.broadcast.title, 100)}” from {format_count(account.sent, 'channel')}."
        )
        await interaction.edit_original_response(content=text, view=view)

    @app_commands.command(description="Stop an announcement that is scheduled or going out")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_choices)
    async def cancel(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """What has arrived stays."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        account = await self._broadcasting.account(broadcast)
        if account.broadcast.state is BroadcastState.PENDING:
            await self._broadcasting.discard(broadcast)
            text = "Discarded. Nothing was sent."
        else:
            stopped = await self._broadcasting.stop(broadcast, by)
            channels = format_count(stopped, "channel")
            text = f"Stopped. {channels} will not get it; `/broadcasts recall` removes what has arrived."
        await interaction.edit_original_response(content=text)
        await self._broadcasting.refresh_card(broadcast)

    @app_commands.command(name="stop-all", description="Stop every announcement at once")
    async def stop_all(self, interaction: discord.Interaction) -> None:
        """The emergency brake."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        number, stopped = await self._broadcasting.stop_all(by)
        text = f"Stopped {format_count(number, 'announcement')}; {format_count(stopped, 'post')} will not be sent."
        await interaction.edit_original_response(content=text if number else "Nothing was going out.")


def _line(account: BroadcastStatus) -> str:
    broadcast = account.broadcast
    went = f"{account.sent} of {format_count(account.total, 'channel')}" if account.total else "no channel"
    troubles = f" · {len(account.troubles)} not arrived" if account.troubles else ""
    created = format_relative_time(broadcast.created_at)
    return f"**{escape_text(broadcast.title, 80)}** · {broadcast.state.value} · {went}{troubles} · {created}"


async def setup(bot: MythBot) -> None:
    """In the studio's server alone."""
    await bot.add_cog(BroadcastCog(bot.services.broadcasting, bot.services.database), guild=bot.studio)
    await bot.add_cog(BroadcastsCog(bot.services.broadcasting), guild=bot.studio)
