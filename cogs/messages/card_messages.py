"""The messages of run cards and broadcast cards: posted, edited, deleted, and found again after a lost response.

A card is an ordinary message of the bot, addressed by channel and message id. It is not edited through an interaction,
whose token expires after 15 minutes, except where somebody has just pressed it (``cogs/views/pressed_cards.py``).
"""

import logging
from datetime import datetime
from enum import Enum, auto
from typing import Final

import discord
from discord import ui

from bot.app import MythBot
from bot.errors import DeliveryError
from cogs.messages.failures import REQUEST_ERRORS, DiscordFailure, classify, is_transient, retry_after
from cogs.messages.own_messages import find_own_messages
from cogs.messages.requests import NO_MENTIONS, EditQueue, await_response

_log = logging.getLogger(__name__)

_POST_SECONDS: Final = 60.0
"""Longer than for other requests: Discord accepts about one message a second in a channel, and many cards may be waiting."""
_LONG_WAIT_SECONDS: Final = 60.0
"""A rate limit for edits that lasts longer is not waited for: posting a new card has another limit."""
_NO_ACCESS: Final = {
    DiscordFailure.MISSING_ACCESS,
    DiscordFailure.MISSING_PERMISSIONS,
    DiscordFailure.UNKNOWN_CHANNEL,
}


class CardEdit(Enum):
    """The result of an attempt to edit a card."""

    DONE = auto()
    """The card was edited, or its channel was deleted and there is nothing left to do."""
    GONE = auto()
    """The card was deleted."""
    REPLACE = auto()
    """Discord refuses the edit, because the card is old, in an archived thread or otherwise: only a new one can show it."""
    UNCERTAIN = auto()
    """The failure is temporary and the card may show either version: the edit should be repeated later."""


def _result_of_failure(error: Exception) -> CardEdit:
    match classify(error):
        case DiscordFailure.UNKNOWN_MESSAGE:
            return CardEdit.GONE
        case DiscordFailure.UNKNOWN_CHANNEL:
            return CardEdit.DONE
        case DiscordFailure.EDIT_LIMIT:
            return CardEdit.REPLACE
        case DiscordFailure.RATE_LIMITED if retry_after(error) > _LONG_WAIT_SECONDS:
            return CardEdit.REPLACE
        case _:
            return CardEdit.UNCERTAIN if is_transient(error) else CardEdit.REPLACE


class CardMessages:
    """Requests about the messages of cards. Edits of one card are sent in the order of the calls."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._edits = EditQueue()

    async def post(self, channel_id: int, view: ui.LayoutView, nonce: str) -> int:
        """Posts a card and returns the id of the message.

        Raises:
            DeliveryError: Discord refused the message for good.
            TimeoutError: It is unknown whether the message was posted. A repetition with the same nonce within a few
                minutes results in one message.
        """
        request = self._bot.get_partial_messageable(channel_id).send(view=view, nonce=nonce)
        try:
            message = await await_response(request, _POST_SECONDS)
        except REQUEST_ERRORS as error:
            _log.info("could not post a card: %r", error)
            if is_transient(error):
                raise TimeoutError("Discord did not confirm that the card was posted") from error
            hint = "The work itself goes on."
            if classify(error) in _NO_ACCESS:
                hint = "Give me **View Channel** and **Send Messages** here; the work itself goes on."
            raise DeliveryError("I cannot post a card in this channel.", hint) from error
        return message.id

    async def edit(
        self, channel_id: int, message_id: int, view: ui.LayoutView, read_at: datetime | None = None
    ) -> CardEdit:
        """Makes one attempt to edit the card, after earlier edits of it have ended, also those of other processes.

        ``read_at`` is when the state was read that the view shows, None for the present. Nothing is sent where the card
        already shows a newer one.
        """
        message = self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)

        async def edit_in_turn() -> None:
            async with self._bot.services.card_turns.hold(f"message/{message_id}", read_at) as turn:
                if not turn.is_outdated:
                    await message.edit(view=view, allowed_mentions=NO_MENTIONS)
                    turn.is_shown = True

        try:
            await self._edits.send_edit(message_id, edit_in_turn)
        except REQUEST_ERRORS as error:
            _log.info("could not edit a card: %r", error)
            return _result_of_failure(error)
        return CardEdit.DONE

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Makes one attempt to delete a card; a failure is only logged."""
        try:
            await await_response(self._bot.get_partial_messageable(channel_id).get_partial_message(message_id).delete())
        except REQUEST_ERRORS as error:
            _log.info("could not delete an old card: %r", error)

    async def find(self, channel_id: int, owner_id: str) -> int | None:
        """Returns the id of the newest card among the channel's recent messages that has a button for ``owner_id``.

        ``owner_id`` is the id of a run or of a broadcast. Returns None if there is no such card or the bot may not read the
        channel.

        Raises:
            Exception: One of ``REQUEST_ERRORS``, for every other failure.
        """
        channel = self._bot.get_partial_messageable(channel_id)
        search = find_own_messages(self._bot, channel, lambda custom_id: owner_id in custom_id)
        try:
            message_ids = await await_response(search)
        except discord.Forbidden:
            return None
        return message_ids[0] if message_ids else None
