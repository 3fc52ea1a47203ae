"""The one place that knows Discord's error codes: cards are shown and announcements are sent here."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import aiohttp
import discord
from discord import ui

from bot.app import MythBot
from bot.broadcasting.post import Account, Outcome, OutcomeKind, Post
from bot.errors import DeliveryError
from bot.generation.cards import RunView
from bot.permissions import in_words, missing
from bot.services import Face
from cogs.views.broadcast_card import StopButton, broadcast_card
from cogs.views.broadcast_post import SharedButton, mark, post_buttons, post_embed
from cogs.views.broadcast_preview import PreviewButton
from cogs.views.script_buttons import RunButton, ScriptButton
from cogs.views.script_card import script_card
from cogs.views.script_reader import PageButton
from storage.deliveries import Delivery
from storage.states import RunState
from storage.subscriptions import Subscription

_log = logging.getLogger(__name__)

_UNKNOWN_CHANNEL: Final = 10003
_UNKNOWN_MESSAGE: Final = 10008
_MISSING_ACCESS: Final = 50001
_MISSING_PERMISSIONS: Final = 50013
_OLD_MESSAGE_EDITS: Final = 30046
_REQUEST_SECONDS: Final = 25.0
_FRESH = timedelta(minutes=50)
"""Discord limits the edits of messages older than an hour; a live card is replaced before."""
_RECENT_MESSAGES: Final = 50
_WAITING = {RunState.READY, RunState.WRITING}


class ChannelSender:
    """Puts announcements into channels, with Discord's answers told apart."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Sends once. The delivery's id is the nonce, so that Discord itself refuses a second message for minutes."""
        role = discord.Object(delivery.role_id) if ping and delivery.role_id else None
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                message = await self._channel(delivery).send(
                    content=f"<@&{role.id}>" if role else None,
                    embed=post_embed(post),
                    view=post_buttons(post, delivery.id),
                    nonce=delivery.id,
                    allowed_mentions=discord.AllowedMentions(
                        everyone=False, users=False, roles=[role] if role else False
                    ),
                )
        except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
            return _outcome(error)
        return Outcome(OutcomeKind.SENT, message_id=message.id)

    async def find(self, delivery: Delivery) -> Outcome:
        """Looks for the delivery's mark among the channel's recent messages."""
        since = delivery.attempted_at
        after = since - timedelta(minutes=1) if since else None
        me = self._bot.user
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                async for message in self._channel(delivery).history(
                    limit=_RECENT_MESSAGES, after=after, oldest_first=True
                ):
                    if me is not None and message.author.id == me.id and _carries(message, delivery.id):
                        return Outcome(OutcomeKind.SENT, message_id=message.id)
        except discord.NotFound:
            return Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")
        except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("delivery %s could not be looked up: %s", delivery.id, type(error).__name__)
            return Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")
        return Outcome(OutcomeKind.RETRY)

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
        case discord.HTTPException() if error.status == 429:
            # Retried inside discord.py already; or without Via, then it is Cloudflare's and everybody must be quiet.
            return Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", seconds=_retry_after(error))
        case discord.HTTPException() if error.code == _UNKNOWN_CHANNEL:
            return Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")
        case discord.HTTPException() if error.code == _MISSING_ACCESS:
            return Outcome(OutcomeKind.REFUSED, error="I cannot see the channel (View Channel)")
        case discord.HTTPException() if error.code == _MISSING_PERMISSIONS:
            return Outcome(OutcomeKind.REFUSED, error="I may not post there (Send Messages or Embed Links)")
        case discord.HTTPException() if error.status == 503:
            return Outcome(OutcomeKind.PAUSE, error="Discord is overloaded", seconds=10.0)
        case discord.HTTPException() if error.status >= 500:
            # A proxy's error does not say whether the message was made.
            return Outcome(OutcomeKind.UNSURE, error=f"Discord answered with an error ({error.status})")
        case discord.HTTPException():
            return Outcome(OutcomeKind.REFUSED, error=f"Discord refused it (code {error.code or error.status})")
        case TimeoutError():
            return Outcome(OutcomeKind.UNSURE, error="Discord did not answer in time")
        case _:
            return Outcome(OutcomeKind.UNSURE, error="the connection to Discord broke")


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "30"))
    except (ValueError, AttributeError):
        return 30.0


class CacheReach:
    """Knows from the gateway's cache whether a channel can be written to."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    def obstacle(self, subscription: Subscription) -> str:
        """Why it cannot, in words; empty when it can."""
        guild = self._bot.get_guild(subscription.guild_id)
        if guild is None or guild.me is None:
            return "I am no longer in this server"
        if guild.unavailable:
            return ""
        channel = guild.get_channel(subscription.channel_id)
        if channel is None:
            return "the channel was deleted"
        lacking = missing(channel.permissions_for(guild.me))
        return f"lacks {in_words(lacking)}" if lacking else ""


