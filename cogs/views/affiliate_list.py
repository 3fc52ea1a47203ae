"""The team's list of subscriptions, with the buttons that admit, resume and remove."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.permissions import invite_link
from cogs.interactions.access import get_bot, get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import INDIGO, escape_text, format_count, format_relative_time
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription

_PAGE = 10


def list_card(found: Sequence[Subscription], page: int, invite: str) -> ui.LayoutView:
    """One page of subscriptions; those that wait for the team come with a button."""
    open_ones = [one for one in found if one.state is not SubscriptionState.ENDED]
    ended = len(found) - len(open_ones)
    pages = max(1, -(-len(open_ones) // _PAGE))
    number = min(max(page, 0), pages - 1)
    shown = open_ones[number * _PAGE : (number + 1) * _PAGE]
    lines = [
        f"### {format_count(len(open_ones), 'server')} subscribed",
        f"[Invite the bot into another server]({invite})",
    ]
    lines += [_line(one) for one in shown]
    if ended:
        lines.append(f"-# {format_count(ended, 'subscription has', 'subscriptions have')} ended.")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    waiting = [one for one in shown if one.state in {SubscriptionState.PENDING, SubscriptionState.PAUSED}]
    if waiting:
        items.append(action_row(*(AdmitButton(one.id, _admit_label(one)) for one in waiting[:5])))
    if pages > 1:
        items.append(
            action_row(
                ListButton(number - 1, "‹ Before", disabled=number == 0),
                ListButton(number + 1, "After ›", disabled=number == pages - 1),
            )
        )
    return card_layout(*items, accent=INDIGO)


def _line(one: Subscription) -> str:
    last = f"last post {format_relative_time(one.last_post_at)}" if one.last_post_at else "no post yet"
    trouble = f" · {escape_text(one.last_error, 80)}" if one.last_error else ""
    state = "" if one.state is SubscriptionState.ACTIVE else f" · **{one.state.value}**"
    books = f" · {format_count(len(one.ebooks), 'book')}" if one.ebooks else ""
    server, channel = escape_text(one.guild_name, 60), escape_text(one.channel_name, 40)
    return f"**{server}** #{channel}{state}{books} · {last}{trouble} · `{one.referral}`"


def _admit_label(one: Subscription) -> str:
    act = "Admit" if one.state is SubscriptionState.PENDING else "Resume"
    return f"{act} {one.guild_name}"[:80]


class ListButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"affiliates:page:(?P<page>-?\d{1,4})"):
    """Another page of the list."""

    def __init__(self, page: int, label: str = "›", *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"affiliates:page:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Turns the page."""
        require_team(interaction)
        await interaction.response.defer()
        invite = invite_link(get_bot(interaction).application_id or 0)
        found = await get_services(interaction).affiliates.all()
        await interaction.edit_original_response(view=list_card(found, self.page, invite))


class AdmitButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"affiliates:admit:(?P<id>subscriptions_[0-9a-f]{16})"
):
    """Lets a server in, or back in."""

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
        """Admits, tells the server, and shows the list anew."""
        by = require_team(interaction)
        await interaction.response.defer()
        bot, services = get_bot(interaction), get_services(interaction)
        admitted = await services.affiliates.admit(self.subscription_id, by)
        await bot.adapters.notices.notify_server(
            admitted.guild_id,
            f"Announcements of Midnight Myth Audio will arrive in <#{admitted.channel_id}> from now on.",
        )
        found = await services.affiliates.all()
        await interaction.edit_original_response(view=list_card(found, 0, invite_link(bot.application_id or 0)))


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
        """Ends it and tells both sides."""
        by = require_team(interaction)
        await interaction.response.defer()
        removed = await get_services(interaction).affiliates.remove(self.subscription_id, by)
        await get_bot(interaction).adapters.notices.notify_server(
            removed.guild_id, "Announcements of Midnight Myth Audio have been ended for this server by the studio."
        )
        text = f"Ended: {escape_text(removed.guild_name, 80)} gets no more announcements."
        await interaction.edit_original_response(view=card_layout(ui.TextDisplay(text), accent=INDIGO))
