"""Live boards as messages: posted, pinned, edited and found again by their button."""

import logging
from datetime import timedelta
from typing import Any, Final

import aiohttp
import discord
from discord import ui

from bot.app import MythBot
from bot.charts.snapshot import Snapshot
from bot.errors import DeliveryError
from bot.permissions import format_permissions
from bot.ports import EditResult
from cogs.messages.error_codes import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    OLD_MESSAGE_EDITS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
)
from cogs.messages.requests import answer
from cogs.views.base import action_row, card_layout
from cogs.views.formatting import EMBER, format_relative_time
from cogs.views.progress.board_controls import MARK, TakeDownButton
from cogs.views.progress.controls import picture_file
from cogs.views.progress.texts import overview_text, picture

_log = logging.getLogger(__name__)
_RECENT_MESSAGES: Final = 50
_NEEDED: Final = (
    ("view_channel", "View Channel"),
    ("send_messages", "Send Messages"),
    ("attach_files", "Attach Files"),
)
_OLD: Final = timedelta(hours=1)
_QUICK_SECONDS: Final = 10.0
_FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
_NOT_PINNED: Final = "I could not pin it: give me **Pin Messages** here, or pin it yourself."


class DiscordBoardMessages:
    """Boards by channel and message."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot

    async def post(self, channel_id: int, look: Snapshot, nonce: str) -> int:
        """The id of a new message."""
        self._check(channel_id)
        try:
            try:
                message = await self._send(channel_id, look, nonce)
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
                # Discord still knows the nonce of a board that arrived, was lost on us and was deleted meanwhile.
                message = await self._send(channel_id, look, nonce[::-1])
        except _FAILURES as error:
            raise _refused(error) from error
        return message.id

    async def pin(self, channel_id: int, message_id: int) -> str:
        """Pinned, or why not."""
        granted = self._granted(channel_id)
        if granted is not None and not granted.pin_messages:
            return _NOT_PINNED
        try:
            await answer(self._channel(channel_id).get_partial_message(message_id).pin(), _QUICK_SECONDS)
        except _FAILURES as error:
            _log.info("a live board could not be pinned: %s", error)
            return _NOT_PINNED
        return ""

    async def edit(self, channel_id: int, message_id: int, look: Snapshot) -> EditResult:
        """The message shows the look afterwards."""
        self._check(channel_id)
        message = self._channel(channel_id).get_partial_message(message_id)
        # Discord answers edits of old messages with ever longer waits; a fresh message is quicker than they are.
        old = discord.utils.utcnow() - message.created_at > _OLD
        try:
            await answer(message.edit(view=board_card(look), attachments=[picture_file(look)]), _QUICK_SECONDS)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE:
                return EditResult.GONE
            if error.code == OLD_MESSAGE_EDITS:
                return EditResult.TOO_OLD
            if error.status < 500 and error.status != 429:
                raise _refused(error) from error
            _log.info("a live board could not be edited: %s", error)
            return EditResult.TOO_OLD if old and error.status == 429 else EditResult.LATER
        except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("a live board may not have been edited: %s", type(error).__name__)
            return (
                EditResult.TOO_OLD
                if old and isinstance(error, discord.RateLimited | TimeoutError)
                else EditResult.LATER
            )
        return EditResult.DONE

    async def there(self, channel_id: int, message_id: int) -> bool:
        """Whether it stands there; true where nobody can tell."""
        self._check(channel_id)
        if not self._may_read(channel_id):
            return True
        try:
            await answer(self._channel(channel_id).fetch_message(message_id), _QUICK_SECONDS)
        except discord.NotFound as error:
            if error.code == UNKNOWN_CHANNEL:
                raise _refused(error) from error
            return False
        except _FAILURES as error:
            _log.info("a live board could not be looked for: %s", type(error).__name__)
        return True

    async def strays(self, channel_id: int, but: int | None) -> list[int]:
        """Boards of ours among the recent messages, the newest first."""
        self._check(channel_id)
        me = self._bot.user
        if me is None or not self._may_read(channel_id):
            return []
        try:
            recent = await answer(self._recent(channel_id), _QUICK_SECONDS)
        except _FAILURES as error:
            raise _refused(error) from error
        return [
            message.id for message in recent if message.author.id == me.id and message.id != but and _is_board(message)
        ]

    async def delete(self, channel_id: int, message_id: int) -> bool:
        """Whether it is gone; gone before counts."""
        try:
            await answer(self._channel(channel_id).get_partial_message(message_id).delete(), _QUICK_SECONDS)
        except discord.NotFound:
            return True
        except _FAILURES as error:
            _log.info("a live board could not be deleted: %s", error)
            return False
        return True

    async def _send(self, channel_id: int, look: Snapshot, nonce: str) -> discord.Message:
        request = self._channel(channel_id).send(view=board_card(look), file=picture_file(look), nonce=nonce)
        return await answer(request)

    async def _recent(self, channel_id: int) -> list[discord.Message]:
        return [message async for message in self._channel(channel_id).history(limit=_RECENT_MESSAGES)]

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id, guild_id=self._bot.settings.studio_guild_id)

    def _granted(self, channel_id: int) -> discord.Permissions | None:
        """What we may do there, as far as the cache knows the channel."""
        channel = self._bot.get_channel(channel_id)
        if isinstance(channel, discord.abc.GuildChannel | discord.Thread) and channel.guild.me is not None:
            return channel.permissions_for(channel.guild.me)
        return None

    def _may_read(self, channel_id: int) -> bool:
        granted = self._granted(channel_id)
        return granted is None or granted.read_message_history

    def _check(self, channel_id: int) -> None:
        """``DeliveryError`` before Discord refuses: requests that fail are counted against us."""
        granted = self._granted(channel_id)
        lacking = [shown for name, shown in _NEEDED if granted is not None and not getattr(granted, name)]
        if lacking:
            raise DeliveryError(f"I lack {format_permissions(lacking)} there.")


def board_card(look: Snapshot) -> ui.LayoutView:
    """The overview as everybody in the channel sees it."""
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(overview_text(look.overview, heading="Live board")),
        picture(look.alt),
        ui.TextDisplay(f"-# Keeps itself current · as of {format_relative_time(look.overview.now)}"),
        action_row(TakeDownButton()),
    ]
    return card_layout(*items, accent=EMBER)


def _is_board(message: discord.Message) -> bool:
    parts = [part for part in message.components if isinstance(part, discord.Container)]
    rows = [child for part in parts for child in part.children if isinstance(child, discord.ActionRow)]
    return any(getattr(button, "custom_id", None) == MARK for found in rows for button in found.children)


def _refused(error: Exception) -> Exception:
    if not isinstance(error, discord.HTTPException) or error.status >= 500 or error.status == 429:
        return TimeoutError(str(error))
    if error.code == UNKNOWN_CHANNEL:
        return LookupError("the channel was deleted")
    if error.code in {MISSING_ACCESS, MISSING_PERMISSIONS}:
        return DeliveryError("I lack **View Channel**, **Send Messages** or **Attach Files** there.")
    return DeliveryError(f"Discord refuses the board there (code {error.code or error.status}).")
