"""The buttons on the card of an announcement, for the team: approve, stop, report, edit, recall and try again."""

import io
import re
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.actor import Actor
from bot.broadcasts.drafts import TimePassedError
from bot.broadcasts.post import CountedPosts, Post
from bot.broadcasts.service import PostsChangedError
from bot.broadcasts.stopping import Stopped
from bot.services import Services
from cogs.interactions.access import get_actor, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_dialog import ComposeModal, refresh_script_card, show_preview
from cogs.views.broadcast_post import post_embed
from cogs.views.broadcast_preview import format_discarded, format_preview
from cogs.views.formatting import escape_text, format_count
from cogs.views.pressed_cards import is_card_pressed, remove_buttons, show_broadcast

_STILL_RELEASED: Final = (
    " The chapter stays released, and `/progress` shows it as out. Once the posts are gone, **Withdraw the release** on the "
    "card takes that back."
)


class BroadcastButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"broadcast:(?P<action>approve|approvenow|show|discard|stop|report|edit|move|recall|remove|retry|unrelease)"
    r"(?:-(?P<seen>[0-9a-f]{8}))?:(?P<id>notifications_[0-9a-f]{16})",
):
    """A button of the card. ``seen`` is the fingerprint of what was counted for whoever approves or recalls.

    ``recall`` only asks; ``remove`` is the button of that question and recalls the posts. ``approvenow`` belongs to the
    question whether to post one whose time has passed.
    """

    STYLES: ClassVar[dict[str, tuple[str, discord.ButtonStyle]]] = {
        "approve": ("Approve", discord.ButtonStyle.success),
        "approvenow": ("Approve and post now", discord.ButtonStyle.danger),
        "show": ("Show the post", discord.ButtonStyle.secondary),
        "discard": ("Discard", discord.ButtonStyle.secondary),
        "stop": ("Stop", discord.ButtonStyle.danger),
        "report": ("Report", discord.ButtonStyle.secondary),
        "edit": ("Edit the posts", discord.ButtonStyle.secondary),
        "move": ("Change the time", discord.ButtonStyle.secondary),
        "recall": ("Recall", discord.ButtonStyle.secondary),
        "remove": ("Recall", discord.ButtonStyle.danger),
        "retry": ("Try again", discord.ButtonStyle.secondary),
        "unrelease": ("Withdraw the release", discord.ButtonStyle.secondary),
    }

    def __init__(self, action: str, broadcast_id: str, label: str = "", seen: str = "") -> None:
        default_label, style = self.STYLES[action]
        custom_id = f"broadcast:{action}{f'-{seen}' if seen else ''}:{broadcast_id}"
        super().__init__(ui.Button(label=label or default_label, style=style, custom_id=custom_id))
        self.action = action
        self.broadcast_id = broadcast_id
        self.seen = seen

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["id"], seen=match["seen"] or "")

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Performs the action and replies privately. The pressed card, or question, shows what holds afterwards."""
        by = require_team(interaction)
        services = get_services(interaction)
        match self.action:
            case "edit":
                await open_editor(interaction, self.broadcast_id)
            case "move":
                draft = await services.drafts.compose_move(self.broadcast_id, by)
                await interaction.response.defer(ephemeral=True, thinking=True)
                await show_preview(interaction, draft.id)
            case "report":
                await interaction.response.defer(ephemeral=True, thinking=True)
                await send_report(interaction, self.broadcast_id)
            case "show" | "recall":
                await interaction.response.defer()
                await self._show(interaction)
            case _:
                await interaction.response.defer()
                try:
                    text = await self._act(services, by)
                except TimePassedError as error:
                    await self._ask_whether_now(interaction, error)
                    return
                except PostsChangedError as error:
                    text, view = recall_question(await services.broadcasts.count_posts(self.broadcast_id))
                    await interaction.edit_original_response(content=f"⚠ {error.text}\n{text}", view=view)
                    return
                await self._answer(interaction, text)
                await services.broadcast_cards.refresh_card(self.broadcast_id)
                await show_broadcast(interaction, self.broadcast_id, even_current=False)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """The card shows the announcement as it is now; a question about an older state loses its button."""
        await show_broadcast(interaction, self.broadcast_id, even_current=True)
        await remove_buttons(interaction)
        if not is_card_pressed(interaction):
            await get_services(interaction).broadcast_cards.refresh_card(self.broadcast_id)

    async def _answer(self, interaction: discord.Interaction, text: str) -> None:
        """Replies privately; a question is replaced, so that it cannot be answered twice."""
        if is_card_pressed(interaction):
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.edit_original_response(content=text, view=None)

    async def _ask_whether_now(self, interaction: discord.Interaction, error: TimePassedError) -> None:
        view = ui.View(timeout=None)
        view.add_item(BroadcastButton("approvenow", self.broadcast_id, seen=self.seen))
        await interaction.followup.send(error.text, view=view, ephemeral=True)

    async def _show(self, interaction: discord.Interaction) -> None:
        services = get_services(interaction)
        if self.action == "recall":
            text, view = recall_question(await services.broadcasts.count_posts(self.broadcast_id))
            await interaction.followup.send(text, view=view, ephemeral=True)
        else:
            preview = await services.drafts.preview_draft(self.broadcast_id)
            embed = post_embed(Post.from_broadcast(preview.broadcast))
            await interaction.followup.send(format_preview(preview), embed=embed, ephemeral=True)

    async def _act(self, services: Services, by: Actor) -> str:
        """Performs an action that changes something; returns what to tell the person."""
        match self.action:
            case "approve" | "approvenow":
                preview = await services.drafts.approve_broadcast(
                    self.broadcast_id, by, self.seen, at_once=self.action == "approvenow"
                )
                if preview.broadcast.script_id:
                    await refresh_script_card(services, preview.broadcast.script_id)
                return f"Approved. It goes to {format_count(len(preview.targets), 'channel')}."
            case "discard":
                return format_discarded(await services.drafts.discard_broadcast(self.broadcast_id, by))
            case "stop":
                return format_stop(await services.broadcasts.stop_broadcast(self.broadcast_id, by))
            case "retry":
                count = await services.broadcasts.retry_failed(self.broadcast_id, by)
                return f"Trying again in {format_count(count, 'channel')}. The card shows how it goes."
            case "remove":
                count = await services.broadcasts.recall_posts(self.broadcast_id, by, self.seen)
                status = await services.broadcasts.get_status(self.broadcast_id)
                text = f"Removing {format_count(count, 'post')}. The card shows when that is done."
                return text + (_STILL_RELEASED if status.broadcast.script_id else "")
            case "unrelease":
                broadcast = await services.broadcasts.withdraw_release(self.broadcast_id, by)
                if broadcast.script_id:
                    await refresh_script_card(services, broadcast.script_id)
                return "The chapter is no longer released. Its script stays approved, and can be released again."
            case _:
                raise ValueError(f"unknown action {self.action}")


async def open_editor(interaction: discord.Interaction, broadcast_id: str) -> None:
    """Opens the form that prepares a new text, for posts that have arrived or that are scheduled.

    Raises:
        NotFoundError: there is no such announcement.
        StateError: no post can be changed.
    """
    broadcasts = get_services(interaction).broadcasts
    status = await broadcasts.get_status(broadcast_id)
    broadcast = status.broadcast if status.is_scheduled else (await broadcasts.count_posts(broadcast_id)).broadcast
    await interaction.response.send_modal(ComposeModal(broadcast))


def format_stop(stopped: Stopped, what: str = "") -> str:
    """What a stop has done: ``what`` was stopped, and how many posts that concerns."""
    text = f"Stopped{f' {what}' if what else ''}. {format_count(stopped.unsent, 'post')} will not be sent."
    if stopped.is_change:
        return "Stopped. Posts that were not changed or removed yet stay as they are."
    if stopped.in_flight:
        text += f" {format_count(stopped.in_flight, 'post')} on the way may still arrive; the card shows which."
    if stopped.uncertain:
        text += f" {format_count(stopped.uncertain, 'post')} may have arrived; the card names the channels."
    return text


def recall_question(counted: CountedPosts) -> tuple[str, ui.View]:
    """The question before a recall, which says how many posts it deletes, and its button."""
    title, count = escape_text(counted.broadcast.title, 100), len(counted.ids)
    view = ui.View(timeout=None)
    label = f"Remove {format_count(count, 'post')}"
    view.add_item(BroadcastButton("remove", counted.broadcast.id, label, counted.fingerprint))
    released = " The chapter stays released." if counted.broadcast.script_id else ""
    return f"This removes “{title}” from {format_count(count, 'channel')}.{released}", view


async def send_report(interaction: discord.Interaction, broadcast_id: str) -> None:
    """Replies to a deferred interaction with the CSV file of all deliveries."""
    report = await get_services(interaction).broadcasts.export_report(broadcast_id, get_actor(interaction))
    file = discord.File(io.BytesIO(report.download.content), report.download.name)
    await interaction.followup.send(f"{format_count(report.channels, 'channel')}.", file=file, ephemeral=True)