class RunCards:
    """The cards of runs: channel messages, found and edited by their ids."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post(self, view: RunView) -> tuple[int, int] | None:
        """A new card in the run's channel."""
        run = view.run
        if run.channel_id is None:
            return None
        message = await _post(self._bot, run.channel_id, script_card(view))
        return run.channel_id, message

    async def show(self, view: RunView) -> None:
        """Edits the card; where it is gone or too old to be edited, a fresh one takes its place."""
        run = view.run
        if run.channel_id is None or run.card_id is None:
            return
        old = discord.utils.utcnow() - discord.utils.snowflake_time(run.card_id) > _FRESH
        if not (old and run.state in _WAITING) and await _edit(
            self._bot, run.channel_id, run.card_id, script_card(view)
        ):
            return
        try:
            fresh = await _post(self._bot, run.channel_id, script_card(view))
        except DeliveryError as error:
            _log.warning("the card of run %s cannot be shown: %s", run.id, error.sentence)
            return
        await self._bot.services.generation.place_card(run.id, run.channel_id, fresh)
        if old:
            await _delete(self._bot, run.channel_id, run.card_id)


class BroadcastCards:
    """The cards of broadcasts."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post(self, account: Account, channel_id: int) -> int:
        """The id of a new card."""
        return await _post(self._bot, channel_id, broadcast_card(account))

    async def show(self, account: Account) -> None:
        """Edits the card; one that is gone was deleted by somebody who did not want it."""
        channel_id, card_id = account.broadcast.channel_id, account.broadcast.card_id
        if channel_id is not None and card_id is not None:
            await _edit(self._bot, channel_id, card_id, broadcast_card(account))


async def _post(bot: MythBot, channel_id: int, view: ui.LayoutView) -> int:
    try:
        async with asyncio.timeout(_REQUEST_SECONDS):
            return (await bot.get_partial_messageable(channel_id).send(view=view)).id
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        _log.info("a card could not be posted: %s", error)
        raise DeliveryError(
            "I cannot post a card in this channel.",
            "Give me **View Channel** and **Send Messages** here; the work itself goes on.",
        ) from error


async def _edit(bot: MythBot, channel_id: int, message_id: int, view: ui.LayoutView) -> bool:
    """Whether the message is (or may be) there; False says that a fresh one is needed."""
    message = bot.get_partial_messageable(channel_id).get_partial_message(message_id)
    try:
        async with asyncio.timeout(_REQUEST_SECONDS):
            await message.edit(view=view)
    except discord.HTTPException as error:
        if error.code in {_UNKNOWN_MESSAGE, _OLD_MESSAGE_EDITS}:
            return False
        _log.warning("a card could not be edited: %s", error)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        _log.warning("a card could not be edited: %s", type(error).__name__)
    return True


async def _delete(bot: MythBot, channel_id: int, message_id: int) -> None:
    try:
        await bot.get_partial_messageable(channel_id).get_partial_message(message_id).delete()
    except discord.HTTPException as error:
        _log.info("an old card could not be deleted: %s", error)


async def setup(bot: MythBot) -> None:
    """Hands the face to the services and makes every button work, those of earlier processes too."""
    bot.face = Face(RunCards(bot), ChannelSender(bot), CacheReach(bot), BroadcastCards(bot))
    bot.add_dynamic_items(RunButton, ScriptButton, PageButton, PreviewButton, SharedButton, StopButton)
