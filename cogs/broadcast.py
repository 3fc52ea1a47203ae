"""``/broadcast`` and ``/broadcasts``: announcements to every subscribed channel, before, during and after sending."""

from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot.app import MythBot
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import MAX_MESSAGE, MAX_TITLE, STATE_LABELS, BroadcastStatus, Post
from bot.broadcasts.service import BroadcastService
from bot.errors import InputError, NotFoundError
from cogs.interactions.access import get_bot, require_team
from cogs.interactions.autocomplete import MAX_CHOICES, LabelledIds, autocomplete, ebook_autocomplete
from cogs.views.base import card_layout
from cogs.views.broadcast_buttons import format_stop, open_editor, recall_question, send_report
from cogs.views.broadcast_card import broadcast_card
from cogs.views.broadcast_dialog import ComposeModal, show_preview
from cogs.views.broadcast_preview import format_discarded
from cogs.views.formatting import (
    INDIGO,
    escape_text,
    format_count,
    format_relative_time,
    format_time_and_distance,
    isolate,
)
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast

_LISTED = 10
"""Announcements in ``/broadcasts list``; more would not fit on one screen of a phone."""


@autocomplete("an announcement's title", team_only=True)
async def broadcast_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds recent announcements by their title."""
    bot = get_bot(interaction)
    now, zone = bot.runtime.clock(), ZoneInfo(bot.timezone)
    broadcasts = await bot.services.broadcasts.search_by_title(text, MAX_CHOICES)
    return [(broadcast.id, _describe_choice(broadcast, now, zone)) for broadcast in broadcasts]


def _describe_choice(broadcast: Broadcast, now: datetime, zone: ZoneInfo) -> str:
    """``Soon · scheduled · 24 Nov 20:00``: the title, the state, and when it will be posted or was written."""
    moment, label = broadcast.created_at, STATE_LABELS[broadcast.state]
    if broadcast.due_at is not None and broadcast.is_scheduled_at(now):
        moment, label = broadcast.due_at, "scheduled"
    return f"{isolate(broadcast.title, 60)} · {label} · {moment.astimezone(zone):%d %b %H:%M}"


class BroadcastCog(commands.Cog):
    """``/broadcast``."""

    def __init__(self, drafts: DraftService) -> None:
        self._drafts = drafts

    @app_commands.command(name="broadcast", description="Announce something in every subscribed channel")
    @app_commands.describe(
        title="The headline",
        message="The text",
        ebook="The book it is about",
        image="A picture below the text",
    )
    @app_commands.autocomplete(ebook=ebook_autocomplete)
    @app_commands.default_permissions(manage_guild=True)
    async def broadcast(
        self,
        interaction: discord.Interaction,
        title: Range[str, 1, MAX_TITLE] | None = None,
        message: Range[str, 1, MAX_MESSAGE] | None = None,
        ebook: Range[str, 1, 100] | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Shows the preview of a new draft, after a modal where title or message is missing."""
        by = require_team(interaction)
        ebook_id = await self._get_ebook_id(ebook) if ebook else None
        post = Post(title or "", message or "", image=_image_url(image))
        if not (post.title.strip() and post.message.strip()):
            await interaction.response.send_modal(ComposeModal(post=post, ebook_id=ebook_id))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await self._drafts.compose_draft(post, by, ebook_id=ebook_id)
        await show_preview(interaction, draft.id)

    async def _get_ebook_id(self, name: str) -> str:
        ebook_id = await self._drafts.find_ebook_id(name)
        if ebook_id is None:
            raise NotFoundError(f"No book is called “{escape_text(name, 80)}”.", "Choose one from the list.")
        return ebook_id


