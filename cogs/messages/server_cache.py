"""Servers and channels as the gateway's cache of this process has them."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

import discord

from bot.app import MythBot
from bot.permissions import NOTICE, find_missing
from bot.servers.obstacles import describe_obstacle
from storage.stores.known_servers import KnownChannel, KnownServer

_MAX_NOTICE_CHANNELS: Final = 5
"""Channels of a server that are tried: each refusal counts towards Discord's limit of invalid requests."""


class DiscordServerCache:
    """Implements ``ServerCache``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    def find_obstacle(self, guild_id: int, channel_id: int) -> str | None:
        """Returns why the bot cannot post there, an empty string if it can, or None if this process cannot tell."""
        server = self.find_server(guild_id)
        if server is None and not self.sees_server(guild_id):
            return None
        return describe_obstacle(server, self.find_channel(guild_id, channel_id))

    def sees_server(self, guild_id: int) -> bool:
        """Whether this process is told of the server, so that what is not found here does not exist."""
        return self._bot.sees_server(guild_id)

    def get_shards(self) -> tuple[Sequence[int], int]:
        """The shards that this process is connected to, and the number of all shards."""
        return self._bot.own_shards

    def list_server_ids(self) -> list[int]:
        """The ids of the servers that the bot is in, as far as this process is told of them."""
        return [guild.id for guild in self._bot.guilds]

    def find_server(self, guild_id: int) -> KnownServer | None:
        """The server, or None if the bot is not in it."""
        guild = self._bot.get_guild(guild_id)
        # At the start of an outage the bot itself is not in the cache either.
        if guild is None or not (guild.unavailable or _is_member(guild)):
            return None
        system_channel = guild.system_channel
        return KnownServer(
            guild_id, guild.name or "", not guild.unavailable, system_channel.id if system_channel else None
        )

    def find_channel(self, guild_id: int, channel_id: int) -> KnownChannel | None:
        """The channel or thread, or None if the server has no such channel or the bot is not in it."""
        guild = self._bot.get_guild(guild_id)
        channel = guild.get_channel_or_thread(channel_id) if guild else None
        return _describe(channel) if channel is not None and _is_member(channel.guild) else None

    def list_notice_channels(self, guild_id: int) -> list[KnownChannel]:
        """Where a notice to the server can be posted: the system channel first, then others in the server's own order."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or not _is_member(guild):
            return []
        channels = dict.fromkeys([guild.system_channel, *guild.text_channels])
        described = (_describe(channel) for channel in channels if channel is not None)
        return list(
            islice((each for each in described if not find_missing(each.permissions, NOTICE)), _MAX_NOTICE_CHANNELS)
        )


def _is_member(guild: discord.Guild) -> bool:
    """Whether the bot finds itself in the server."""
    me: discord.Member | None = guild.me
    return me is not None


def _describe(channel: discord.abc.GuildChannel | discord.Thread) -> KnownChannel:
    return KnownChannel(
        channel_id=channel.id,
        guild_id=channel.guild.id,
        name=channel.name,
        position=channel.position if isinstance(channel, discord.abc.GuildChannel) else 0,
        is_news=isinstance(channel, discord.TextChannel) and channel.is_news(),
        permissions=channel.permissions_for(channel.guild.me).value,
    )
