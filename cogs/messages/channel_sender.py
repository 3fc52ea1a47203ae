"""Announcements are sent here, with Discord's answers told apart, and the face is handed to the services."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import aiohttp
import discord

from bot.app import MythBot
from bot.broadcasts.post import Outcome, OutcomeKind, Post
from bot.permissions import find_missing, format_permissions
from bot.ports import Adapters
from cogs.messages.board_messages import DiscordBoardMessages
from cogs.messages.card_messages import DiscordBroadcastCards, DiscordRunCards
from cogs.messages.error_codes import (
    ALREADY_PUBLISHED,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    OLD_MESSAGE_EDITS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
)
from cogs.messages.notices import DiscordNotices
from cogs.messages.requests import answer
from cogs.views.broadcast_post import mark, post_buttons, post_embed
from storage.stores.deliveries import Delivery

_log = logging.getLogger(__name__)

_RECENT_MESSAGES: Final = 50
_PUBLISH_PAUSES: Final = (2.0, 8.0)
# discord.py lets a broken connection through as aiohttp's or the system's own error.
_FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)


class DiscordPostSender:
    """Puts announcements into channels, with Discord's answers told apart."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Sends once. The delivery's id is the nonce, so that Discord itself refuses a second message for minutes."""
        role = discord.Object(delivery.role_id) if ping and delivery.role_id else None
        try:
            message = await answer(
                self._channel(delivery).send(
                    content=f"<@&{role.id}>" if role else None,
                    embed=post_embed(post),
                    view=post_buttons(post, delivery.id),
                    nonce=delivery.id,
                    allowed_mentions=discord.AllowedMentions(
                        everyone=False, users=False, roles=[role] if role else False
                    ),
                )
            )
        except _FAILURES as error:
            return _outcome(error)
        return await self._arrived(delivery, message.id)

    async def _arrived(self, delivery: Delivery, message_id: int) -> Outcome:
        """It stands there. In the studio's own announcement channel it is published, so that all who follow it have it."""
        channel = self._bot.get_channel(delivery.channel_id)
        home = delivery.guild_id == self._bot.settings.studio_guild_id
        error = ""
        if home and isinstance(channel, discord.TextChannel) and channel.is_news():
            error = await self._published(channel.get_partial_message(message_id))
        return Outcome(OutcomeKind.SENT, message_id=message_id, error=error)

    async def _published(self, message: discord.PartialMessage) -> str:
        """Why those who follow the channel do not have it; empty when they have."""
        for pause in (*_PUBLISH_PAUSES, None):
            try:
                await answer(message.publish())
            except _FAILURES as error:
                if isinstance(error, discord.HTTPException) and error.code == ALREADY_PUBLISHED:
                    return ""
                _log.warning("an announcement could not be published to followers: %s", error)
                final = isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429
                if pause is None or final:
                    break
                await asyncio.sleep(pause)
            else:
                return ""
        return "posted, but not published to those who follow the channel"

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """Changes the post that has arrived."""
        try:
            await answer(self._message(delivery).edit(embed=post_embed(post), view=post_buttons(post, delivery.id)))
        except _FAILURES as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT)

    async def recall(self, delivery: Delivery) -> Outcome:
        """Removes the post that has arrived."""
        try:
            await answer(self._message(delivery).delete())
        except discord.NotFound:
            return Outcome(OutcomeKind.SENT)
        except _FAILURES as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT)

    async def find(self, delivery: Delivery) -> Outcome:
        """Looks for the delivery's mark among the channel's recent messages."""
        channel = self._bot.get_channel(delivery.channel_id)
        if isinstance(channel, discord.abc.GuildChannel) and channel.guild.me is not None:
            granted = channel.permissions_for(channel.guild.me)
            if not granted.read_message_history:  # Discord would show an empty channel, which proves nothing
                return Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")
        try:
            found = await answer(self._marked(delivery))
        except discord.NotFound:
            return Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")
        except _FAILURES as error:
            _log.info("delivery %s could not be looked up: %s", delivery.id, type(error).__name__)
            return Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")
        return Outcome(OutcomeKind.RETRY) if found is None else await self._arrived(delivery, found)

    async def _marked(self, delivery: Delivery) -> int | None:
        """The id of the recent message that carries the delivery's mark."""
        since, me = delivery.attempted_at, self._bot.user
        after = since - timedelta(minutes=1) if since else None
        history = self._channel(delivery).history(limit=_RECENT_MESSAGES, after=after, oldest_first=True)
        async for message in history:
            if me is not None and message.author.id == me.id and _carries(message, delivery.id):
                return message.id
        return None

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
    OLD_MESSAGE_EDITS: Outcome(OutcomeKind.RETRY, error="Discord limits the changes of old posts"),
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


class DiscordChannelAccess:
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
        lacking = find_missing(channel.permissions_for(guild.me))
        return f"lacks {format_permissions(lacking)}" if lacking else ""


async def setup(bot: MythBot) -> None:
    """Hands the face to the services and makes every button work, those of earlier processes too."""
    bot.adapters = Adapters(
        DiscordRunCards(bot),
        DiscordPostSender(bot),
        DiscordChannelAccess(bot),
        DiscordBroadcastCards(bot),
        DiscordNotices(bot),
        DiscordBoardMessages(bot),
    )
