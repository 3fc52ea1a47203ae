"""Who uses a command or presses a button, what they may do, and the services that answer."""

import discord

from bot.actor import Actor
from bot.app import MythBot
from bot.errors import ForbiddenError, NotFoundError
from bot.services import Services


def get_bot(interaction: discord.Interaction) -> MythBot:
    """Returns the bot with its own type."""
    client = interaction.client
    if not isinstance(client, MythBot):
        raise TypeError("interactions of other bots are not handled here")
    return client


def get_services(interaction: discord.Interaction) -> Services:
    """Returns the services. Persistent items are rebuilt from their custom ids, so they cannot get them when constructed."""
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
    """Whether the user belongs to the studio's team.

    The team are members of the studio's server, in that server, who are administrators or have a team role. If no team role
    is configured, the Manage Server permission takes its place.
    """
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
    """Returns the user of the interaction as an actor."""
    return Actor(interaction.user.id, interaction.user.display_name, is_team(interaction))


def require_team(interaction: discord.Interaction) -> Actor:
    """Returns the user of the interaction as an actor.

    Raises:
        ForbiddenError: The user does not belong to the studio's team.
    """
    actor = get_actor(interaction)
    if not actor.team:
        raise ForbiddenError(
            "This is for the studio's team.", "Ask somebody who manages the studio's server for the team role."
        )
    return actor


def require_manager(interaction: discord.Interaction) -> Actor:
    """Returns the user of the interaction as an actor.

    Raises:
        ForbiddenError: The user lacks the Manage Server permission in the server of the interaction.
    """
    if not interaction.permissions.manage_guild:
        raise ForbiddenError(
            "Only somebody who manages this server can do this.", "Ask a member with **Manage Server**."
        )
    return get_actor(interaction)
