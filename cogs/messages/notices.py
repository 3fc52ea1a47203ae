"""The messages of notices: to a server in a channel of its own, to the studio in its audit channel."""

import logging
from typing import Final

import discord

from bot.app import MythBot
from bot.ports import NoticeResult
from cogs.messages.error_codes import UNKNOWN_MESSAGE
from cogs.messages.failures import REQUEST_ERRORS, has_code, is_transient
from cogs.messages.requests import await_response

_log = logging.getLogger(__name__)
_MAX_CONTENT: Final = 2000
"""Characters that Discord accepts as the content of a message."""


class DiscordNoticeMessages:
    """Implements ``NoticeMessages``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post(self, channel_id: int, text: str, nonce: str) -> NoticeResult:
        """Makes one attempt to post the text. Attempts with the same nonce within a few minutes make one message."""
        request = self._bot.get_partial_messageable(channel_id).send(text[:_MAX_CONTENT], nonce=nonce)
        try:
            await await_response(request)
        except REQUEST_ERRORS as error:
            if isinstance(error, discord.HTTPException) and has_code(error, UNKNOWN_MESSAGE):
                return NoticeResult.POSTED  # an earlier attempt posted it, and somebody has deleted it since
            _log.warning("could not post a notice: %r", error)
            return NoticeResult.UNCERTAIN if is_transient(error) else NoticeResult.REFUSED
        return NoticeResult.POSTED
