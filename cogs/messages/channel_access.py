"""Whether the bot can post in a channel, as far as the gateway's cache knows."""

from bot.app import MythBot
from bot.permissions import find_missing, format_permissions


class DiscordChannelAccess:
    """Implements ``ChannelAccess``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    def find_obstacle(self, guild_id: int, channel_id: int) -> str:
        """Returns why the bot cannot post there, or an empty string if it can."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.me is None:
            return "I am no longer in this server"
        if guild.unavailable:
            return ""  # during an outage of Discord the cache says nothing about the server's channels
        channel = guild.get_channel(channel_id)
        if channel is None:
            return "the channel was deleted"
        lacking = find_missing(channel.permissions_for(guild.me))
        # Without markup, because the reason also stands in reports and cards.
        return f"lacks {format_permissions(lacking)}".replace("**", "") if lacking else ""
