"""The team's list of subscriptions, with the buttons that admit, resume and end them."""

import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from bot.affiliates.subscriptions import ChannelCheck
from bot.permissions import invite_link
from cogs.interactions.access import get_bot, get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import INDIGO, RED, escape_text, format_count, format_relative_time
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription

_PAGE_SIZE: Final = 10
_MAX_ADMIT_BUTTONS: Final = 5
"""Discord's limit for the buttons of one row."""
_MAX_OBSTACLES: Final = 25
"""Channels that the check names; the others are only counted."""
_MAX_TEXT: Final = 3900
"""In characters, just below the 4,000 that Discord takes in one card."""


def list_card(subscriptions: Sequence[Subscription], page: int, invite: str) -> ui.LayoutView:
    """One page of the subscriptions that have not ended, and a button for each that waits or is paused.

    Pages count from 0; a page that does not exist becomes the nearest one. ``invite`` is the bot's invite link.
    """
    still_open = [row for row in subscriptions if row.state is not SubscriptionState.ENDED]
    ended = len(subscriptions) - len(still_open)
    page_count = max(1, -(-len(still_open) // _PAGE_SIZE))
    page = min(max(page, 0), page_count - 1)
    shown = still_open[page * _PAGE_SIZE : (page + 1) * _PAGE_SIZE]
    lines = [
        f"### {format_count(len(still_open), 'server')} subscribed",
        f"[Invite the bot into another server]({invite})",
        *map(_format_line, shown),
    ]
    if ended:
        lines.append(f"-# {format_count(ended, 'subscription has', 'subscriptions have')} ended.")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    waiting = [row for row in shown if row.state in {SubscriptionState.PENDING, SubscriptionState.PAUSED}]
    if waiting:
        buttons = [AdmitButton(row.id, _admit_label(row)) for row in waiting[:_MAX_ADMIT_BUTTONS]]
        items.append(action_row(*buttons))
    if page_count > 1:
        items.append(
            action_row(
                ListButton(page - 1, "‹ Previous", disabled=page == 0),
                ListButton(page + 1, "Next ›", disabled=page == page_count - 1),
            )
        )
    return card_layout(*items, accent=INDIGO)


def _format_line(subscription: Subscription) -> str:
    server, channel = escape_text(subscription.guild_name, 60), escape_text(subscription.channel_name, 40)
    last_post_at = subscription.last_post_at
    parts = [
        f"**{server}** #{channel}",
        "" if subscription.state is SubscriptionState.ACTIVE else f"**{subscription.state.value}**",
        format_count(len(subscription.ebooks), "book") if subscription.ebooks else "",
        f"last post {format_relative_time(last_post_at)}" if last_post_at else "no post yet",
        escape_text(subscription.last_error, 80),
        f"`{subscription.referral}`",
    ]
    return " · ".join(part for part in parts if part)


def _admit_label(subscription: Subscription) -> str:
    verb = "Admit" if subscription.state is SubscriptionState.PENDING else "Resume"
    return f"{verb} {subscription.guild_name}"[:80]


def channel_check_card(checks: Sequence[ChannelCheck]) -> ui.LayoutView:
    """How many channels can be written to, and what is missing in the others."""
    blocked = [check for check in checks if check.obstacle]
    lines = [f"### {len(checks) - len(blocked)} of {len(checks)} channels can be written to"]
    for check in blocked[:_MAX_OBSTACLES]:
        channel, server = check.subscription.channel_name, check.subscription.guild_name
        lines.append(f"#{escape_text(channel, 40)} in {escape_text(server, 60)}: {check.obstacle}")
    if len(blocked) > _MAX_OBSTACLES:
        lines.append(f"and {len(blocked) - _MAX_OBSTACLES} more")
    return card_layout(ui.TextDisplay("\n".join(lines)[:_MAX_TEXT]), accent=RED if blocked else INDIGO)


def remove_question(subscription: Subscription) -> ui.LayoutView:
    """The question before a subscription is ended, and its button."""
    server, channel = escape_text(subscription.guild_name, 80), escape_text(subscription.channel_name, 60)
    text = f"This ends the announcements in **{server}** (#{channel})."
    return card_layout(ui.TextDisplay(text), action_row(RemoveButton(subscription.id)), accent=RED)


class ListButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"affiliates:page:(?P<page>-?\d{1,4})"):
    """Turns to another page of the list."""

    def __init__(self, page: int, label: str = "›", *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"affiliates:page:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page."""
        require_team(interaction)
        await interaction.response.defer()
        await _show_list(interaction, self.page)


class AdmitButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"affiliates:admit:(?P<id>subscriptions_[0-9a-f]{16})"
):
    """Admits a server that waits, or resumes one that is paused."""

    def __init__(self, subscription_id: str, label: str = "Admit") -> None:
        button: ui.Button[Any] = ui.Button(
            label=label, style=discord.ButtonStyle.success, custom_id=f"affiliates:admit:{subscription_id}"
        )
        super().__init__(button)
        self.subscription_id = subscription_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Activates the subscription, notifies its server and shows the list again."""
        by = require_team(interaction)
        await interaction.response.defer()
        await get_services(interaction).affiliates.admit_subscription(self.subscription_id, by)
        await _show_list(interaction, 0)


class RemoveButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"affiliates:remove:(?P<id>subscriptions_[0-9a-f]{16})",
):
    """Ends a server's subscription."""

    def __init__(self, subscription_id: str) -> None:
        button: ui.Button[Any] = ui.Button(
            label="End its announcements",
            style=discord.ButtonStyle.danger,
            custom_id=f"affiliates:remove:{subscription_id}",
        )
        super().__init__(button)
        self.subscription_id = subscription_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Ends the subscription and notifies its server."""
        by = require_team(interaction)
        await interaction.response.defer()
        removed = await get_services(interaction).affiliates.remove_subscription(self.subscription_id, by)
        text = f"Ended: {escape_text(removed.guild_name, 80)} gets no more announcements."
        await interaction.edit_original_response(view=card_layout(ui.TextDisplay(text), accent=INDIGO))


async def _show_list(interaction: discord.Interaction, page: int) -> None:
    subscriptions = await get_services(interaction).affiliates.list_subscriptions()
    invite = invite_link(get_bot(interaction).application_id or 0)
    await interaction.edit_original_response(view=list_card(subscriptions, page, invite))
