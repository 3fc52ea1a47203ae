"""The cards of runs as messages."""

import logging
from datetime import timedelta
from typing import Final

import discord

from bot.app import MythBot
from bot.errors import DeliveryError
from bot.generation.run_view import RunView
from cogs.messages.card_messages import CardEdit, CardMessages
from cogs.messages.failures import REQUEST_ERRORS
from cogs.messages.nonces import derive_nonce
from cogs.views.script_card import script_card
from storage.states import RunState

_log = logging.getLogger(__name__)

_EDITABLE_FOR: Final = timedelta(minutes=50)
"""Discord limits the edits of messages that are more than an hour old, so a card that still changes is replaced before."""
_CHANGING: Final = {RunState.READY, RunState.WRITING}


class DiscordRunCards:
    """Implements ``RunCards``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._messages = CardMessages(bot)
        self._new_cards: dict[str, int] = {}
        """Message ids by run id, for cards that were posted here while the caller's view still holds an earlier card."""

    async def post_card(self, view: RunView) -> tuple[int, int] | None:
        """Posts a new card in the run's channel and returns the ids of channel and message."""
        run = view.run
        if run.channel_id is None:
            return None
        return run.channel_id, await self._post(view, run.channel_id, None)

    async def update_card(self, view: RunView) -> bool:
        """Edits the run's card; posts a new one if there is none, it was deleted or it is too old to be edited."""
        run = view.run
        if run.channel_id is None:
            return True
        card_id = self._new_cards.get(run.id) or run.card_id
        is_old = card_id is not None and discord.utils.utcnow() - discord.utils.snowflake_time(card_id) > _EDITABLE_FOR
        if card_id is not None and not (is_old and run.state in _CHANGING):
            result = await self._messages.edit(run.channel_id, card_id, script_card(view))
            if result not in {CardEdit.REPLACE, CardEdit.GONE}:
                self._forget_ended(view)
                return result is CardEdit.DONE
        try:
            new_id = await self._replace(view, run.channel_id, card_id)
        except DeliveryError as error:
            _log.warning("cannot show the card of run %s: %s", run.id, error.sentence)
            return True
        except REQUEST_ERRORS as error:
            _log.warning("cannot show the card of run %s now: %r", run.id, error)
            return False
        self._new_cards[run.id] = new_id
        await self._bot.services.run_cards.set_card(run.id, run.channel_id, new_id)
        is_current = True
        if card_id is None:
            # The nonce may have returned a card that was posted before and shows an older view.
            is_current = await self._messages.edit(run.channel_id, new_id, script_card(view)) is CardEdit.DONE
        elif is_old:
            await self._messages.delete(run.channel_id, card_id)
        self._forget_ended(view)
        return is_current

    async def _replace(self, view: RunView, channel_id: int, old_id: int | None) -> int:
        """Returns the id of the card that takes the place of ``old_id``.

        If no card is known, one may have been posted without a response; it is found by its buttons and brought up to date.
        """
        found_id = await self._messages.find(channel_id, view.run.id) if old_id is None else None
        if found_id is not None:
            result = await self._messages.edit(channel_id, found_id, script_card(view))
            if result is CardEdit.DONE:
                return found_id
        return await self._post(view, channel_id, old_id)

    async def _post(self, view: RunView, channel_id: int, old_id: int | None) -> int:
        # A card that replaces another must not have its nonce: Discord would return the message that is to be replaced.
        nonce = derive_nonce("run card", view.run.id, old_id or "first")
        return await self._messages.post(channel_id, script_card(view), nonce)

    def _forget_ended(self, view: RunView) -> None:
        if view.run.state not in _CHANGING:
            self._new_cards.pop(view.run.id, None)
