"""The cards of broadcasts as messages."""

import logging
from collections import Counter
from typing import Final

from bot.app import MythBot
from bot.broadcasts.post import BroadcastStatus
from bot.errors import DeliveryError
from cogs.messages.card_messages import CardEdit, CardMessages
from cogs.messages.failures import REQUEST_ERRORS
from cogs.messages.nonces import derive_nonce
from cogs.views.broadcast_card import broadcast_card

_log = logging.getLogger(__name__)

_UNANSWERED_EDITS: Final = 2
"""Edits in a row without an answer, 25 seconds each: a long rate limit, which does not concern a new message."""


class DiscordBroadcastCards:
    """Implements ``BroadcastCards``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._messages = CardMessages(bot)
        self._uncertain: Counter[int] = Counter()
        """How many edits in a row had no answer, by message id."""

    async def post_card(self, status: BroadcastStatus, channel_id: int) -> int:
        """Posts a new card in the channel and returns the id of the message."""
        # A card that replaces another must not have its nonce: Discord would return the message that is to be replaced.
        nonce = derive_nonce("broadcast card", status.broadcast.id, status.broadcast.card_id or "first")
        return await self._messages.post(channel_id, broadcast_card(status), nonce)

    async def update_card(self, status: BroadcastStatus) -> bool:
        """Edits the broadcast's card; posts one if none is known or Discord refuses the edit.

        A deleted card stays deleted: somebody removed it.
        """
        channel_id, card_id = status.broadcast.channel_id, status.broadcast.card_id
        if channel_id is None:
            return True
        if card_id is None:
            return await self._post_missing(status, channel_id)
        result = await self._messages.edit(channel_id, card_id, broadcast_card(status), status.read_at)
        self._uncertain[card_id] += 1
        if result is not CardEdit.UNCERTAIN:
            del self._uncertain[card_id]
        elif self._uncertain[card_id] >= _UNANSWERED_EDITS:
            result = CardEdit.REPLACE
        if result is CardEdit.REPLACE:
            return await self._replace(status, channel_id, card_id)
        return result is not CardEdit.UNCERTAIN

    async def _post_missing(self, status: BroadcastStatus, channel_id: int) -> bool:
        """Posts the card that is not known, unless it is found: the answer to an earlier attempt may have been lost."""
        try:
            card_id = await self._messages.find(channel_id, status.broadcast.id)
            if card_id is None:
                card_id = await self.post_card(status, channel_id)
        except DeliveryError:
            return True
        except REQUEST_ERRORS as error:
            _log.warning("cannot show the card of broadcast %s now: %r", status.broadcast.id, error)
            return False
        await self._bot.services.broadcast_cards.place_card(status.broadcast.id, channel_id, card_id)
        # A card that was found, or that the nonce returned, may show an older status.
        result = await self._messages.edit(channel_id, card_id, broadcast_card(status), status.read_at)
        return result is not CardEdit.UNCERTAIN

    async def _replace(self, status: BroadcastStatus, channel_id: int, old_id: int) -> bool:
        """Posts a new card and deletes the one that can no longer be edited."""
        try:
            card_id = await self.post_card(status, channel_id)
        except DeliveryError:
            return True
        except REQUEST_ERRORS as error:
            _log.warning("cannot replace the card of broadcast %s now: %r", status.broadcast.id, error)
            return False
        self._uncertain.pop(old_id, None)
        await self._bot.services.broadcast_cards.place_card(status.broadcast.id, channel_id, card_id)
        await self._messages.delete(channel_id, old_id)
        return True
