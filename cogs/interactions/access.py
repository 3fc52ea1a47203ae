"""Who is pressing, what they may do, and the services behind every press."""

import discord

from bot.actor import Actor
from bot.app import MythBot
from bot.errors import ForbiddenError, NotFoundError
from bot.services import Services

_TEAM_ONLY = "This is for the studio's team."


def get_bot(interaction: discord.Interaction) -> MythBot:
    """The bot, typed."""
    client = interaction.client
    if not isinstance(client, MythBot):
        raise TypeError("this runs in no other bot")
    return client


def get_services(interaction: discord.Interaction) -> Services:
    """The services, for buttons that are made anew from their id at each press."""
    return get_bot(interaction).services


def get_channel_ids(interaction: discord.Interaction) -> tuple[int, int]:
    """The ids of the server and the channel where somebody typed or pressed.

    Raises:
        NotFoundError: it was not in a server's channel.
    """
    if interaction.guild_id is None or interaction.channel_id is None:
        raise NotFoundError("This works only in a channel of the studio's server.")
    return interaction.guild_id, interaction.channel_id


def is_team(interaction: discord.Interaction) -> bool:
    """In the studio's server, and an administrator or a holder of a team role (Manage Server where none are set)."""
    bot = get_bot(interaction)
    if interaction.guild_id != bot.settings.studio_guild_id:
        return False
    if interaction.permissions.administrator:
        return True
    if not bot.team_role_ids:
        return interaction.permissions.manage_guild
    roles = {role.id for role in getattr(interaction.user, "roles", ())}
    return not roles.isdisjoint(bot.team_role_ids)


def get_actor(interaction: discord.Interaction) -> Actor:
    """Whoever typed or pressed."""
    return Actor(interaction.user.id, interaction.user.display_name, is_team(interaction))


def require_team(interaction: discord.Interaction) -> Actor:
    """Whoever typed or pressed, if they are the team; ``ForbiddenError`` otherwise."""
    found = get_actor(interaction)
    if not found.team:
        raise ForbiddenError(_TEAM_ONLY, "Ask somebody who manages the studio's server for the team role.")
    return found


def require_manager(interaction: discord.Interaction) -> Actor:
    """Whoever typed or pressed, if they may manage this server; ``ForbiddenError`` otherwise."""
    if not interaction.permissions.manage_guild:
        raise ForbiddenError(
            "Only somebody who manages this server can do this.", "Ask a member with **Manage Server**."
        )
    return get_actor(interaction)
