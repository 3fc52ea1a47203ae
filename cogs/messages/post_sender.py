"""Sends, edits, deletes and finds the posts of broadcasts."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import discord

from bot.app import MythBot
from bot.broadcasts.post import Outcome, OutcomeKind, Post
from bot.permissions import HISTORY, find_missing
from cogs.messages.error_codes import ALREADY_CROSSPOSTED
from cogs.messages.failures import (
    REQUEST_ERRORS,
    DiscordFailure,
    classify,
    has_code,
    is_transient,
    retry_after,
    status_or_code,
)
from cogs.messages.own_messages import find_own_messages
from cogs.messages.requests import await_response
from cogs.views.broadcast_post import post_buttons, post_embed, shared_custom_id
from storage.stores.delivery_values import Delivery

_log = logging.getLogger(__name__)

_PUBLISH_PAUSES: Final = (2.0, 8.0)
"""Seconds before the second and third attempt to publish. The delivery's lease is held meanwhile, so they are short."""
_ANSWER_SECONDS: Final = 15.0
"""How long to wait for the answer to a post. Afterwards the post is looked for in its channel, so that one request that is
never answered does not hold up the end of a broadcast."""
_CLOCK_SKEW: Final = timedelta(minutes=1)
"""Tolerated lag of Discord's clock, which dates messages, behind the clock that dated the attempt."""
_UNREADABLE: Final = Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")


class DiscordPostSender:
    """Implements ``PostSender``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Makes one attempt to send the post, and publishes it if it is in the studio's own announcement channel.

        The delivery's id is the nonce, so that Discord itself prevents a second message for a few minutes.
        """
        role = discord.Object(delivery.role_id) if ping and delivery.role_id else None
        request = self._channel(delivery).send(
            content=f"<@&{role.id}>" if role else None,
            embed=post_embed(post),
            view=post_buttons(post, delivery.id),
            nonce=delivery.id,
            allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=[role] if role else False),
        )
        try:
            message = await await_response(request, _ANSWER_SECONDS)
        except REQUEST_ERRORS as error:
            if classify(error) is DiscordFailure.NO_RESPONSE:
                found = await self.find_post(delivery)
                if found.kind is OutcomeKind.SENT:
                    return found
            return outcome_of_failure(error)
        return await self._publish_if_news(delivery, message.id)

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """Changes the message of the delivery so that it shows ``post``."""
        request = self._message(delivery).edit(embed=post_embed(post), view=post_buttons(post, delivery.id))
        try:
            await await_response(request)
        except REQUEST_ERRORS as error:
            return outcome_of_failure(error)
        return Outcome(OutcomeKind.SENT)

    async def recall(self, delivery: Delivery) -> Outcome:
        """Deletes the message of the delivery. A message that is already deleted counts as success."""
        try:
            await await_response(self._message(delivery).delete())
        except discord.NotFound:
            return Outcome(OutcomeKind.SENT)
        except REQUEST_ERRORS as error:
            return outcome_of_failure(error)
        return Outcome(OutcomeKind.SENT)

    async def find_post(self, delivery: Delivery) -> Outcome:
        """Searches the channel's recent messages for the post, by the delivery's id in its button."""
        channel = await self._bot.services.servers.find_channel(delivery.guild_id, delivery.channel_id)
        # Without this permission Discord returns an empty history, which proves nothing.
        if channel is not None and find_missing(channel.permissions, HISTORY):
            return _UNREADABLE
        attempted_at, button_id = delivery.attempted_at, shared_custom_id(delivery.id)
        search = find_own_messages(
            self._bot,
            self._channel(delivery),
            lambda custom_id: custom_id == button_id,
            after=attempted_at - _CLOCK_SKEW if attempted_at else None,
        )
        try:
            message_ids = await await_response(search)
        except discord.NotFound:
            return Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")
        except REQUEST_ERRORS as error:
            _log.info("could not search for the post of delivery %s: %r", delivery.id, error)
            return _UNREADABLE
        if not message_ids:
            return Outcome(OutcomeKind.RETRY)
        return await self._publish_if_news(delivery, message_ids[0])

    async def _publish_if_news(self, delivery: Delivery, message_id: int) -> Outcome:
        """Publishes a post in the studio's own announcement channel, so that servers that follow the channel get it."""
        is_published = True
        if delivery.guild_id == self._bot.settings.studio_guild_id:
            channel = await self._bot.services.servers.find_channel(delivery.guild_id, delivery.channel_id)
            if channel is not None and channel.is_news:
                is_published = await self._publish(self._channel(delivery).get_partial_message(message_id))
        error = "" if is_published else "posted, but not published to those who follow the channel"
        return Outcome(OutcomeKind.SENT, message_id=message_id, error=error)

    async def _publish(self, message: discord.PartialMessage) -> bool:
        for pause in (*_PUBLISH_PAUSES, None):
            try:
                await await_response(message.publish())
            except REQUEST_ERRORS as error:
                if has_code(error, ALREADY_CROSSPOSTED):
                    return True
                _log.warning("could not publish an announcement to followers: %r", error)
                if pause is None or not is_transient(error):
                    return False
                await asyncio.sleep(pause)
            else:
                return True
        return False

    def _message(self, delivery: Delivery) -> discord.PartialMessage:
        return self._channel(delivery).get_partial_message(delivery.message_id or 0)

    def _channel(self, delivery: Delivery) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(delivery.channel_id, guild_id=delivery.guild_id)


_FIXED_OUTCOMES: Final = {
    DiscordFailure.UNKNOWN_CHANNEL: Outcome(OutcomeKind.REFUSED, error="the channel no longer exists"),
    DiscordFailure.UNKNOWN_MESSAGE: Outcome(OutcomeKind.REFUSED, error="the post was deleted there"),
    DiscordFailure.MISSING_ACCESS: Outcome(OutcomeKind.REFUSED, error="I cannot see the channel (View Channel)"),
    DiscordFailure.MISSING_PERMISSIONS: Outcome(
        OutcomeKind.REFUSED, error="I may not post there (Send Messages or Embed Links)"
    ),
    DiscordFailure.EDIT_LIMIT: Outcome(OutcomeKind.RETRY, error="Discord limits the changes of old posts"),
    DiscordFailure.UNAUTHORIZED: Outcome(
        OutcomeKind.RETRY, error="Discord refuses the bot's token", is_unauthorized=True
    ),
    DiscordFailure.NO_RESPONSE: Outcome(OutcomeKind.UNSURE, error="Discord did not answer in time"),
    DiscordFailure.CONNECTION_LOST: Outcome(OutcomeKind.UNSURE, error="the connection to Discord broke"),
}


def outcome_of_failure(error: Exception) -> Outcome:
    """Returns what a failed attempt to send, edit or delete means for the delivery."""
    failure, number = classify(error), status_or_code(error)
    match failure:
        case DiscordFailure.RATE_LIMITED:
            return Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=retry_after(error))
        case DiscordFailure.OVERLOADED:
            return Outcome(OutcomeKind.PAUSE, error="Discord is overloaded", pause_seconds=retry_after(error))
        case DiscordFailure.SERVER_ERROR:
            return Outcome(OutcomeKind.UNSURE, error=f"Discord answered with an error ({number})")
        case DiscordFailure.REJECTED:
            return Outcome(OutcomeKind.REFUSED, error=f"Discord refused it (code {number})")
        case _:
            return _FIXED_OUTCOMES[failure]
