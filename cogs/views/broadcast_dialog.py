"""The preview that only the composer sees: the post, who gets it, who is left out, the controls and the confirmation."""

import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.broadcasts.post import BroadcastPreview, Post
from bot.broadcasts.schedule import parse_when
from bot.errors import StateError
from cogs.interactions.access import get_bot, get_services, require_team
from cogs.views.base import Modal, PersistentItemMixin
from cogs.views.broadcast_compose import ComposeModal
from cogs.views.broadcast_post import post_embed
from cogs.views.formatting import escape_text, format_count
from storage.states import Audience, BroadcastState
from storage.stores.deliveries import Target

_LEFT_OUT = 8


async def show_preview(interaction: discord.Interaction, broadcast_id: str) -> None:
    """Answers a deferred interaction with the preview."""
    preview = await get_services(interaction).broadcasting.preview(broadcast_id)
    if preview.broadcast.state is not BroadcastState.DRAFT:
        raise StateError("This announcement has already been confirmed or discarded.", "Nothing was changed.")
    await interaction.edit_original_response(
        content=preview_text(preview),
        embed=post_embed(Post.of(preview.broadcast)),
        view=preview_buttons(preview),
    )


def preview_text(preview: BroadcastPreview) -> str:
    """Who gets it and who is left out, with the reason; when it goes."""
    lines: list[str] = []
    count = len(preview.targets)
    if preview.changes is not None:
        lines.append(f"Changes **{format_count(preview.changes, 'post')}** that stand in channels")
    elif count:
        lines.append(f"Goes to **{format_count(count, 'channel')}** in {format_count(preview.servers, 'server')}")
    else:
        lines.append("**No channel would get it.**" + ("" if preview.left_out else " Nobody is subscribed yet."))
    if preview.left_out:
        lines[-1] += f" · {left_out_text(preview.left_out)}"
    if preview.broadcast.due_at is not None:
        due = preview.broadcast.due_at
        lines.append(f"When: {discord.utils.format_dt(due, 'F')} ({discord.utils.format_dt(due, 'R')})")
    if preview.second_approver and count:
        lines.append("Somebody else of the team has to approve it after you.")
    if not count and preview.broadcast.script_id:
        lines.append("The chapter can be released all the same: it then stands in everybody's `/progress`.")
    heading = "**Preview** — this is what affiliates will see:"  # last, since the post itself stands below the text
    return "\n".join([*lines, heading])[-2000:]


def left_out_text(left_out: tuple[tuple[Target, str], ...]) -> str:
    """``2 are left out: #lore in Night Owls (paused) …``."""
    shown = [
        f"#{escape_text(target.channel_name, 40)} in {escape_text(target.guild_name, 40)} ({reason})"
        for target, reason in left_out[:_LEFT_OUT]
    ]
    more = len(left_out) - len(shown)
    verb = "is" if len(left_out) == 1 else "are"
    return f"{len(left_out)} {verb} left out: {', '.join(shown)}{f', and {more} more' if more else ''}"


def preview_buttons(preview: BroadcastPreview) -> ui.View:
    """Confirm with the exact verb, edit, discard; below them when, for whom, and whether to ping."""
    view = ui.View(timeout=None)
    broadcast, count = preview.broadcast, len(preview.targets)
    danger = discord.ButtonStyle.danger
    if preview.changes is not None:
        view.add_item(PreviewButton("change", broadcast.id, f"Change {format_count(preview.changes, 'post')}", danger))
        view.add_item(PreviewButton("edit", broadcast.id))
        view.add_item(PreviewButton("discard", broadcast.id))
        return view
    if count:
        if preview.second_approver:
            label = f"Ask to post to {format_count(count, 'channel')}"
        elif broadcast.due_at is not None:
            label = f"Schedule for {format_count(count, 'channel')}"
        else:
            label = f"Post to {format_count(count, 'channel')}"
        view.add_item(PreviewButton("post", broadcast.id, label, danger))
    elif broadcast.script_id:
        view.add_item(PreviewButton("post", broadcast.id, "Release without posting", danger))
    view.add_item(PreviewButton("edit", broadcast.id))
    view.add_item(PreviewButton("discard", broadcast.id))
    when = "now" if broadcast.due_at is None else f"{broadcast.due_at:%d %b %H:%M} UTC"
    view.add_item(PreviewButton("when", broadcast.id, f"When: {when}", row=1))
    if broadcast.ebook_id is not None:
        everyone = broadcast.audience is Audience.ALL
        label = "Audience: everyone" if everyone else "Audience: who follows this book"
        view.add_item(PreviewButton("followers" if everyone else "everyone", broadcast.id, label, row=1))
    if any(target.role_id for target in preview.targets):
        label = f"Ping roles they chose: {'yes' if broadcast.ping_roles else 'no'}"
        view.add_item(PreviewButton("pingoff" if broadcast.ping_roles else "pingon", broadcast.id, label, row=1))
    return view


class PreviewButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"preview:(?P<act>[a-z]+):(?P<id>notifications_[0-9a-f]{16})",
):
    """Confirm, Edit, Discard, and the controls."""

    STYLES: ClassVar = {"edit": "Edit", "discard": "Discard"}
    CHANGES: ClassVar[dict[str, dict[str, Any]]] = {
        "pingon": {"ping_roles": True},
        "pingoff": {"ping_roles": False},
        "followers": {"audience": Audience.FOLLOWERS},
        "everyone": {"audience": Audience.ALL},
    }

    def __init__(
        self,
        act: str,
        broadcast_id: str,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        row: int = 0,
    ) -> None:
        custom_id = f"preview:{act}:{broadcast_id}"
        super().__init__(ui.Button(label=label or self.STYLES.get(act, act), style=style, custom_id=custom_id, row=row))
        self.act = act
        self.broadcast_id = broadcast_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Acts."""
        by = require_team(interaction)
        broadcasting = get_services(interaction).broadcasting
        if self.act == "edit":
            preview = await broadcasting.preview(self.broadcast_id)
            await interaction.response.send_modal(ComposeModal(preview.broadcast))
            return
        if self.act == "when":
            await interaction.response.send_modal(WhenModal(self.broadcast_id, get_bot(interaction).timezone))
            return
        await interaction.response.defer()
        if self.act in self.CHANGES:
            await broadcasting.set_draft(self.broadcast_id, **self.CHANGES[self.act])
            await show_preview(interaction, self.broadcast_id)
        elif self.act == "change":
            broadcast_id, count = await broadcasting.change(self.broadcast_id, by)
            text = f"Changing {format_count(count, 'post')}."
            await interaction.edit_original_response(content=text, embed=None, view=None)
            await broadcasting.refresh_card(broadcast_id)
        elif self.act == "discard":
            await broadcasting.discard(self.broadcast_id)
            await interaction.edit_original_response(content="Discarded. Nothing was sent.", embed=None, view=None)
        else:
            await confirmed(interaction, await broadcasting.confirm(self.broadcast_id, by))


async def confirmed(interaction: discord.Interaction, preview: BroadcastPreview) -> None:
    """Tells what the confirmation led to, and opens the card that shows how it goes."""
    services = get_services(interaction)
    broadcast, count = preview.broadcast, len(preview.targets)
    if broadcast.state is BroadcastState.PENDING:
        text = "Asked. It goes out when somebody else of the team has approved it on its card."
    elif not count:
        text = "Released. Nothing was posted."
    elif broadcast.due_at is not None:
        text = f"Scheduled for {discord.utils.format_dt(broadcast.due_at, 'F')}, to {format_count(count, 'channel')}."
    else:
        text = f"Confirmed. Posting to {format_count(count, 'channel')}."
    await interaction.edit_original_response(content=text, embed=None, view=None)
    if broadcast.script_id and broadcast.state is not BroadcastState.PENDING:
        stored, _ = await services.scripts.get(broadcast.script_id)
        if stored.run_id:
            await services.run_cards.refresh_card(stored.run_id)
    if count and interaction.channel_id is not None:
        await services.broadcasting.open_card(broadcast.id, interaction.channel_id)


class WhenModal(Modal, title="When"):
    """Asks for a time."""

    def __init__(self, broadcast_id: str, zone: str) -> None:
        super().__init__()
        self._broadcast_id = broadcast_id
        self._zone = zone
        self._when: ui.TextInput[WhenModal] = ui.TextInput(
            required=False,
            max_length=100,
            placeholder="now, in 2 hours, tomorrow 20:00, 2026-12-01 20:00",
            custom_id="when",
        )
        self.add_item(ui.Label(text="When", description=f"Times are meant in {zone}."[:100], component=self._when))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Keeps the time and shows how it was understood."""
        require_team(interaction)
        await interaction.response.defer()
        due_at = await parse_when(self._when.value, self._zone, get_bot(interaction).runtime.clock())
        await get_services(interaction).broadcasting.set_draft(self._broadcast_id, due_at=due_at)
        await show_preview(interaction, self._broadcast_id)
