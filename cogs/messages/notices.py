"""What people are told without having asked: the studio in its audit channel, a server in a channel of its own."""

import logging

import aiohttp
import discord

from bot.app import MythBot
from cogs.messages.requests import answer

_log = logging.getLogger(__name__)


class DiscordNotices:
    """Posts notices; what Discord refuses is logged and forgotten."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post_to_audit_channel(self, text: str) -> None:
        """Into the studio's audit channel, where one is set."""
        channel_id = self._bot.config.value.audit_channel_id
        if channel_id is not None:
            await self._send(channel_id, text)

    async def notify_server(self, guild_id: int, text: str) -> None:
        """Into the server's system channel, else the first channel where the bot may write."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.me is None:
            return
        channels = [guild.system_channel, *guild.text_channels]
        open_to_us = (channel for channel in channels if channel and _may_write(channel, guild.me))
        channel = next(open_to_us, None)
        if channel is None:
            _log.info("server %d could not be told anything: no channel is open to the bot", guild_id)
        else:
            await self._send(channel.id, text)

    async def _send(self, channel_id: int, text: str) -> None:
        try:
            await answer(self._bot.get_partial_messageable(channel_id).send(text[:2000]))
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("a notice could not be posted: %s", error)


def _may_write(channel: discord.TextChannel, me: discord.Member) -> bool:
    granted = channel.permissions_for(me)
    return granted.view_channel and granted.send_messages
