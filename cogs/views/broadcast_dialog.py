"""The dialogue that makes an announcement: write it in a modal, check the private preview, confirm.

Its steps open each other (the preview's Edit button opens the modal, and the modal shows the preview), so they are one module.
"""

import re
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.broadcasts.drafts import RecipientsChangedError, TimePassedError
from bot.broadcasts.post import MAX_HOOK, MAX_MESSAGE, MAX_TITLE, BroadcastPreview, Post
from bot.broadcasts.schedule import parse_due_time
from bot.broadcasts.service import PostsChangedError
from bot.errors import StateError
from bot.services import Services
from cogs.interactions.access import get_bot, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_menus import KEEP, NOW, OTHER, TIMES, menu_options, shown_menus
from cogs.views.broadcast_post import post_embed
from cogs.views.broadcast_preview import format_changed, format_discarded, format_preview
from cogs.views.formatting import format_count
from cogs.views.modals import Modal
from storage.states import Audience, BroadcastState
from storage.stores.broadcasts import Broadcast, BroadcastChanges

_BUTTON_ROW = 4
"""The last row: the menus stand above the buttons."""
_MAX_URL_FIELD = 512
"""Characters that the modal takes for an address; longer than a valid one, so that the error can say what is wrong."""

_REQUIRED_FIELDS: Final = frozenset({"Title", "Message"})
_FIELD_DESCRIPTIONS: Final = {
    "Title": "The headline of the post.",
    "Message": "The text below it. Discord's formatting works, as in **bold** and *italics*.",
    "Hook": "A line that invites affiliates' listeners, in italics at the end; empty: none.",
    "Link": "Where “Listen / read” leads, beginning with https://; empty: the post has no such button.",
    "Image": "The web address of a picture below the text, beginning with https://; empty: none.",
}


async def show_preview(interaction: discord.Interaction, broadcast_id: str, notice: str = "") -> None:
    """Replaces the response of a deferred interaction with the preview of the draft, below ``notice``.

    Raises:
        NotFoundError: there is no such broadcast.
        StateError: it is not a draft any more.
    """
    bot = get_bot(interaction)
    preview = await bot.services.drafts.preview_draft(broadcast_id)
    if preview.broadcast.state is not BroadcastState.DRAFT:
        raise StateError("This announcement has already been confirmed or discarded.", "Nothing was changed.")
    await interaction.edit_original_response(
        content=format_preview(preview, notice),
        embed=post_embed(Post.from_broadcast(preview.broadcast)),
        view=preview_controls(preview, bot.timezone, bot.runtime.clock()),
    )


def preview_controls(preview: BroadcastPreview, zone: str, now: datetime) -> ui.View:
    """The menus that set time, audience and pings, and below them the buttons that confirm, edit and discard.

    The label of the confirmation says exactly what it does and to how many channels.
    """
    view = ui.View(timeout=None)
    broadcast_id = preview.broadcast.id
    for row, menu in enumerate(shown_menus(preview)):
        view.add_item(PreviewMenu(menu, broadcast_id, menu_options(menu, preview, zone, now), row))
    confirm_button = _confirm_button(preview)
    if confirm_button is not None:
        view.add_item(confirm_button)
    view.add_item(PreviewButton("edit", broadcast_id))
    view.add_item(PreviewButton("discard", broadcast_id))
    return view


def _confirm_button(preview: BroadcastPreview) -> "PreviewButton | None":
    broadcast, channels = preview.broadcast, format_count(len(preview.targets), "channel")
    if preview.changed_posts is not None:
        action, label = "change", f"Change {format_count(len(preview.changed_posts), 'post')}"
    elif preview.scheduled is not None:
        action, label = "change", f"Change it for {channels}"
        if preview.needs_second_approver:
            label = f"Ask to change it for {channels}"
        elif broadcast.due_at is None:
            label = f"Post to {channels} now"
    elif preview.targets:
        action, label = "post", f"Post to {channels}"
        if preview.needs_second_approver:
            label = f"Ask to post to {channels}"
        elif broadcast.due_at is not None:
            label = f"Schedule for {channels}"
    elif broadcast.script_id:
        action, label = "post", "Release without posting"
    else:
        return None
    return PreviewButton(action, broadcast.id, label, discord.ButtonStyle.danger, preview.fingerprint)