@app_commands.default_permissions(manage_guild=True)
class BroadcastsCog(commands.GroupCog, group_name="broadcasts", group_description="Sent and scheduled announcements"):
    """``/broadcasts``."""

    def __init__(self, drafts: DraftService, broadcasts: BroadcastService, cards: BroadcastCardService) -> None:
        self._drafts = drafts
        self._broadcasts = broadcasts
        self._cards = cards

    @app_commands.command(name="list", description="The latest announcements and how they went")
    async def list_(self, interaction: discord.Interaction) -> None:
        """Lists the newest announcements."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        lines = [_format_line(status) for status in await self._broadcasts.list_recent(_LISTED)]
        text = "\n".join(["### Announcements", *(lines or ["None yet. `/broadcast` makes the first one."])])
        view = card_layout(discord.ui.TextDisplay(text), accent=INDIGO)
        await interaction.edit_original_response(view=view)

    @app_commands.command(description="How an announcement is going, with its buttons")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_autocomplete)
    async def status(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Shows the announcement's card privately."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=broadcast_card(await self._broadcasts.get_status(broadcast)))

    @app_commands.command(description="Every channel, outcome, time and message link as CSV")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_autocomplete)
    async def report(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Sends the CSV file of all deliveries."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send_report(interaction, broadcast)

    @app_commands.command(description="Change the text of an announcement that is scheduled or has been sent")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_autocomplete)
    async def edit(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Opens the modal with the announcement's text."""
        require_team(interaction)
        await open_editor(interaction, broadcast)

    @app_commands.command(description="Remove the posts of an announcement")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_autocomplete)
    async def recall(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Asks whether to delete the posts."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        text, view = recall_question(await self._broadcasts.count_posts(broadcast))
        await interaction.edit_original_response(content=text, view=view)

    @app_commands.command(description="Stop an announcement that is scheduled or going out")
    @app_commands.describe(broadcast="Which announcement")
    @app_commands.autocomplete(broadcast=broadcast_autocomplete)
    async def cancel(self, interaction: discord.Interaction, broadcast: Range[str, 1, 100]) -> None:
        """Discards an announcement that waits for approval, or stops one that is being sent. Posts that arrived stay."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        status = await self._broadcasts.get_status(broadcast)
        if status.broadcast.state is BroadcastState.PENDING:
            text = format_discarded(await self._drafts.discard_broadcast(broadcast, by))
        else:
            stopped = await self._broadcasts.stop_broadcast(broadcast, by)
            text = f"{format_stop(stopped)} `/broadcasts recall` removes what has arrived."
        await interaction.edit_original_response(content=text)
        await self._cards.refresh_card(broadcast)

    @app_commands.command(name="stop-all", description="Stop every announcement at once")
    async def stop_all(self, interaction: discord.Interaction) -> None:
        """Stops everything that is scheduled or being sent, for emergencies."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        stopped = await self._broadcasts.stop_all(by)
        text = format_stop(stopped, format_count(stopped.broadcasts, "announcement"))
        nothing = "No announcement was being sent or waiting for approval."
        await interaction.edit_original_response(content=text if stopped.broadcasts else nothing)


def _image_url(attachment: discord.Attachment | None) -> str:
    if attachment is None:
        return ""
    if not (attachment.content_type or "").startswith("image/"):
        raise InputError("The image is not a picture.", "Attach a PNG, JPEG, GIF or WebP file.")
    return attachment.url


def _format_line(status: BroadcastStatus) -> str:
    broadcast = status.broadcast
    counts = status.counts
    sent = f"{counts.posted} of {format_count(counts.total, 'channel')}" if counts.total else "no channel"
    failed = f" · {len(status.failed_deliveries)} need attention" if status.failed_deliveries else ""
    title, when = escape_text(broadcast.title, 80), format_relative_time(broadcast.created_at)
    if status.is_scheduled and broadcast.due_at is not None:
        when = f"for {format_time_and_distance(broadcast.due_at)}"
        return f"**{title}** · {status.label} {when} · {format_count(counts.waiting, 'channel')}"
    return f"**{title}** · {status.label} · {sent}{failed} · {when}"


async def setup(bot: MythBot) -> None:
    """Registers both cogs in the studio's server only."""
    services = bot.services
    await bot.add_cog(BroadcastCog(services.drafts), guild=bot.studio)
    cog = BroadcastsCog(services.drafts, services.broadcasts, services.broadcast_cards)
    await bot.add_cog(cog, guild=bot.studio)
