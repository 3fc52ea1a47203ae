"""The preview that only the composer sees: the post, who gets it, who is left out, and the confirmation."""

import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.broadcasting.post import MAX_MESSAGE, MAX_TITLE, Post, Preview
from bot.errors import InputError
from cogs.access import require_team, services_of
from cogs.views.base import Modal, PressMixin
from cogs.views.broadcast_post import post_embed
from cogs.words import counted, plain
from storage.broadcasts import Broadcast

_LEFT_OUT = 8


async def show_preview(interaction: discord.Interaction, broadcast_id: str, *, ping: bool = False) -> None:
    """Answers a deferred interaction with the preview."""
    preview = await services_of(interaction).broadcasting.preview(broadcast_id)
    await interaction.edit_original_response(
        content=preview_text(preview),
        embed=post_embed(Post.of(preview.broadcast)),
        view=preview_buttons(preview, ping=ping),
    )


def preview_text(preview: Preview) -> str:
    """Who gets it and who is left out, with the reason."""
    lines = ["**Preview** — this is what affiliates will see:"]
    count = len(preview.targets)
    if count:
        lines.append(f"Goes to **{counted(count, 'channel')}** in {counted(preview.servers, 'server')}")
    else:
        lines.append("**No channel would get it.**" + ("" if preview.left_out else " Nobody is subscribed yet."))
    if preview.left_out:
        shown = [
            f"#{plain(target.channel_name, 40)} in {plain(target.guild_name, 40)} ({reason})"
            for target, reason in preview.left_out[:_LEFT_OUT]
        ]
        more = len(preview.left_out) - len(shown)
        verb = "is" if len(preview.left_out) == 1 else "are"
        rest = f", and {more} more" if more else ""
        lines[-1] += f" · {len(preview.left_out)} {verb} left out: {', '.join(shown)}{rest}"
    if not count and preview.broadcast.script_id:
        lines.append("The chapter can be released all the same: it then stands in everybody's `/progress`.")
    return "\n".join(lines)[:2000]


def preview_buttons(preview: Preview, *, ping: bool) -> ui.View:
    """Confirm with the exact verb, edit, discard; and whether to ping the roles that affiliates chose."""
    view = ui.View(timeout=None)
    broadcast_id, count = preview.broadcast.id, len(preview.targets)
    if count:
        label = f"Post to {counted(count, 'channel')}"
        view.add_item(PreviewButton("pping" if ping else "post", broadcast_id, label, discord.ButtonStyle.danger))
    elif preview.broadcast.script_id:
        view.add_item(PreviewButton("post", broadcast_id, "Release without posting", discord.ButtonStyle.danger))
    view.add_item(PreviewButton("edit", broadcast_id))
    if any(target.role_id for target in preview.targets):
        label = f"Ping roles they chose: {'yes' if ping else 'no'}"
        view.add_item(PreviewButton("pingoff" if ping else "pingon", broadcast_id, label))
    view.add_item(PreviewButton("discard", broadcast_id))
    return view


class PreviewButton(
    PressMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"preview:(?P<act>[a-z]+):(?P<id>notifications_[0-9a-f]{16})",
):
    """Confirm, Edit, Discard, and the switch for pings."""

    LOOKS: ClassVar = {"edit": "Edit", "discard": "Discard"}

    def __init__(
        self,
        act: str,
        broadcast_id: str,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        custom_id = f"preview:{act}:{broadcast_id}"
        super().__init__(ui.Button(label=label or self.LOOKS.get(act, act), style=style, custom_id=custom_id))
        self.act = act
        self.broadcast_id = broadcast_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["act"], match["id"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Acts."""
        by = require_team(interaction)
        services = services_of(interaction)
        if self.act == "edit":
            preview = await services.broadcasting.preview(self.broadcast_id)
            await interaction.response.send_modal(ComposeModal(preview.broadcast))
            return
        await interaction.response.defer()
        match self.act:
            case "discard":
                await services.broadcasting.discard(self.broadcast_id)
                await interaction.edit_original_response(content="Discarded. Nothing was sent.", embed=None, view=None)
            case "pingon" | "pingoff":
                await show_preview(interaction, self.broadcast_id, ping=self.act == "pingon")
            case _:
                preview = await services.broadcasting.confirm(self.broadcast_id, by, ping_roles=self.act == "pping")
                await self._confirmed(interaction, preview)

    async def _confirmed(self, interaction: discord.Interaction, preview: Preview) -> None:
        services = services_of(interaction)
        count = len(preview.targets)
        text = f"Confirmed. Posting to {counted(count, 'channel')}." if count else "Released. Nothing was posted."
        await interaction.edit_original_response(content=text, embed=None, view=None)
        if count and interaction.channel_id is not None:
            await services.broadcasting.open_card(self.broadcast_id, interaction.channel_id)
        if preview.broadcast.script_id:
            stored, _ = await services.scripts.get(preview.broadcast.script_id)
            if stored.run_id:
                await services.generation.refresh(stored.run_id)


class ComposeModal(Modal, title="Announcement"):
    """Title, message, link and image of an announcement."""

    def __init__(
        self, broadcast: Broadcast | None = None, *, post: Post | None = None, ebook_id: str | None = None
    ) -> None:
        super().__init__()
        known = Post.of(broadcast) if broadcast else post or Post("", "")
        self._broadcast = broadcast
        self._ebook_id = ebook_id
        self.headline = self._field("Title", known.title, MAX_TITLE, required=True)
        long = discord.TextStyle.paragraph
        self.message = self._field("Message", known.message, MAX_MESSAGE, required=True, style=long)
        self.hook = self._field("Hook", known.hook, 500, required=False, style=long)
        self.link = self._field("Link", known.link, 512, required=False)
        self.image = self._field("Image (a web address)", known.image, 512, required=False)

    def _field(
        self, label: str, value: str, limit: int, *, required: bool, style: discord.TextStyle = discord.TextStyle.short
    ) -> ui.TextInput[Any]:
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=label.split(maxsplit=1)[0].lower(),
            default=value[:limit] or None,
            max_length=limit,
            required=required,
            style=style,
        )
        self.add_item(ui.Label(text=label, component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Keeps the draft and shows its preview."""
        by = require_team(interaction)
        broadcasting = services_of(interaction).broadcasting
        post = Post(self.headline.value, self.message.value, self.hook.value, self.link.value, self.image.value)
        if self._broadcast is not None:
            await interaction.response.defer()
            broadcast = await broadcasting.edit(self._broadcast.id, post)
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
            broadcast = await broadcasting.compose(post, by, ebook_id=self._ebook_id)
        await show_preview(interaction, broadcast.id)


def image_of(attachment: discord.Attachment | None) -> str:
    """The address of an attached picture; ``InputError`` where it is none."""
    if attachment is None:
        return ""
    if not (attachment.content_type or "").startswith("image/"):
        raise InputError("The image is not a picture.", "Attach a PNG, JPEG, GIF or WebP file.")
    return attachment.url
