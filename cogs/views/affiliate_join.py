"""Joining: checks the channel's permissions, posts a test message, subscribes, and says what came of it."""

import re
from typing import Any, Final, Self

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

_TEST_POST: Final = "Announcements of Midnight Myth Audio will arrive here. This is a test; you need not do anything."


async def subscribe_channel(
    interaction: discord.Interaction, channel: discord.TextChannel, role: discord.Role | None
) -> ui.LayoutView:
    """Subscribes the channel if the bot can post there; returns the reply, which otherwise says what is missing.

    Raises:
        ForbiddenError: this person does not manage the server.
        InputError: the role cannot be pinged, or Discord refused the test post.
    """
    by = require_manager(interaction)
    guild = channel.guild
    lacking = find_missing(channel.permissions_for(guild.me).value)
    if role is not None:
        check_role(role, channel)
    if lacking:
        return _missing_permissions_card(channel, role, lacking)
    try:
        await channel.send(_TEST_POST)
    except discord.HTTPException as error:
        needed = [shown for shown, _ in POSTING]
        raise InputError(
            f"The test post in {channel.mention} was refused by Discord.",
            f"Check {format_permissions(needed)} there, then try again.",
        ) from error
    new = NewSubscription(guild.id, guild.name, channel.id, channel.name, role.id if role else None)
    services = get_services(interaction)
    subscription = await services.affiliates.subscribe_channel(new, by)
    await services.servers.update(guild.id)
    return _subscribed_card(interaction, channel, role, subscription)


def _missing_permissions_card(
    channel: discord.TextChannel, role: discord.Role | None, lacking: list[str]
) -> ui.LayoutView:
    marks = [f"{shown} {'✘' if shown in lacking else '✔'}" for shown, _ in POSTING]
    texts = [
        f"Announcements will go to {channel.mention}. {' · '.join(marks)}",
        f"Give me {format_permissions(lacking)} in that channel's settings, then press Check again.",
    ]
    button = CheckButton(channel.id, role.id if role else 0)
    return card_layout(*(ui.TextDisplay(text) for text in texts), action_row(button), accent=RED)


def _subscribed_card(
    interaction: discord.Interaction,
    channel: discord.TextChannel,
    role: discord.Role | None,
    subscription: Subscription,
) -> ui.LayoutView:
    if subscription.state is SubscriptionState.PENDING:
        texts = [
            f"Requested. The studio's team has to let you in; then announcements will arrive in {channel.mention}."
        ]
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
            f"-# Would you rather have no bot? Follow [#{escape_text(announcement.channel_name, 60)}]({link}) of the studio's "
            "server instead: open it and press Follow."
        )
    return card_layout(*(ui.TextDisplay(text) for text in texts), accent=INDIGO)


def check_role(role: discord.Role, channel: discord.TextChannel) -> None:
    """Checks that posts in the channel can ping the role.

    Discord's documentation: a bot pings a role that anyone can mention, or any role where it has Mention Everyone.

    Raises:
        InputError: it is @everyone, or the bot may not ping it.
    """
    if role.is_default():
        raise InputError("The role @everyone cannot be pinged.", "Choose a role that members take themselves, or none.")
    if not role.mentionable and not channel.permissions_for(channel.guild.me).mention_everyone:
        raise InputError(
            f"I may not ping {role.mention}.",
            "Allow anyone to mention that role in its settings, or join without a role.",
        )


def get_text_channel(interaction: discord.Interaction, channel_id: int) -> discord.TextChannel:
    """The text channel of this server.

    Raises:
        NotFoundError: it was deleted.
    """
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if not isinstance(channel, discord.TextChannel):
        raise NotFoundError("This channel no longer exists.", "Run `/affiliate join` again with another one.")
    return channel


class CheckButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"join:(?P<channel>[1-9][0-9]{14,19}):(?P<role>0|[1-9][0-9]{0,19})",
):
    """Check again: repeats the join with the same channel and role. The role id 0 stands for no role."""

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
        """Subscribes, or shows what is still missing."""
        require_manager(interaction)
        await interaction.response.defer()
        channel = get_text_channel(interaction, self.channel_id)
        role = channel.guild.get_role(self.role_id) if self.role_id else None
        view = await subscribe_channel(interaction, channel, role)
        await interaction.edit_original_response(view=view)
