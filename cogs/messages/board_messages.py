"""The messages of live boards: posted, pinned, edited, and found again by their button."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import discord
from discord import ui

from bot.app import MythBot
from bot.charts.snapshot import Snapshot
from bot.errors import DeliveryError
from bot.permissions import BOARD, HISTORY, PINNING, find_missing, format_permissions
from bot.ports import EditResult
from cogs.messages.error_codes import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from cogs.messages.failures import (
    REQUEST_ERRORS,
    DiscordFailure,
    classify,
    has_code,
    is_transient,
    status_or_code,
)
from cogs.messages.nonces import derive_nonce
from cogs.messages.own_messages import find_own_messages
from cogs.messages.requests import NO_MENTIONS, await_response
from cogs.views.base import action_row, card_layout
from cogs.views.formatting import EMBER, format_relative_time
from cogs.views.progress.board_controls import TAKE_DOWN_ID, TakeDownButton
from cogs.views.progress.controls import build_picture_file
from cogs.views.progress.view_texts import build_picture, format_overview

_log = logging.getLogger(__name__)
_EDIT_LIMITED_AFTER: Final = timedelta(hours=1)
"""The age at which Discord limits the edits of a message (error 30046, "edits to messages older than 1 hour")."""
_SHORT_SECONDS: Final = 10.0
"""For every request but a post. The worker has 50 seconds for a board's turn and makes several requests in it."""
_NOT_PINNED: Final = "I could not pin it: give me **Pin Messages** here, or pin it yourself."


