"""The modal in which an announcement is written, as a draft or to change what has been posted already."""

from typing import Any

import discord
from discord import ui

from bot.broadcasts.post import MAX_HOOK, MAX_MESSAGE, MAX_TITLE, Post
from bot.errors import InputError
from cogs.interactions.access import get_services, require_team
from cogs.views.base import Modal
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast


class ComposeModal(Modal, title="Announcement"):
    """Title, message, hook, link and image of an announcement."""

    def __init__(
        self, broadcast: Broadcast | None = None, *, post: Post | None = None, ebook_id: str | None = None
    ) -> None:
        super().__init__()
        known = Post.of(broadcast) if broadcast else post or Post("", "")
        self._broadcast = broadcast
        self._ebook_id = ebook_id
        long = discord.TextStyle.paragraph
        self.headline = self._field("Title", known.title, MAX_TITLE, required=True)
        self.message = self._field("Message", known.message, MAX_MESSAGE, required=True, style=long)
        self.hook = self._field("Hook", known.hook, MAX_HOOK, required=False, style=long)
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
        """Shows the draft's preview; a new text for what has been posted becomes a draft too."""
        from cogs.views.broadcast_dialog import show_preview

        by = require_team(interaction)
        broadcasting = get_services(interaction).broadcasting
        post = Post(self.headline.value, self.message.value, self.hook.value, self.link.value, self.image.value)
        known = self._broadcast
        if known is not None and known.state is not BroadcastState.DRAFT:
            await interaction.response.defer(ephemeral=True, thinking=True)
            draft = await broadcasting.compose_change(known.id, post, by)
            await show_preview(interaction, draft.id)
            return
        if known is not None:
            await interaction.response.defer()
            broadcast = await broadcasting.edit_draft(known.id, post)
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
