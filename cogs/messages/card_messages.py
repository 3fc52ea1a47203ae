"""Cards: channel messages of ours, found and edited by their ids, never through an interaction that may have ended."""

import logging
from datetime import timedelta
from enum import Enum, auto
from typing import Final

import aiohttp
import discord
from discord import ui

from bot.app import MythBot
from bot.broadcasts.post import BroadcastStatus
from bot.errors import DeliveryError
from bot.generation.run_view import RunView
from cogs.messages.error_codes import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    OLD_MESSAGE_EDITS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
)
from cogs.messages.requests import EditQueue, answer
from cogs.views.broadcast_card import broadcast_card
from cogs.views.script_card import script_card
from storage.states import RunState

_log = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=50)
"""Discord limits the edits of messages older than an hour; a live card is replaced before."""
_WAITING: Final = {RunState.READY, RunState.WRITING}
_RECENT_MESSAGES: Final = 50
_POST_SECONDS: Final = 60.0
"""Many cards may wait for the few messages that Discord takes in one channel."""
_FAILURES: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
_FINAL: Final = {MISSING_ACCESS, MISSING_PERMISSIONS, UNKNOWN_CHANNEL}


class _Edited(Enum):
    DONE = auto()
    GONE = auto()  # a fresh one is needed
    LATER = auto()  # nobody knows what the card shows


class DiscordRunCards:
    """The cards of runs."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._turns = EditQueue()
        self._placed: dict[str, int] = {}
        """Where cards are that a run under way does not know of yet."""

    async def post_card(self, view: RunView) -> tuple[int, int] | None:
        """A new card in the run's channel."""
        run = view.run
        if run.channel_id is None:
            return None
        return run.channel_id, await _post(self._bot, run.channel_id, script_card(view), _nonce(run.id))

    async def update_card(self, view: RunView) -> bool:
        """Edits the card; where there is none, or it is gone or too old to be edited, a fresh one takes its place."""
        run = view.run
        if run.channel_id is None:
            return True
        card_id = self._placed.get(run.id) or run.card_id
        old = card_id is not None and discord.utils.utcnow() - discord.utils.snowflake_time(card_id) > _FRESH
        if card_id is not None and not (old and run.state in _WAITING):
            edited = await _edit(self._bot, self._turns, run.channel_id, card_id, script_card(view))
            if edited is not _Edited.GONE:
                return self._known(view, edited is _Edited.DONE)
        try:
            fresh = await self._fresh(view, run.channel_id, card_id)
        except DeliveryError as error:
            _log.warning("the card of run %s cannot be shown: %s", run.id, error.sentence)
            return True
        except _FAILURES as error:
            _log.warning("the card of run %s cannot be shown now: %s", run.id, error)
            return False
        self._placed[run.id] = fresh
        await self._bot.services.generation.place_card(run.id, run.channel_id, fresh)
        if card_id is None:
            # By its nonce this may be the card that was posted before, as it looked then.
            edited = await _edit(self._bot, self._turns, run.channel_id, fresh, script_card(view))
            return self._known(view, edited is _Edited.DONE)
        if old:
            await _delete(self._bot, run.channel_id, card_id)
        return self._known(view, shown=True)

    async def _fresh(self, view: RunView, channel_id: int, before: int | None) -> int:
        """A card whose posting was never answered, brought up to date; else a new one."""
        stray = await _stray(self._bot, channel_id, view.run.id) if before is None else None
        if (
            stray is not None
            and await _edit(self._bot, self._turns, channel_id, stray, script_card(view)) is _Edited.DONE
        ):
            return stray
        return await _post(
            self._bot, channel_id, script_card(view), _nonce(view.run.id) if before is None else f"{before:x}"
        )

    def _known(self, view: RunView, shown: bool) -> bool:  # noqa: FBT001 - what it returns
        if view.run.state not in _WAITING:
            self._placed.pop(view.run.id, None)
        return shown


