"""Cards: channel messages of ours, found and edited by their ids, never through an interaction that may have ended."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import aiohttp
import discord
from discord import ui

from bot.app import MythBot
from bot.broadcasting.post import Account
from bot.errors import DeliveryError
from bot.generation.cards import RunView
from cogs.codes import OLD_MESSAGE_EDITS, REQUEST_SECONDS, UNKNOWN_MESSAGE
from cogs.views.broadcast_card import broadcast_card
from cogs.views.script_card import script_card
from storage.states import RunState

_log = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=50)
"""Discord limits the edits of messages older than an hour; a live card is replaced before."""
_WAITING: Final = {RunState.READY, RunState.WRITING}


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
        async with asyncio.timeout(REQUEST_SECONDS):
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
        async with asyncio.timeout(REQUEST_SECONDS):
            await message.edit(view=view)
    except discord.HTTPException as error:
        if error.code in {UNKNOWN_MESSAGE, OLD_MESSAGE_EDITS}:
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
