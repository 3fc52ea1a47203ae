"""What somebody who manages a server sees of their subscription: the check, the test post, the settings."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.affiliates.subscriptions import NewSubscription
from bot.errors import InputError, NotFoundError
from bot.permissions import POSTING, find_missing, format_permissions
from cogs.interactions.access import get_bot, get_services, require_manager
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import INDIGO, RED, escape_text
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription

_TEST = "Announcements of Midnight Myth Audio will arrive here. This is a test; nothing else needs to be done."


async def join(
    interaction: discord.Interaction, channel: discord.TextChannel, role: discord.Role | None
) -> ui.LayoutView:
    """Checks, posts the test, subscribes; what the person is shown of it."""
    by = require_manager(interaction)
    guild = channel.guild
    lacking = find_missing(channel.permissions_for(guild.me))
    if role is not None:
        check_role(role, channel)
    if lacking:
        return _cannot_yet(channel, role, lacking)
    try:
        await channel.send(_TEST)
    except discord.HTTPException as error:
        raise InputError(
            f"The test post in {channel.mention} was refused by Discord.",
            f"Check {format_permissions(_needed())} there, then try again.",
        ) from error
    place = NewSubscription(guild.id, guild.name, channel.id, channel.name, role.id if role else None)
    subscription = await get_services(interaction).affiliates.join(place, by)
    return _joined(interaction, channel, role, subscription)


def _cannot_yet(channel: discord.TextChannel, role: discord.Role | None, lacking: list[str]) -> ui.LayoutView:
    marks = [f"{shown} {'✘' if shown in lacking else '✔'}" for _, shown, _ in POSTING]
    texts = [
        f"Announcements are to arrive in {channel.mention}. {' · '.join(marks)}",
        f"Give me {format_permissions(lacking)} in that channel's settings, then press Check again.",
    ]
    again = CheckButton(channel.id, role.id if role else 0)
    return card_layout(*(ui.TextDisplay(text) for text in texts), action_row(again), accent=RED)


def _joined(
    interaction: discord.Interaction,
    channel: discord.TextChannel,
    role: discord.Role | None,
    subscription: Subscription,
) -> ui.LayoutView:
    if subscription.state is SubscriptionState.PENDING:
        texts = [f"Asked. The studio's team has to let you in; then announcements will arrive in {channel.mention}."]
    else:
        ping = f" {role.mention} is pinged when the studio asks for it." if role else ""
        texts = [
            f"You are subscribed: announcements will arrive in {channel.mention}, where I have put a test post.{ping}"
        ]
    texts.append("`/affiliate settings` changes this, `/affiliate leave` ends it.")
    announcement = get_bot(interaction).config.value.announcement
    if announcement is not None:
        link = f"https://discord.com/channels/{announcement.guild_id}/{announcement.channel_id}"
        texts.append(
            f"-# You would rather have no bot? Follow [#{escape_text(announcement.channel_name, 60)}]({link}) "
            "of the studio's server instead: open it and press Follow."
        )
    return card_layout(*(ui.TextDisplay(text) for text in texts), accent=INDIGO)


def check_role(role: discord.Role, channel: discord.TextChannel) -> None:
    """``InputError`` for a role that could not be pinged."""
    if role.is_default():
        raise InputError("Everybody cannot be pinged.", "Choose a role that members take by themselves, or none.")
    if not role.mentionable and not channel.permissions_for(channel.guild.me).mention_everyone:
        raise InputError(
            f"I may not ping {role.mention}.",
            "Allow anyone to mention that role in its settings, or join without a role.",
        )


def channel_of(interaction: discord.Interaction, channel_id: int) -> discord.TextChannel:
    """The channel in this server; ``NotFoundError`` where it is gone."""
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if not isinstance(channel, discord.TextChannel):
        raise NotFoundError("This channel no longer exists.", "Run `/affiliate join` again with another one.")
    return channel


def _needed() -> list[str]:
    return [shown for _, shown, _ in POSTING]


class CheckButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"join:(?P<channel>\d{15,20}):(?P<role>\d{1,20})"
):
    """Check again: the same join once more."""

    def __init__(self, channel_id: int, role_id: int) -> None:
        button: ui.Button[Any] = ui.Button(
            label="Check again", style=discord.ButtonStyle.primary, custom_id=f"join:{channel_id}:{role_id}"
        )
        super().__init__(button)
        self.channel_id = channel_id
        self.role_id = role_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(int(match["channel"]), int(match["role"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Joins, or says again what is missing."""
        require_manager(interaction)
        await interaction.response.defer()
        channel = channel_of(interaction, self.channel_id)
        role = channel.guild.get_role(self.role_id) if self.role_id else None
        await interaction.edit_original_response(view=await join(interaction, channel, role))