class DiscordBroadcastCards:
    """The cards of broadcasts."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._turns = EditQueue()

    async def post_card(self, status: BroadcastStatus, channel_id: int) -> int:
        """The id of a new card."""
        return await _post(self._bot, channel_id, broadcast_card(status), _nonce(status.broadcast.id))

    async def update_card(self, status: BroadcastStatus) -> bool:
        """Edits the card; one that is gone was deleted by somebody who did not want it."""
        broadcast = status.broadcast
        if broadcast.channel_id is None:
            return True
        if broadcast.card_id is not None:
            edited = await _edit(
                self._bot, self._turns, broadcast.channel_id, broadcast.card_id, broadcast_card(status)
            )
            return edited is not _Edited.LATER
        try:
            found = await _stray(self._bot, broadcast.channel_id, broadcast.id)
            if found is None:
                found = await self.post_card(status, broadcast.channel_id)
        except DeliveryError:
            return True
        except _FAILURES as error:
            _log.warning("the card of announcement %s cannot be shown now: %s", broadcast.id, error)
            return False
        await self._bot.services.broadcast_cards.place_card(broadcast.id, broadcast.channel_id, found)
        return await _edit(self._bot, self._turns, broadcast.channel_id, found, broadcast_card(status)) is _Edited.DONE


def _nonce(owner_id: str) -> str:
    """The random part of an id: two postings of the same card within minutes are one message."""
    return owner_id.rpartition("_")[2][:25]


async def _post(bot: MythBot, channel_id: int, view: ui.LayoutView, nonce: str) -> int:
    """The id of the message; ``DeliveryError`` where Discord refuses it, ``TimeoutError`` where nobody knows."""
    try:
        request = bot.get_partial_messageable(channel_id).send(view=view, nonce=nonce)
        return (await answer(request, _POST_SECONDS)).id
    except _FAILURES as error:
        _log.info("a card could not be posted: %s", error)
        if not isinstance(error, discord.HTTPException) or error.status >= 500 or error.status == 429:
            raise TimeoutError("Discord did not say whether the card stands there") from error
        hint = "Give me **View Channel** and **Send Messages** here; the work itself goes on."
        raise DeliveryError(
            "I cannot post a card in this channel.", hint if error.code in _FINAL else "The work itself goes on."
        ) from error


async def _stray(bot: MythBot, channel_id: int, owner_id: str) -> int | None:
    """A card of that run or broadcast among the channel's recent messages, known by its buttons."""
    me = bot.user
    if me is None:
        return None

    async def look() -> int | None:
        async for message in bot.get_partial_messageable(channel_id).history(limit=_RECENT_MESSAGES):
            if message.author.id == me.id and any(owner_id in found for found in _button_ids(message.components)):
                return message.id
        return None

    try:
        return await answer(look())
    except discord.Forbidden:
        return None


def _button_ids(parts: object) -> list[str]:
    found: list[str] = []
    for part in parts if isinstance(parts, list | tuple) else ():
        found.append(str(getattr(part, "custom_id", None) or ""))
        found += _button_ids(getattr(part, "children", ()))
    return found


async def _edit(bot: MythBot, turns: EditQueue, channel_id: int, message_id: int, view: ui.LayoutView) -> _Edited:
    message = bot.get_partial_messageable(channel_id).get_partial_message(message_id)
    try:
        await turns.answer(message_id, lambda: message.edit(view=view))
    except discord.HTTPException as error:
        if error.code in {UNKNOWN_MESSAGE, OLD_MESSAGE_EDITS}:
            return _Edited.GONE
        _log.warning("a card could not be edited: %s", error)
        # What Discord refuses for good is not tried again and again.
        return _Edited.LATER if error.status >= 500 or error.status == 429 else _Edited.DONE
    except _FAILURES as error:
        _log.warning("a card could not be edited: %s", type(error).__name__)
        return _Edited.LATER
    return _Edited.DONE


async def _delete(bot: MythBot, channel_id: int, message_id: int) -> None:
    try:
        await answer(bot.get_partial_messageable(channel_id).get_partial_message(message_id).delete())
    except _FAILURES as error:
        _log.info("an old card could not be deleted: %s", error)