class PreviewMenu(
    PersistentItemMixin,
    ui.DynamicItem[ui.Select[Any]],
    template=r"previewmenu:(?P<menu>when|audience|pings):(?P<id>notifications_[0-9a-f]{16})",
):
    """A menu of the preview. ``options`` are those of ``menu_options``."""

    def __init__(
        self, menu: str, broadcast_id: str, options: list[discord.SelectOption] | None = None, row: int = 0
    ) -> None:
        # Without options this is a placeholder for what was used; Discord takes no menu without options.
        options = options or [discord.SelectOption(label="-")]
        super().__init__(ui.Select(custom_id=f"previewmenu:{menu}:{broadcast_id}", options=options, row=row))
        self.menu = menu
        self.broadcast_id = broadcast_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["menu"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Changes the draft and shows it again, or asks for another time."""
        require_team(interaction)
        bot, chosen = get_bot(interaction), self.item.values[0]
        if (self.menu, chosen) == ("when", OTHER):
            await interaction.response.send_modal(WhenModal(self.broadcast_id, bot.timezone))
            return
        await interaction.response.defer()
        changes = await self._read_choice(chosen, bot.timezone, bot.runtime.clock())
        if changes is not None:
            await bot.services.drafts.change_draft(self.broadcast_id, changes)
        await show_preview(interaction, self.broadcast_id)

    async def _read_choice(self, chosen: str, zone: str, now: datetime) -> BroadcastChanges | None:
        """What the choice changes; None where it is the time that is set already."""
        match self.menu, chosen:
            case "when", value if value == KEEP:
                return None
            case "when", value if value == NOW:
                return BroadcastChanges(due_at=None)
            case "when", value if value in TIMES:
                return BroadcastChanges(due_at=await parse_due_time(TIMES[value], zone, now))
            case "audience", value if value in set(Audience):
                return BroadcastChanges(audience=Audience(value))
            case "pings", "yes" | "no":
                return BroadcastChanges(ping_roles=chosen == "yes")
            case _:
                raise StateError("This choice is not offered.", "Nothing was changed.")


class PreviewButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"preview:(?P<action>post|change|edit|discard)"
    r"(?:-(?P<seen>[0-9a-f]{8}))?:(?P<id>notifications_[0-9a-f]{16})",
):
    """A button of the preview. ``seen`` is the fingerprint of the preview whose channels its label has counted."""

    LABELS: ClassVar[dict[str, str]] = {"edit": "Edit", "discard": "Discard"}

    def __init__(
        self,
        action: str,
        broadcast_id: str,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        seen: str = "",
    ) -> None:
        custom_id = f"preview:{action}{f'-{seen}' if seen else ''}:{broadcast_id}"
        label = label or self.LABELS.get(action, action)
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id, row=_BUTTON_ROW))
        self.action = action
        self.broadcast_id = broadcast_id
        self.seen = seen

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["id"], seen=match["seen"] or "")

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens a modal, or ends the dialogue."""
        by = require_team(interaction)
        services = get_services(interaction)
        if self.action == "edit":
            preview = await services.drafts.preview_draft(self.broadcast_id)
            await interaction.response.send_modal(ComposeModal(preview.broadcast))
            return
        await interaction.response.defer()
        if self.action == "discard":
            broadcast = await services.drafts.discard_broadcast(self.broadcast_id, by)
            await interaction.edit_original_response(content=format_discarded(broadcast), embed=None, view=None)
            return
        try:
            if self.action == "change":
                changed, count = await services.broadcasts.apply_change(self.broadcast_id, by, self.seen)
                await _show_changed(interaction, changed, count)
            else:
                await _show_confirmed(
                    interaction, await services.drafts.confirm_draft(self.broadcast_id, by, self.seen)
                )
        except (PostsChangedError, RecipientsChangedError, TimePassedError) as error:
            await show_preview(interaction, self.broadcast_id, error.text)


async def _show_changed(interaction: discord.Interaction, changed: Broadcast, count: int) -> None:
    """Replaces the preview of a change with what its confirmation led to."""
    services = get_services(interaction)
    text = format_changed(changed, count, get_bot(interaction).runtime.clock())
    await interaction.edit_original_response(content=text, embed=None, view=None)
    if changed.script_id and changed.state is BroadcastState.PENDING:
        await refresh_script_card(services, changed.script_id)  # the release was taken back
    await services.broadcast_cards.refresh_card(changed.id)


async def _show_confirmed(interaction: discord.Interaction, preview: BroadcastPreview) -> None:
    """Replaces the preview with what the confirmation led to, and opens the card that shows the progress."""
    services = get_services(interaction)
    broadcast, channels = preview.broadcast, format_count(len(preview.targets), "channel")
    if broadcast.state is BroadcastState.PENDING:
        text = "Approval requested. It is posted once another member of the team approves it on its card."
    elif not preview.targets:
        text = "Released. Nothing was posted."
    elif broadcast.due_at is not None:
        text = f"Scheduled for {discord.utils.format_dt(broadcast.due_at, 'F')}, to {channels}."
    else:
        text = f"Confirmed. Posting to {channels}."
    await interaction.edit_original_response(content=text, embed=None, view=None)
    if broadcast.script_id and broadcast.state is not BroadcastState.PENDING:
        await refresh_script_card(services, broadcast.script_id)
    if preview.targets and interaction.channel_id is not None:
        await services.broadcast_cards.open_card(broadcast.id, interaction.channel_id)


async def refresh_script_card(services: Services, script_id: str) -> None:
    """The card of the run that wrote this script shows the script's current state."""
    stored, _ = await services.scripts.get(script_id)
    if stored.run_id:
        await services.run_cards.refresh_card(stored.run_id)


class ComposeModal(Modal, title="Announcement"):
    """Asks for title, message, hook, link and image.

    With a ``broadcast`` that is a draft, it edits the draft; with one that is scheduled or has been sent, it makes a draft with
    a new text for its posts. Without a broadcast it makes a draft, filled in with ``post`` and about the book ``ebook_id``.
    """

    def __init__(
        self, broadcast: Broadcast | None = None, *, post: Post | None = None, ebook_id: str | None = None
    ) -> None:
        super().__init__()
        text = Post.from_broadcast(broadcast) if broadcast else post or Post("", "")
        self._broadcast = broadcast
        self._ebook_id = ebook_id
        paragraph = discord.TextStyle.paragraph
        self.headline = self._add_field("Title", text.title, MAX_TITLE)
        self.message = self._add_field("Message", text.message, MAX_MESSAGE, paragraph)
        self.hook = self._add_field("Hook", text.hook, MAX_HOOK, paragraph)
        self.link = self._add_field("Link", text.link, _MAX_URL_FIELD)
        self.image = self._add_field("Image", text.image, _MAX_URL_FIELD)

    def _add_field(
        self, label: str, value: str, limit: int, style: discord.TextStyle = discord.TextStyle.short
    ) -> ui.TextInput[Any]:
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=label.lower(),
            default=value[:limit] or None,
            max_length=limit,
            required=label in _REQUIRED_FIELDS,
            style=style,
        )
        self.add_item(ui.Label(text=label, description=_FIELD_DESCRIPTIONS[label], component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Stores the text as a draft and shows the preview."""
        by = require_team(interaction)
        drafts = get_services(interaction).drafts
        post = Post(self.headline.value, self.message.value, self.hook.value, self.link.value, self.image.value)
        if self._broadcast is None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            draft = await drafts.compose_draft(post, by, ebook_id=self._ebook_id)
        elif self._broadcast.state is BroadcastState.DRAFT:
            await interaction.response.defer()  # the preview that is open already is replaced
            draft = await drafts.edit_draft(self._broadcast.id, post)
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
            draft = await drafts.compose_change(self._broadcast.id, post, by)
        await show_preview(interaction, draft.id)


class WhenModal(Modal, title="When"):
    """Asks when the draft is to be sent. ``zone`` is the time zone in which the answer is read."""

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
        self.add_item(ui.Label(text="When", description=f"Times are read in {zone}."[:100], component=self._when))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Stores the time and shows the preview, which says how the time was understood."""
        require_team(interaction)
        await interaction.response.defer()
        due_at = await parse_due_time(self._when.value, self._zone, get_bot(interaction).runtime.clock())
        await get_services(interaction).drafts.change_draft(self._broadcast_id, BroadcastChanges(due_at=due_at))
        await show_preview(interaction, self._broadcast_id)