async def settings_card(interaction: discord.Interaction, subscription: Subscription) -> ui.LayoutView:
    """The subscription as it is, with its controls."""
    async with get_services(interaction).database.read() as tx:
        titles = await tx.ebooks.titles()
        standings = await tx.scripts.standings()
    public = {standing.ebook_id for standing in standings if standing.state != "draft"} | set(subscription.ebooks)
    books = {ebook_id: title for ebook_id, title in titles.items() if ebook_id in public}
    followed = (
        ", ".join(escape_text(titles.get(ebook_id, ebook_id), 60) for ebook_id in subscription.ebooks) or "every book"
    )
    role = f"<@&{subscription.role_id}>" if subscription.role_id else "none"
    states = {
        SubscriptionState.PENDING: "waiting for the studio's team",
        SubscriptionState.PAUSED: f"paused, because {escape_text(subscription.last_error, 120)}; joining again ends that",
    }
    lines = [
        "### Your subscription",
        f"Channel: <#{subscription.channel_id}> · {states.get(subscription.state, 'active')}",
        f"Role to ping: {role}",
        f"Follows: {followed}",
        f"-# Links in your posts carry the code `{subscription.referral}`.",
    ]
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines)), action_row(RoleSelect())]
    if books:
        items.append(action_row(BookSelect(books, subscription.ebooks)))
    return card_layout(*items, accent=INDIGO)


class RoleSelect(PersistentItemMixin, ui.DynamicItem[ui.RoleSelect[Any]], template=r"affiliate:role"):
    """The role to ping; none ends pings."""

    def __init__(self) -> None:
        select: ui.RoleSelect[Any] = ui.RoleSelect(
            custom_id="affiliate:role", placeholder="Role to ping (none: no pings)", min_values=0, max_values=1
        )
        super().__init__(select)

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Keeps the choice."""
        by = require_manager(interaction)
        await interaction.response.defer()
        guild_id = interaction.guild_id or 0
        affiliates = get_services(interaction).affiliates
        known = await affiliates.of_guild(guild_id)
        chosen = self.item.values[0] if self.item.values else None
        if chosen is not None and known is not None:
            check_role(chosen, channel_of(interaction, known.channel_id))
        changed = await affiliates.change(guild_id, by, role_id=chosen.id if chosen else None)
        await interaction.edit_original_response(view=await settings_card(interaction, changed))


class BookSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"affiliate:books"):
    """The books it follows; none means every book."""

    def __init__(self, books: dict[str, str] | None = None, chosen: tuple[str, ...] = ()) -> None:
        options = [
            discord.SelectOption(label=title[:100], value=ebook_id[:100], default=ebook_id in chosen)
            for ebook_id, title in list((books or {"-": "-"}).items())[:25]
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id="affiliate:books",
            placeholder="Only these books (none: every book)",
            min_values=0,
            max_values=len(options),
            options=options,
        )
        super().__init__(select)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """The select that was used."""
        found = cls()
        if isinstance(item, ui.Select):
            found.item = item
        return found

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Keeps the choice."""
        by = require_manager(interaction)
        await interaction.response.defer()
        affiliates = get_services(interaction).affiliates
        changed = await affiliates.change(interaction.guild_id or 0, by, ebooks=tuple(self.item.values))
        await interaction.edit_original_response(view=await settings_card(interaction, changed))