class DiscordBoardMessages:
    """Implements ``BoardMessages``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post(self, channel_id: int, snapshot: Snapshot, nonce: str) -> int:
        """Posts a board and returns the id of the message.

        Raises:
            DeliveryError: Discord refuses the message for good.
            LookupError: The channel was deleted.
            TimeoutError: It is unknown whether the message was posted.
        """
        await self._check_permissions(channel_id)
        try:
            try:
                message = await self._send(channel_id, snapshot, nonce)
            except discord.NotFound as error:
                if not has_code(error, UNKNOWN_MESSAGE):
                    raise
                # A board with this nonce was posted, the response was lost, and the board has been deleted since. Discord
                # still remembers the nonce and refuses it, so this attempt needs another one.
                message = await self._send(channel_id, snapshot, derive_nonce("board after a deleted one", nonce))
        except REQUEST_ERRORS as error:
            raise port_error(error) from error
        return message.id

    async def pin(self, channel_id: int, message_id: int) -> str:
        """Pins the message. Returns an empty string, or a sentence for people if it could not be pinned."""
        if await self._find_missing(channel_id, PINNING):
            return _NOT_PINNED
        try:
            await await_response(self._channel(channel_id).get_partial_message(message_id).pin(), _SHORT_SECONDS)
        except REQUEST_ERRORS as error:
            _log.info("could not pin a live board: %r", error)
            return _NOT_PINNED
        return ""

    async def edit(self, channel_id: int, message_id: int, snapshot: Snapshot) -> EditResult:
        """Makes one attempt to edit the message so that it shows the snapshot.

        Raises:
            DeliveryError: Discord refuses the edit for good.
            LookupError: The channel was deleted.
        """
        await self._check_permissions(channel_id)
        message = self._channel(channel_id).get_partial_message(message_id)
        try:
            files = [build_picture_file(snapshot)]
            request = message.edit(view=board_card(snapshot), attachments=files, allowed_mentions=NO_MENTIONS)
            await await_response(request, _SHORT_SECONDS)
        except REQUEST_ERRORS as error:
            return edit_result_of_failure(error, discord.utils.utcnow() - message.created_at)
        return EditResult.DONE

    async def exists(self, channel_id: int, message_id: int) -> bool:
        """Returns False if the message was deleted, and True if it exists or that cannot be determined.

        Raises:
            DeliveryError: The bot lacks a permission in the channel.
            LookupError: The channel was deleted.
        """
        await self._check_permissions(channel_id)
        if await self._find_missing(channel_id, HISTORY):
            return True
        try:
            await await_response(self._channel(channel_id).fetch_message(message_id), _SHORT_SECONDS)
        except discord.NotFound as error:
            if has_code(error, UNKNOWN_CHANNEL):
                raise port_error(error) from error
            return False
        except REQUEST_ERRORS as error:
            _log.info("could not fetch a live board: %r", error)
        return True

    async def find_others(self, channel_id: int, known_id: int | None) -> list[int]:
        """Returns the ids of the bot's boards among the channel's recent messages, except ``known_id``, newest first.

        Raises:
            DeliveryError: Discord refuses the request for good.
            LookupError: The channel was deleted.
            TimeoutError: The channel could not be read now.
        """
        await self._check_permissions(channel_id)
        if await self._find_missing(channel_id, HISTORY):
            return []
        search = find_own_messages(self._bot, self._channel(channel_id), lambda custom_id: custom_id == TAKE_DOWN_ID)
        try:
            message_ids = await await_response(search, _SHORT_SECONDS)
        except REQUEST_ERRORS as error:
            raise port_error(error) from error
        return [message_id for message_id in message_ids if message_id != known_id]

    async def delete(self, channel_id: int, message_id: int) -> bool:
        """Deletes the message. Returns whether it is deleted now; a message that was already deleted counts."""
        try:
            await await_response(self._channel(channel_id).get_partial_message(message_id).delete(), _SHORT_SECONDS)
        except discord.NotFound:
            return True
        except REQUEST_ERRORS as error:
            _log.info("could not delete a live board: %r", error)
            return False
        return True

    async def _send(self, channel_id: int, snapshot: Snapshot, nonce: str) -> discord.Message:
        request = self._channel(channel_id).send(
            view=board_card(snapshot), file=build_picture_file(snapshot), nonce=nonce
        )
        return await await_response(request)

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id, guild_id=self._bot.settings.studio_guild_id)

    async def _find_missing(self, channel_id: int, needed: Iterable[tuple[str, int]]) -> list[str]:
        """The names of the permissions that the bot certainly lacks in the channel."""
        guild_id = self._bot.settings.studio_guild_id
        channel = await self._bot.services.servers.find_channel(guild_id, channel_id)
        return [] if channel is None else find_missing(channel.permissions, needed)

    async def _check_permissions(self, channel_id: int) -> None:
        """Raises ``DeliveryError`` if a request would certainly be refused.

        Discord counts refused requests and bans an address that makes too many of them.
        """
        if lacking := await self._find_missing(channel_id, BOARD):
            raise DeliveryError(f"I lack {format_permissions(lacking)} there.")


def board_card(snapshot: Snapshot) -> ui.LayoutView:
    """Returns the layout of a live board: the overview, its picture, the time, and the button that takes it down."""
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(format_overview(snapshot.overview, heading="Live board")),
        build_picture(snapshot.picture_description),
        ui.TextDisplay(f"-# Keeps itself current · as of {format_relative_time(snapshot.overview.now)}"),
        action_row(TakeDownButton()),
    ]
    return card_layout(*items, accent=EMBER)


def edit_result_of_failure(error: Exception, age: timedelta) -> EditResult:
    """Returns what a failed edit means for a board whose message is this old; raises if Discord refuses it for good."""
    failure = classify(error)
    if failure is DiscordFailure.UNKNOWN_MESSAGE:
        return EditResult.GONE
    if failure is DiscordFailure.EDIT_LIMIT:
        return EditResult.TOO_OLD
    if not is_transient(error):
        raise port_error(error) from error
    _log.info("a live board may not have been edited: %r", error)
    # discord.py waits out the limit on edits of old messages, and the wait grows with each edit: it shows as a missing
    # response. A new message is quicker.
    is_limited = failure in {DiscordFailure.RATE_LIMITED, DiscordFailure.NO_RESPONSE}
    return EditResult.TOO_OLD if age > _EDIT_LIMITED_AFTER and is_limited else EditResult.UNCERTAIN


def port_error(error: Exception) -> Exception:
    """Translates a failed request into the exceptions that ``BoardMessages`` documents."""
    if is_transient(error):
        return TimeoutError(str(error))
    match classify(error):
        case DiscordFailure.UNKNOWN_CHANNEL:
            return LookupError("the channel was deleted")
        case DiscordFailure.MISSING_ACCESS | DiscordFailure.MISSING_PERMISSIONS:
            return DeliveryError("I lack **View Channel**, **Send Messages** or **Attach Files** there.")
        case _:
            return DeliveryError(f"Discord refuses the board there (code {status_or_code(error)}).")
