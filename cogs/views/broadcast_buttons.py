"""The buttons on the card of an announcement, for the team: approve, stop, report, edit and recall."""

import io
import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.broadcasts.post import BroadcastStatus
from cogs.interactions.access import get_actor, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_dialog import ComposeModal
from cogs.views.formatting import escape_text, format_count


class BroadcastButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"broadcast:(?P<action>[a-z]+):(?P<id>notifications_[0-9a-f]{16})",
):
    """A button of the card. ``recall`` only asks; ``remove`` is the button of that question and recalls the posts."""

    STYLES: ClassVar[dict[str, tuple[str, discord.ButtonStyle]]] = {
        "approve": ("Approve", discord.ButtonStyle.success),
        "discard": ("Discard", discord.ButtonStyle.secondary),
        "stop": ("Stop", discord.ButtonStyle.danger),
        "report": ("Report", discord.ButtonStyle.secondary),
        "edit": ("Edit the posts", discord.ButtonStyle.secondary),
        "recall": ("Recall", discord.ButtonStyle.secondary),
        "remove": ("Recall", discord.ButtonStyle.danger),
    }

    def __init__(self, action: str, broadcast_id: str, label: str = "") -> None:
        default_label, style = self.STYLES[action]
        custom_id = f"broadcast:{action}:{broadcast_id}"
        super().__init__(ui.Button(label=label or default_label, style=style, custom_id=custom_id))
        self.action = action
        self.broadcast_id = broadcast_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Performs the action and replies privately."""
        by = require_team(interaction)
        services = get_services(interaction)
        if self.action == "edit":
            status = await services.broadcasts.get_status(self.broadcast_id)
            await interaction.response.send_modal(ComposeModal(status.broadcast))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        match self.action:
            case "report":
                await send_report(interaction, self.broadcast_id)
                return
            case "recall":
                text, view = recall_question(await services.broadcasts.get_status(self.broadcast_id))
                await interaction.followup.send(text, view=view, ephemeral=True)
                return
            case "approve":
                preview = await services.drafts.approve_broadcast(self.broadcast_id, by)
                text = f"Approved. It goes to {format_count(len(preview.targets), 'channel')}."
            case "discard":
                await services.drafts.discard_broadcast(self.broadcast_id)
                text = "Discarded. Nothing was sent."
            case "stop":
                stopped = await services.broadcasts.stop_broadcast(self.broadcast_id, by)
                text = f"Stopped. {format_count(stopped, 'channel')} will not get it."
            case _:
                count = await services.broadcasts.recall_posts(self.broadcast_id, by)
                text = f"Removing {format_count(count, 'post')}."
        await interaction.followup.send(text, ephemeral=True)
        await services.broadcast_cards.refresh_card(self.broadcast_id)


def recall_question(status: BroadcastStatus) -> tuple[str, ui.View]:
    """The question before a recall, which says how many posts it deletes, and its button."""
    title, posts = escape_text(status.broadcast.title, 100), format_count(status.sent, "post")
    view = ui.View(timeout=None)
    view.add_item(BroadcastButton("remove", status.broadcast.id, f"Remove {posts}"))
    return f"This removes “{title}” from {format_count(status.sent, 'channel')}.", view


async def send_report(interaction: discord.Interaction, broadcast_id: str) -> None:
    """Replies to a deferred interaction with the CSV file of all deliveries."""
    report = await get_services(interaction).broadcasts.export_report(broadcast_id, get_actor(interaction))
    file = discord.File(io.BytesIO(report.download.content), report.download.name)
    await interaction.followup.send(f"{format_count(report.channels, 'channel')}.", file=file, ephemeral=True)
