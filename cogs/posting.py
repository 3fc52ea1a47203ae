"""Announcements are sent here, with Discord's answers told apart, and the face is handed to the services."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import aiohttp
import discord

from bot.app import MythBot
from bot.broadcasting.post import Outcome, OutcomeKind, Post
from bot.permissions import in_words, missing
from bot.services import Face
from cogs.boards import BoardMessages
from cogs.cards import BroadcastCards, RunCards
from cogs.codes import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    OLD_MESSAGE_EDITS,
    REQUEST_SECONDS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
)
from cogs.notices import ChannelNotices
from cogs.views.broadcast_card import BroadcastButton
from cogs.views.broadcast_post import SharedButton, mark, post_buttons, post_embed
from cogs.views.broadcast_preview import PreviewButton
from cogs.views.script_buttons import RunButton, ScriptButton
from cogs.views.script_reader import PageButton
from storage.deliveries import Delivery

_log = logging.getLogger(__name__)

_RECENT_MESSAGES: Final = 50
# discord.py lets a broken connection through as aiohttp's or the system's own error.
_FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)


class ChannelSender:
    """Puts announcements into channels, with Discord's answers told apart."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Sends once. The delivery's id is the nonce, so that Discord itself refuses a second message for minutes."""
        role = discord.Object(delivery.role_id) if ping and delivery.role_id else None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                message = await self._channel(delivery).send(
                    content=f"<@&{role.id}>" if role else None,
                    embed=post_embed(post),
                    view=post_buttons(post, delivery.id),
                    nonce=delivery.id,
                    allowed_mentions=discord.AllowedMentions(
                        everyone=False, users=False, roles=[role] if role else False
                    ),
                )
                await self._publish(message)
        except _FAILURES as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT, message_id=message.id)

    async def _publish(self, message: discord.Message) -> None:
        """In the studio's own announcement channel, so that it reaches everybody who follows it, with one call."""
        if message.guild is None or message.guild.id != self._bot.settings.studio_guild_id:
            return
        channel = self._bot.get_channel(message.channel.id)
        if isinstance(channel, discord.TextChannel) and channel.is_news():
            try:
                await message.publish()
            except discord.HTTPException as error:  # it stands in the channel all the same
                _log.warning("an announcement could not be published to followers: %s", error)

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """Changes the post that has arrived."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await self._message(delivery).edit(embed=post_embed(post), view=post_buttons(post, delivery.id))
        except _FAILURES as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT)

    async def recall(self, delivery: Delivery) -> Outcome:
        """Removes the post that has arrived."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await self._message(delivery).delete()
        except discord.NotFound:
            return Outcome(OutcomeKind.SENT)
        except _FAILURES as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT)

    async def find(self, delivery: Delivery) -> Outcome:
        """Looks for the delivery's mark among the channel's recent messages."""
        since = delivery.attempted_at
        after = since - timedelta(minutes=1) if since else None
        me = self._bot.user
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                async for message in self._channel(delivery).history(
                    limit=_RECENT_MESSAGES, after=after, oldest_first=True
                ):
                    if me is not None and message.author.id == me.id and _carries(message, delivery.id):
                        return Outcome(OutcomeKind.SENT, message_id=message.id)
        except discord.NotFound:
            return Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")
        except _FAILURES as error:
            _log.info("delivery %s could not be looked up: %s", delivery.id, type(error).__name__)
            return Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")
        return Outcome(OutcomeKind.RETRY)

    def _message(self, delivery: Delivery) -> discord.PartialMessage:
        return self._channel(delivery).get_partial_message(delivery.message_id or 0)

    def _channel(self, delivery: Delivery) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(delivery.channel_id, guild_id=delivery.guild_id)


def _carries(message: discord.Message, delivery_id: str) -> bool:
    wanted = mark(delivery_id)
    return any(
        getattr(button, "custom_id", None) == wanted
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for button in row.children
    )


def _outcome(error: Exception) -> Outcome:
    """What a failed try means for the delivery."""
    match error:
        case discord.RateLimited():
            return Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", seconds=error.retry_after)
        case discord.HTTPException():
            return _BY_CODE.get(error.code) or _by_status(error)
        case TimeoutError():
            return Outcome(OutcomeKind.UNSURE, error="Discord did not answer in time")
        case _:
            return Outcome(OutcomeKind.UNSURE, error="the connection to Discord broke")


_BY_CODE: Final = {
    UNKNOWN_CHANNEL: Outcome(OutcomeKind.REFUSED, error="the channel no longer exists"),
    UNKNOWN_MESSAGE: Outcome(OutcomeKind.REFUSED, error="the post was deleted there"),
    MISSING_ACCESS: Outcome(OutcomeKind.REFUSED, error="I cannot see the channel (View Channel)"),
    MISSING_PERMISSIONS: Outcome(OutcomeKind.REFUSED, error="I may not post there (Send Messages or Embed Links)"),
    OLD_MESSAGE_EDITS: Outcome(OutcomeKind.PAUSE, error="Discord limits the changes of old posts", seconds=60.0),
}


def _by_status(error: discord.HTTPException) -> Outcome:
    match error.status:
        case 401:
            return Outcome(OutcomeKind.RETRY, error="Discord refuses the bot's token", unauthorized=True)
        case 429:
            # Retried inside discord.py already; or without Via, then it is Cloudflare's and everybody must be quiet.
            return Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", seconds=_retry_after(error))
        case 503:
            return Outcome(OutcomeKind.PAUSE, error="Discord is overloaded", seconds=10.0)
        case status if status >= 500:
            # A proxy's error does not say whether the message was made.
            return Outcome(OutcomeKind.UNSURE, error=f"Discord answered with an error ({status})")
        case status:
            return Outcome(OutcomeKind.REFUSED, error=f"Discord refused it (code {error.code or status})")


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "30"))
    except (ValueError, AttributeError):
        return 30.0


class CacheReach:
    """Knows from the gateway's cache whether a channel can be written to."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    def obstacle(self, guild_id: int, channel_id: int) -> str:
        """Why it cannot, in words; empty when it can."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.me is None:
            return "I am no longer in this server"
        if guild.unavailable:
            return ""
        channel = guild.get_channel(channel_id)
        if channel is None:
            return "the channel was deleted"
        lacking = missing(channel.permissions_for(guild.me))
        return f"lacks {in_words(lacking)}" if lacking else ""


async def setup(bot: MythBot) -> None:
    """Hands the face to the services and makes every button work, those of earlier processes too."""
    bot.face = Face(
        RunCards(bot), ChannelSender(bot), CacheReach(bot), BroadcastCards(bot), ChannelNotices(bot), BoardMessages(bot)
    )
    bot.add_dynamic_items(RunButton, ScriptButton, PageButton, PreviewButton, SharedButton, BroadcastButton)
