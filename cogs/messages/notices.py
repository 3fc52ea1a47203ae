"""Messages that nobody requested: to the studio in its audit channel, to a server in a channel of its own."""

import logging
from typing import Final

import discord

from bot.app import MythBot
from cogs.messages.failures import REQUEST_ERRORS
from cogs.messages.requests import await_response

_log = logging.getLogger(__name__)
_MAX_CONTENT: Final = 2000
"""Characters that Discord accepts as the content of a message."""

_MAX_TRIES: Final = 5
"""Channels of a server that are tried: each refusal counts towards Discord's limit of invalid requests."""


class DiscordNotices:
    """Implements ``Notices``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post_to_audit_channel(self, text: str) -> None:
        """Posts the text in the studio's audit channel, if one is configured."""
        channel_id = self._bot.config.value.audit_channel_id
        if channel_id is not None:
            await self._send(channel_id, text)

    async def notify_server(self, guild_id: int, text: str) -> bool:
        """Posts the text in the server's system channel, or else in the first text channel that takes it."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.me is None:
            return False
        channels = dict.fromkeys([guild.system_channel, *guild.text_channels])
        writable = [channel for channel in channels if channel and _may_write(channel, guild.me)]
        for channel in writable[:_MAX_TRIES]:
            if await self._send(channel.id, text):
                return True
        _log.info("could not notify server %d: no channel took the notice", guild_id)
        return False

    async def _send(self, channel_id: int, text: str) -> bool:
        try:
            await await_response(self._bot.get_partial_messageable(channel_id).send(text[:_MAX_CONTENT]))
        except REQUEST_ERRORS as error:
            _log.warning("could not post a notice: %r", error)
            return False
        return True


def _may_write(channel: discord.TextChannel, me: discord.Member) -> bool:
    granted = channel.permissions_for(me)
    return granted.view_channel and granted.send_messages
